//! The bus itself: a ring of records, and listeners with a cursor each.
//!
//! Neither who publishes nor who reads takes a lock for an event: hundreds of readers must not make calls wait.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Event, EventKind};

/// An event with its number and time.
#[derive(Debug)]
pub struct Record {
    /// Rises by one with each event.
    pub sequence: u64,
    /// When it was published, for people.
    pub time: Timestamp,
    /// When it was published, on the clock that never jumps.
    pub at: Instant,
    /// What happened.
    pub event: Event,
}

/// The bus.
pub struct EventBus {
    interest: AtomicU64,
    /// The number that the next event gets.
    next: AtomicU64,
    /// An event is in the slot of its number; which of those that share it, its number says.
    ring: Box<[ArcSwapOption<Record>]>,
    listeners: Mutex<Listeners>,
    news: watch::Sender<()>,
}

/// Who listens to which kinds.
#[derive(Default)]
struct Listeners {
    masks: HashMap<u64, u64>,
    next: u64,
}

impl EventBus {
    /// A bus that keeps the latest `capacity` events, one at least.
    pub fn new(capacity: usize) -> EventBus {
        EventBus {
            interest: AtomicU64::new(0),
            next: AtomicU64::new(1),
            ring: (0..capacity.max(1)).map(|_| ArcSwapOption::empty()).collect(),
            listeners: Mutex::default(),
            news: watch::Sender::new(()),
        }
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, sequence: u64) -> Option<&ArcSwapOption<Record>> {
        self.ring.get((sequence % self.ring.len() as u64) as usize)
    }

    /// The number of the oldest event that is still there.
    fn oldest(&self) -> u64 {
        self.next.load(Ordering::Acquire).saturating_sub(self.ring.len() as u64)
    }

    /// Whether somebody listens to this kind.
    pub fn wants(&self, kind: EventKind) -> bool {
        self.interest.load(Ordering::Relaxed) & kind.bit() != 0
    }

    /// Publishes what `build` makes, if somebody listens to the kind.
    pub fn publish(&self, kind: EventKind, time: impl FnOnce() -> Timestamp, build: impl FnOnce() -> Event) {
        if !self.wants(kind) {
            return;
        }
        let (event, time, at) = (build(), time(), Instant::now());
        let sequence = self.next.fetch_add(1, Ordering::AcqRel);
        let Some(slot) = self.slot(sequence) else { return };
        let before = slot.swap(Some(Arc::new(Record { sequence, time, at, event })));
        // Others have published a whole ring of events since this one got its number.
        if before.as_ref().is_some_and(|before| before.sequence > sequence) {
            slot.store(before);
        }
        self.news.send_replace(());
    }

    /// The number of the latest event, 0 before the first.
    pub fn latest(&self) -> u64 {
        self.next.load(Ordering::Acquire) - 1
    }

    /// Changes when something has been published: for who wakes many readers.
    pub fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    /// Listens to the kinds of `mask` from now on, or from number `since` on as far as the ring still has it.
    pub fn listen(self: &Arc<Self>, mask: u64, since: Option<u64>) -> Listener {
        let id = {
            let mut listeners = self.listeners();
            let id = listeners.next;
            listeners.next += 1;
            listeners.masks.insert(id, mask);
            self.interest.fetch_or(mask, Ordering::Relaxed);
            id
        };
        let now = self.next.load(Ordering::Acquire);
        let next = since.map_or(now, |since| (since + 1).min(now));
        Listener { bus: self.clone(), id, mask, next, news: self.news() }
    }
}

/// A reader of the bus.
pub struct Listener {
    bus: Arc<EventBus>,
    id: u64,
    mask: u64,
    next: u64,
    news: watch::Receiver<()>,
}

/// What a listener gets.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// The next event that it wants.
    Event(Arc<Record>),
    /// So many events were published and dropped before it read them.
    Lost(u64),
}

impl Listener {
    /// The next event that was published, if there is one already.
    pub fn try_next(&mut self) -> Option<Delivery> {
        loop {
            let slot = self.bus.slot(self.next)?.load();
            // An older one is there as long as the next is being published.
            let record = slot.as_ref().filter(|record| record.sequence >= self.next)?;
            if record.sequence > self.next {
                return Some(Delivery::Lost(self.skip_lost()));
            }
            self.next += 1;
            if record.event.kind().bit() & self.mask != 0 {
                return Some(Delivery::Event(record.clone()));
            }
        }
    }

