//! Digits as RTP events (RFC 4733): the four-byte payload, its receiver and its sender.

mod receiver;
mod sender;

pub use receiver::{Change, Changes, Receiver};
pub use sender::{Busy, Packet, Sender, Tone};

use std::fmt;

/// A key of a telephone: `0` to `9`, `*`, `#`, `A` to `D`, or the hook flash `!` (RFC 4733 3.2, table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digit(u8);

/// The keys in the order of their event codes.
const KEYS: &[u8; 17] = b"0123456789*#ABCD!";

impl Digit {
    /// A short press of the hook.
    pub const FLASH: Self = Self(16);

    /// The key of event code `code`; `None` for other events, such as tones of a fax.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        (usize::from(code) < KEYS.len()).then_some(Self(code))
    }

    /// The key that is written `key`; letters in any case.
    #[must_use]
    pub fn from_char(key: char) -> Option<Self> {
        let key = u8::try_from(key.to_ascii_uppercase()).ok()?;
        let code = KEYS.iter().position(|known| *known == key)?;
        u8::try_from(code).ok().map(Self)
    }

    /// The event code, 0 to 16.
    #[must_use]
    pub fn code(self) -> u8 {
        self.0
    }

    /// The key as it is written.
    #[must_use]
    pub fn to_char(self) -> char {
        KEYS.get(usize::from(self.0)).copied().map_or('!', char::from)
    }
}

impl fmt::Display for Digit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_char().fmt(out)
    }
}

/// The payload of one packet (RFC 4733 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event code; see [`Digit::from_code`].
    pub code: u8,
    /// Whether the event is over.
    pub end: bool,
    /// The power of the tone in dBm0 below zero, 0 to 63.
    pub volume: u8,
    /// How long the event lasts so far, in ticks, counted from the packet's timestamp.
    pub duration: u16,
}

impl Event {
    /// Reads a payload; of several events in one packet the first. `None` below four bytes.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let &[code, flags, high, low] = payload.first_chunk()?;
        let duration = u16::from_be_bytes([high, low]);
        Some(Self { code, end: flags & 0x80 != 0, volume: flags & 0x3f, duration })
    }

    /// The payload.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.code, (u8::from(self.end) << 7) | self.volume.min(0x3f), high, low]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_have_the_codes_of_the_rfc() {
        let check = |key, code| assert_eq!(Digit::from_char(key).map(Digit::code), code, "{key}");
        check('0', Some(0));
        check('9', Some(9));
        check('*', Some(10));
        check('#', Some(11));
        check('d', Some(15));
        check('!', Some(16));
        check('E', None);
        check('é', None);
        assert_eq!(Digit::from_code(17), None);
        assert_eq!(Digit::FLASH.to_string(), "!");
    }

    proptest! {
        #[test]
        fn payloads_go_both_ways(bytes: [u8; 4]) {
            // The second byte has a reserved bit, which is sent as zero.
            let expected = [bytes[0], bytes[1] & 0xbf, bytes[2], bytes[3]];
            prop_assert_eq!(Event::parse(&bytes).unwrap().to_bytes(), expected);
        }
    }
}
