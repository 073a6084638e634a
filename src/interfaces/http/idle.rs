//! Whether a connection does anything.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Now {
    /// A request is being answered, or the first has not come.
    Busy,
    /// The last answer was given then.
    Idle(Instant),
}

/// The state of one connection.
#[derive(Clone, Debug)]
pub(crate) struct Idle(Arc<watch::Sender<Now>>);

impl Idle {
    /// A connection from which nothing has come yet; its first request has a deadline of its own.
    pub(crate) fn new() -> Idle {
        Idle(Arc::new(watch::Sender::new(Now::Busy)))
    }

    /// A request has come.
    pub(crate) fn begins(&self) {
        self.0.send_replace(Now::Busy);
    }

    /// It has been answered.
    pub(crate) fn ends(&self) {
        self.0.send_replace(Now::Idle(Instant::now()));
    }

    /// Waits until nothing has come for so long.
    pub(crate) async fn lasts(&self, time: Duration) {
        let mut now = self.0.subscribe();
        loop {
            let state = *now.borrow_and_update();
            let over = async {
                match state {
                    Now::Idle(since) => tokio::time::sleep_until(since + time).await,
                    Now::Busy => std::future::pending().await,
                }
            };
            // Cancel safe: a timer and a watch, whose sender is in `self`.
            tokio::select! {
                () = over => return,
                _ = now.changed() => {}
            }
        }
    }
}
