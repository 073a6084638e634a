//! The bus itself: a ring of records, and listeners with a cursor each.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    ring: Mutex<Ring>,
    latest: watch::Sender<u64>,
}

struct Ring {
    /// The number that the next event gets.
    next: u64,
    capacity: usize,
    records: VecDeque<Arc<Record>>,
    listeners: HashMap<u64, u64>,
    next_listener: u64,
}

impl EventBus {
    /// A bus that keeps the latest `capacity` events.
    pub fn new(capacity: usize) -> EventBus {
        let ring =
            Ring { next: 1, capacity, records: VecDeque::new(), listeners: HashMap::new(), next_listener: 0 };
        EventBus { interest: AtomicU64::new(0), ring: Mutex::new(ring), latest: watch::Sender::new(0) }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut ring = self.ring();
        let sequence = ring.next;
        ring.next += 1;
        if ring.records.len() == ring.capacity {
            ring.records.pop_front();
        }
        ring.records.push_back(Arc::new(Record { sequence, time, at, event }));
        drop(ring);
        self.latest.send_replace(sequence);
    }

    /// The number of the latest event, 0 before the first.
    pub fn latest(&self) -> u64 {
        self.ring().next - 1
    }

    /// Listens to the kinds of `mask` from now on, or from number `since` on as far as the ring still has it.
    pub fn listen(self: &Arc<Self>, mask: u64, since: Option<u64>) -> Listener {
        let mut ring = self.ring();
        let id = ring.next_listener;
        ring.next_listener += 1;
        ring.listeners.insert(id, mask);
        let next = since.map_or(ring.next, |since| (since + 1).min(ring.next));
        self.interest.fetch_or(mask, Ordering::Relaxed);
        Listener { bus: self.clone(), id, mask, next, latest: self.latest.subscribe() }
    }
}

/// A reader of the bus.
pub struct Listener {
    bus: Arc<EventBus>,
    id: u64,
    mask: u64,
    next: u64,
    latest: watch::Receiver<u64>,
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
        let ring = self.bus.ring();
        let oldest = ring.next - ring.records.len() as u64;
        if self.next < oldest {
            let lost = oldest - self.next;
            self.next = oldest;
            return Some(Delivery::Lost(lost));
        }
        while self.next < ring.next {
            let record = ring.records.get((self.next - oldest) as usize)?;
            self.next += 1;
            if record.event.kind().bit() & self.mask != 0 {
                return Some(Delivery::Event(record.clone()));
            }
        }
        None
    }

    /// The number of the latest event that it has passed.
    pub fn position(&self) -> u64 {
        self.next - 1
    }

    /// Passes over what it has lost already; returns how much that is.
    pub fn skip_lost(&mut self) -> u64 {
        let ring = self.bus.ring();
        let oldest = ring.next - ring.records.len() as u64;
        let lost = oldest.saturating_sub(self.next);
        self.next += lost;
        lost
    }

    /// Waits for the next event. Cancel safe.
    pub async fn next(&mut self) -> Delivery {
        loop {
            self.latest.mark_unchanged();
            if let Some(delivery) = self.try_next() {
                return delivery;
            }
            // The sender lives in the bus, which this listener holds.
            let _ = self.latest.changed().await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut ring = self.bus.ring();
        ring.listeners.remove(&self.id);
        let interest = ring.listeners.values().fold(0, |all, mask| all | mask);
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
}
