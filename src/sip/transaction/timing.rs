//! `Timing`: the timers of RFC 3261 17 and what is derived from them.

use std::time::Duration;

/// The base values; the letters are RFC 3261's and RFC 6026's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// The estimated round trip; the first wait before a message is sent again.
    pub t1: Duration,
    /// The longest wait between two sendings.
    pub t2: Duration,
    /// How long a message may stay in the network.
    pub t4: Duration,
    /// Timer B: how long an INVITE waits for a first response; `None` is 64 T1.
    pub timer_b: Option<Duration>,
    /// Timer D: how long a client repeats its ACK on unreliable transports; at least 32 seconds.
    pub timer_d: Duration,
    /// When 100 Trying is sent unless something else was.
    pub trying_after: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            timer_b: None,
            timer_d: Duration::from_secs(32),
            trying_after: Duration::from_millis(200),
        }
    }
}

impl Timing {
    /// 64 T1: timers F, H, J, L and M, and the patience of dialogs.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.t1 * 64
    }

    /// Timer B.
    #[must_use]
    pub fn invite_patience(&self) -> Duration {
        self.timer_b.unwrap_or_else(|| self.patience())
    }

    /// The wait after this one: twice as long, at most T2.
    #[must_use]
    pub fn next_wait(&self, wait: Duration) -> Duration {
        (wait * 2).min(self.t2)
    }
}