    /// The number of the latest event that it has passed.
    pub fn position(&self) -> u64 {
        self.next - 1
    }

    /// Passes over what it has lost already; returns how much that is.
    pub fn skip_lost(&mut self) -> u64 {
        let lost = self.bus.oldest().saturating_sub(self.next);
        self.next += lost;
        lost
    }

    /// Waits for the next event. Cancel safe.
    pub async fn next(&mut self) -> Delivery {
        loop {
            self.news.mark_unchanged();
            if let Some(delivery) = self.try_next() {
                return delivery;
            }
            // The sender lives in the bus, which this listener holds.
            let _ = self.news.changed().await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut listeners = self.bus.listeners();
        listeners.masks.remove(&self.id);
        let interest = listeners.masks.values().fold(0, |all, mask| all | mask);
        self.bus.interest.store(interest, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(bus: &EventBus, module: &str) {
        let build = || Event::Reload { module: module.into(), good: true };
        bus.publish(EventKind::Reload, || Timestamp::UNIX_EPOCH, build);
    }

    fn module(delivery: Option<Delivery>) -> String {
        match delivery {
            Some(Delivery::Event(record)) => match &record.event {
                Event::Reload { module, .. } => module.to_string(),
                other => format!("{other:?}"),
            },
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn nothing_is_built_when_nobody_listens() {
        let bus = Arc::new(EventBus::new(4));
        let built = || -> Event { panic!("built for nobody") };
        bus.publish(EventKind::Shutdown, || Timestamp::UNIX_EPOCH, built);
        let listener = bus.listen(EventKind::Reload.bit(), None);
        bus.publish(EventKind::Shutdown, || Timestamp::UNIX_EPOCH, built);
        drop(listener);
        assert!(!bus.wants(EventKind::Reload));
    }

    #[test]
    fn a_slow_listener_is_told_what_it_lost() {
        let bus = Arc::new(EventBus::new(2));
        let mut listener = bus.listen(EventKind::Reload.bit(), None);
        for name in ["a", "b", "c", "d", "e"] {
            publish(&bus, name);
        }
        assert!(matches!(listener.try_next(), Some(Delivery::Lost(3))));
        assert_eq!(module(listener.try_next()), "d");
        assert_eq!(module(listener.try_next()), "e");
        assert!(listener.try_next().is_none());
    }

    #[tokio::test]
    async fn a_listener_can_begin_in_the_past() {
        let bus = Arc::new(EventBus::new(8));
        let mut first = bus.listen(EventKind::Reload.bit(), None);
        publish(&bus, "a");
        publish(&bus, "b");
        let Delivery::Event(record) = first.next().await else { panic!("an event") };
        let mut second = bus.listen(EventKind::Reload.bit(), Some(record.sequence));
        assert_eq!(module(second.try_next()), "b");
    }

    #[test]
    fn readers_beside_publishers_get_each_event_once_and_in_order_or_are_told_that_it_is_lost() {
        const EACH: u64 = 20_000;
        let bus = Arc::new(EventBus::new(256));
        let read = |mut listener: Listener| {
            let (mut seen, mut lost, mut before) = (0, 0, 0);
            while seen + lost < 2 * EACH {
                match listener.try_next() {
                    Some(Delivery::Event(record)) => {
                        assert_eq!(record.sequence, before + 1);
                        (seen, before) = (seen + 1, record.sequence);
                    }
                    Some(Delivery::Lost(count)) => (lost, before) = (lost + count, before + count),
                    None => std::thread::yield_now(),
                }
            }
            assert_eq!((seen + lost, before), (2 * EACH, 2 * EACH));
        };
        let listeners = [(); 2].map(|()| bus.listen(EventKind::Reload.bit(), None));
        std::thread::scope(|scope| {
            for listener in listeners {
                scope.spawn(move || read(listener));
                scope.spawn(|| (0..EACH).for_each(|_| publish(&bus, "a")));
            }
        });
    }
}
