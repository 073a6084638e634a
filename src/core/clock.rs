//! The wall clock, which follows tokio's clock so that tests and dry runs own the time.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use tokio::time::Instant;

/// Tells the time of day.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// `at` was the time at the tokio instant `since`: moves with virtual time.
    Virtual {
        /// The time at `since`.
        at: Timestamp,
        /// The instant at which it was `at`.
        since: Instant,
        /// Where the clock hangs.
        zone: TimeZone,
    },
}

impl Clock {
    /// A clock that shows `at` now and goes on with tokio's time.
    pub fn starting_at(at: Timestamp) -> Clock {
        Clock::Virtual { at, since: Instant::now(), zone: TimeZone::system() }
    }

    /// A clock that hangs in a zone of its own, shows this time now and goes on with tokio's time.
    pub fn hanging_in(at: &Zoned) -> Clock {
        Clock::Virtual { at: at.timestamp(), since: Instant::now(), zone: at.time_zone().clone() }
    }

    /// The time zone of everything that names none.
    pub fn zone(&self) -> TimeZone {
        match self {
            Clock::System => TimeZone::system(),
            Clock::Virtual { zone, .. } => zone.clone(),
        }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Virtual { at, since, .. } => at.saturating_add(since.elapsed()).unwrap_or(*at),
        }
    }

    /// The time now where the clock hangs: the machine's time zone, or a virtual one's own.
    pub fn zoned(&self) -> Zoned {
        self.now().to_zoned(self.zone())
    }

    /// Seconds and their fraction since 1970, as `EPOCH` and unique ids use them.
    pub fn since_epoch(&self) -> Duration {
        Duration::try_from(self.now().duration_since(Timestamp::UNIX_EPOCH)).unwrap_or_default()
    }
}
