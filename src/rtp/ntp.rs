//! NTP time, as sender reports carry it, from an injected wall clock.

use std::time::{Duration, Instant};

/// From 1900-01-01, where NTP starts, to 1970-01-01, in seconds (RFC 5905, figure 4).
const UNIX_EPOCH: u64 = 2_208_988_800;

/// A 64-bit NTP timestamp: seconds since 1900 modulo 2^32, and 2^-32 fractions (RFC 3550 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// The time `since_epoch` after 1970-01-01 00:00 UTC.
    #[must_use]
    pub fn from_unix(since_epoch: Duration) -> Self {
        let seconds = since_epoch.as_secs().wrapping_add(UNIX_EPOCH) & u64::from(u32::MAX);
        let fraction = (u64::from(since_epoch.subsec_nanos()) << 32) / 1_000_000_000;
        Self((seconds << 32) | fraction)
    }

    /// The time since 1970-01-01 00:00 UTC, within NTP's era of 1968 to 2104 (RFC 4330 3).
    #[must_use]
    pub fn to_unix(self) -> Duration {
        let seconds = self.0 >> 32;
        let era = if seconds & 0x8000_0000 == 0 { 1 << 32 } else { 0 };
        let nanos = ((self.0 & 0xffff_ffff) * 1_000_000_000) >> 32;
        Duration::from_secs((seconds + era).saturating_sub(UNIX_EPOCH)) + Duration::from_nanos(nanos)
    }

    /// The middle 32 bits: what LSR holds, in units of 1/65536 second (RFC 3550 6.4.1).
    #[must_use]
    pub fn compact(self) -> u32 {
        ((self.0 >> 16) & 0xffff_ffff) as u32
    }
}

/// `time` in units of 1/65536 second, as DLSR is given; it saturates after 18 hours.
pub(crate) fn to_compact(time: Duration) -> u32 {
    let units = (u128::from(time.as_micros() as u64) << 16) / 1_000_000;
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// The length of `units` of 1/65536 second.
pub(crate) fn from_compact(units: u32) -> Duration {
    Duration::from_nanos((u64::from(units) * 1_000_000_000) >> 16)
}

/// Tells the wall time of an `Instant`, from one pair that was read together.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    instant: Instant,
    since_epoch: Duration,
}

impl WallClock {
    /// A clock that read `since_epoch` (since 1970-01-01 UTC) at `instant`.
    #[must_use]
    pub fn new(instant: Instant, since_epoch: Duration) -> Self {
        Self { instant, since_epoch }
    }

    /// The wall time at `now`.
    #[must_use]
    pub fn at(&self, now: Instant) -> NtpTime {
        let later = self.since_epoch.saturating_add(now.saturating_duration_since(self.instant));
        NtpTime::from_unix(later.saturating_sub(self.instant.saturating_duration_since(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(unix_millis: u64, seconds: u32, compact: u32) {
        let time = NtpTime::from_unix(Duration::from_millis(unix_millis));
        assert_eq!((time.0 >> 32) as u32, seconds);
        assert_eq!(time.compact(), compact);
        let back = time.to_unix().as_micros().abs_diff(u128::from(unix_millis) * 1000);
        assert!(back <= 1, "came back {back} µs away");
    }

    #[test]
    fn the_epoch_is_70_years_and_17_leap_days_after_1900() {
        check(0, 2_208_988_800, 0x7e80_0000);
        check(500, 2_208_988_800, 0x7e80_8000);
    }

    #[test]
    fn the_second_era_starts_in_february_2036() {
        check(2_085_978_496_000, 0, 0);
    }

    #[test]
    fn a_clock_runs_from_its_anchor_in_both_directions() {
        let anchor = crate::testing::start();
        let clock = WallClock::new(anchor, Duration::from_secs(1000));
        let second = Duration::from_secs(1);
        assert_eq!(clock.at(anchor + second).to_unix(), Duration::from_secs(1001));
        assert_eq!(clock.at(anchor - second).to_unix(), Duration::from_secs(999));
    }
}
