//! Where a program is on the bus.

use obelus_core::events::{Delivery, Listener};
use tokio::sync::watch;

/// A listener that looks for events when there is news.
pub(super) struct Cursor {
    listener: Listener,
    news: watch::Receiver<()>,
    /// Nothing was there when it looked last.
    is_at_end: bool,
}

impl Cursor {
    pub(super) fn new(listener: Listener, news: watch::Receiver<()>) -> Cursor {
        Cursor { listener, news, is_at_end: false }
    }

    /// The next event that it wants, if there is one already.
    pub(super) fn try_next(&mut self) -> Option<Delivery> {
        let found = self.listener.try_next();
        self.is_at_end = found.is_none();
        found
    }

    /// Waits for the next event. Cancel safe.
    pub(super) async fn next(&mut self) -> Delivery {
        loop {
            if self.is_at_end {
                // Who sends the news lives as long as the sessions.
                let _ = self.news.changed().await;
            }
            if let Some(delivery) = self.try_next() {
                return delivery;
            }
        }
    }

    /// The number of the latest event that it has passed.
    pub(super) fn position(&self) -> u64 {
        self.listener.position()
    }

    /// Passes over what it has lost already; returns how much that is.
    pub(super) fn skip_lost(&mut self) -> u64 {
        self.listener.skip_lost()
    }

    /// What keeps its place while nobody reads.
    pub(super) fn into_listener(self) -> Listener {
        self.listener
    }
}
