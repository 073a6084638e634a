//! A clock for this crate's own tests.

use std::time::{Duration, Instant};

/// Some moment; tests count from it in both directions.
#[expect(clippy::disallowed_methods, reason = "an Instant cannot be made otherwise")]
pub(crate) fn start() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

/// So many milliseconds.
pub(crate) fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}
