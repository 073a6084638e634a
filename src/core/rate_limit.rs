//! Repeated warnings: one line in a while, with the number of those that were left out.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

/// Lets something through once in an interval and counts what it holds back.
///
/// ```ignore
/// if let Some(before) = self.unknown_users.admit() {
///     tracing::warn!(user, left_out = before, "no such endpoint");
/// }
/// ```
#[derive(Debug)]
pub struct RateLimit {
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: Option<Instant>,
    held_back: u64,
}

impl RateLimit {
    /// One in this interval.
    pub fn new(interval: Duration) -> RateLimit {
        RateLimit { interval, state: Mutex::default() }
    }

    /// How many were held back since the last one, if this one may pass.
    pub fn admit(&self) -> Option<u64> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.last.is_some_and(|last| now.duration_since(last) < self.interval) {
            state.held_back += 1;
            return None;
        }
        state.last = Some(now);
        Some(std::mem::take(&mut state.held_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_passes_in_an_interval_and_the_others_are_counted() {
        let limit = RateLimit::new(Duration::from_secs(10));
        assert_eq!([limit.admit(), limit.admit(), limit.admit()], [Some(0), None, None]);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!([limit.admit(), limit.admit()], [Some(2), None]);
    }
}
