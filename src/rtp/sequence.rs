//! Sequence numbers, timestamps and sources: the three counters of RTP, with arithmetic that wraps.

use std::fmt;

/// A 16-bit RTP sequence number; it wraps after 65535 (RFC 3550 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sequence(pub u16);

impl Sequence {
    /// The number that follows this one.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The number `count` packets later.
    #[must_use]
    pub fn plus(self, count: u16) -> Self {
        Self(self.0.wrapping_add(count))
    }

    /// The steps from `earlier` to this one, negative when this one is the older.
    #[must_use]
    pub fn since(self, earlier: Self) -> i16 {
        self.0.wrapping_sub(earlier.0).cast_signed()
    }
}

/// A 32-bit RTP timestamp, in ticks of the payload's clock; it wraps (RFC 3550 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timestamp(pub u32);

impl Timestamp {
    /// The timestamp `ticks` later.
    #[must_use]
    pub fn plus(self, ticks: u32) -> Self {
        Self(self.0.wrapping_add(ticks))
    }

    /// The ticks from `earlier` to this one, negative when this one is the older.
    #[must_use]
    pub fn since(self, earlier: Self) -> i32 {
        self.0.wrapping_sub(earlier.0).cast_signed()
    }
}

/// A synchronization source: who sends a stream (RFC 3550 3).
///
/// It is displayed as AMI shows it, `0x` and eight hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ssrc(pub u32);

impl fmt::Display for Ssrc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "0x{:08x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zero_follows_65535() {
        assert_eq!(Sequence(65535).next(), Sequence(0));
        assert_eq!(Sequence(2).since(Sequence(65534)), 4);
        assert_eq!(Sequence(65534).since(Sequence(2)), -4);
    }

    #[test]
    fn a_source_is_shown_as_ami_shows_it() {
        assert_eq!(Ssrc(0xbeef).to_string(), "0x0000beef");
    }

    proptest! {
        #[test]
        fn a_step_is_found_again(start: u16, step in 0u16..0x8000) {
            prop_assert_eq!(i32::from(Sequence(start).plus(step).since(Sequence(start))), i32::from(step));
        }

        #[test]
        fn a_tick_is_found_again(start: u32, ticks in 0u32..0x8000_0000) {
            prop_assert_eq!(i64::from(Timestamp(start).plus(ticks).since(Timestamp(start))), i64::from(ticks));
        }
    }
}
