//! The seven bits that say what an RTP packet carries.

use std::fmt;

/// An RTP payload type, 0 to 127 (RFC 3551 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayloadType(u8);

impl PayloadType {
    /// The payload type `number`, or `None` above 127.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 127 { Some(Self(number)) } else { None }
    }

    /// The low seven bits of an RTP packet's second byte; the marker bit is left out.
    #[must_use]
    pub const fn from_wire(byte: u8) -> Self {
        Self(byte & 0x7f)
    }

    /// The number, 0 to 127.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether SDP must say what it means: 96 to 127 (RFC 3551 3).
    #[must_use]
    pub const fn is_dynamic(self) -> bool {
        self.0 >= 96
    }

    /// Whether RTCP on the same port could be mistaken for it: 64 to 95 (RFC 5761 4).
    #[must_use]
    pub const fn collides_with_rtcp(self) -> bool {
        self.0 >= 64 && self.0 <= 95
    }
}

impl fmt::Display for PayloadType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}
