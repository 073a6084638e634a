//! How many timestamp ticks a payload's clock makes in a second.

use std::num::NonZeroU32;
use std::time::Duration;

/// The clock of a payload type, in ticks per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockRate(NonZeroU32);

impl ClockRate {
    /// 8000 Hz: G.711, G.729, GSM, and G.722 by RFC 3551's mistake.
    pub const NARROWBAND: Self = match Self::new(8000) {
        Some(rate) => rate,
        None => unreachable!(),
    };

    /// `hertz` ticks per second; `None` for 0 and for more than 16 MHz, which no payload has.
    #[must_use]
    pub const fn new(hertz: u32) -> Option<Self> {
        match NonZeroU32::new(hertz) {
            Some(rate) if hertz <= 16_000_000 => Some(Self(rate)),
            _ => None,
        }
    }

    /// The rate in hertz.
    #[must_use]
    pub const fn hertz(self) -> u32 {
        self.0.get()
    }

    /// The ticks in `time`, rounded down, modulo 2^32 as timestamps are.
    #[must_use]
    pub fn ticks_in(self, time: Duration) -> u32 {
        let rate = u64::from(self.hertz());
        let whole = time.as_secs().wrapping_mul(rate);
        // Below 10^6 times 1.6 * 10^7: it fits.
        let part = u64::from(time.subsec_micros()) * rate / 1_000_000;
        (whole.wrapping_add(part) & u64::from(u32::MAX)) as u32
    }

    /// How long `ticks` ticks last.
    #[must_use]
    pub fn duration_of(self, ticks: u32) -> Duration {
        Duration::from_nanos(u64::from(ticks) * 1_000_000_000 / u64::from(self.hertz()))
    }

    /// `ticks` in seconds.
    #[must_use]
    pub fn seconds(self, ticks: f64) -> f64 {
        ticks / f64::from(self.hertz())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hertz: u32, millis: u64, ticks: u32) {
        let rate = ClockRate::new(hertz).unwrap();
        let time = Duration::from_millis(millis);
        assert_eq!(rate.ticks_in(time), ticks);
        assert_eq!(rate.duration_of(ticks), time);
    }

    #[test]
    fn a_frame_is_so_many_ticks() {
        check(8000, 20, 160);
        check(16000, 20, 320);
        check(48000, 60, 2880);
        check(90000, 1000, 90000);
    }

    #[test]
    fn a_clock_that_stands_still_is_refused() {
        assert_eq!(ClockRate::new(0), None);
        assert_eq!(ClockRate::new(u32::MAX), None);
    }
}
