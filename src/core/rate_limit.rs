//! Repeated warnings: a few lines in a while, with the number of those that were left out.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

/// Lets something through once or a few times in an interval and counts what it holds back.
///
/// ```ignore
/// if let Some(before) = self.unknown_users.admit() {
///     tracing::warn!(user, left_out = before, "no such endpoint");
/// }
/// ```
#[derive(Debug)]
pub struct RateLimit {
    interval: Duration,
    most: u32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the interval began, and how many have passed in it.
    begun: Option<(Instant, u32)>,
    held_back: u64,
}

impl RateLimit {
    /// One in this interval.
    pub fn new(interval: Duration) -> RateLimit {
        RateLimit::several(1, interval)
    }

    /// So many in this interval.
    pub fn several(most: u32, interval: Duration) -> RateLimit {
        RateLimit { interval, most, state: Mutex::default() }
    }

    /// How many were held back since the last one, if this one may pass.
    pub fn admit(&self) -> Option<u64> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let running = state.begun.filter(|(begun, _)| now.duration_since(*begun) < self.interval);
        let (begun, passed) = running.unwrap_or((now, 0));
        if passed >= self.most {
            state.held_back += 1;
            return None;
        }
        state.begun = Some((begun, passed + 1));
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

    #[tokio::test(start_paused = true)]
    async fn several_pass_where_several_may() {
        let limit = RateLimit::several(2, Duration::from_secs(10));
        assert_eq!([limit.admit(), limit.admit(), limit.admit()], [Some(0), Some(0), None]);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!([limit.admit(), limit.admit(), limit.admit()], [Some(1), Some(0), None]);
    }
}
