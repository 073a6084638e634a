//! Named signals from one call to others: what `Signal` and `WaitForSignal` share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Who waits for which signal.
#[derive(Default)]
pub struct Signals(Mutex<Waiting>);

/// By the signal's name.
type Waiting = HashMap<Box<str>, Vec<oneshot::Sender<Arc<str>>>>;

impl Signals {
    fn map(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes everybody who waits for the signal; returns how many there were.
    pub fn send(&self, name: &str, payload: &str) -> usize {
        let waiting = self.map().remove(name).unwrap_or_default();
        let payload: Arc<str> = payload.into();
        waiting.into_iter().filter_map(|waiter| waiter.send(payload.clone()).ok()).count()
    }

    /// What the next signal of the name brings; who drops it does not wait any more.
    pub fn wait(&self, name: &str) -> oneshot::Receiver<Arc<str>> {
        let (sender, receiver) = oneshot::channel();
        let mut map = self.map();
        map.retain(|_, waiting| {
            waiting.retain(|waiter| !waiter.is_closed());
            !waiting.is_empty()
        });
        map.entry(name.into()).or_default().push(sender);
        receiver
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_signal_wakes_all_who_wait_and_is_not_kept() {
        let signals = Signals::default();
        assert_eq!(signals.send("done", "early"), 0);
        let (first, second, other) = (signals.wait("done"), signals.wait("done"), signals.wait("other"));
        drop(signals.wait("done"));
        assert_eq!(signals.send("done", "now"), 2);
        assert_eq!((first.await.as_deref(), second.await.as_deref()), (Ok("now"), Ok("now")));
        drop(other);
        let _waiting = signals.wait("done");
        assert_eq!(signals.map().len(), 1);
    }
}
