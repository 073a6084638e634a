//! Which counts of a nonce were used: a sliding window per nonce, so that a recorded request is not accepted again.

use crate::hashing::Identity;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// The counts of nonces that were used. Its clones are one table, so that of several servers none accepts what
/// another has seen.
#[derive(Clone)]
pub struct NonceCounts(Arc<Mutex<ReplayTable>>);

impl NonceCounts {
    /// Remembers the counts of so many nonces at most; what expires first is forgotten first.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(Arc::new(Mutex::new(ReplayTable::new(capacity))))
    }

    /// Notes a use; `false` when this count was used before or is too far behind to know.
    pub(super) fn accept(&self, serial: u64, count: u32, now: SystemTime, lifetime: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).accept(serial, count, now, lifetime)
    }
}

impl fmt::Debug for NonceCounts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("NonceCounts").finish_non_exhaustive()
    }
}

/// Nonces that were used, each with its window, until they are too old to be accepted.
struct ReplayTable {
    windows: HashMap<u64, Window, Identity>,
    /// When each serial can be forgotten. Lifetimes differ, so this is not the order of their use.
    ends: BinaryHeap<Reverse<(SystemTime, u64)>>,
    capacity: usize,
}

/// The highest count and the 64 below it.
#[derive(Clone, Copy)]
struct Window {
    highest: u32,
    seen: u64,
}

impl ReplayTable {
    fn new(capacity: usize) -> Self {
        Self { windows: HashMap::with_hasher(Identity), ends: BinaryHeap::new(), capacity }
    }

    fn accept(&mut self, serial: u64, count: u32, now: SystemTime, lifetime: Duration) -> bool {
        while self.ends.peek().is_some_and(|Reverse((end, _))| *end < now) {
            self.forget_first();
        }
        if let Some(window) = self.windows.get_mut(&serial) {
            return window.accept(count);
        }
        if self.windows.len() >= self.capacity {
            self.forget_first();
        }
        self.windows.insert(serial, Window { highest: count, seen: 1 });
        // A nonce is accepted until two seconds past its lifetime, which began before its first use.
        self.ends.push(Reverse((now + lifetime + Duration::from_secs(4), serial)));
        true
    }

    fn forget_first(&mut self) {
        if let Some(Reverse((_, serial))) = self.ends.pop() {
            self.windows.remove(&serial);
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.windows.len()
    }
}

impl Window {
    fn accept(&mut self, count: u32) -> bool {
        if count > self.highest {
            let shift = count - self.highest;
            self.seen = self.seen.checked_shl(shift).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let behind = self.highest - count;
        let Some(bit) = 1u64.checked_shl(behind) else { return false };
        let fresh = self.seen & bit == 0;
        self.seen |= bit;
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    const LIFE: Duration = Duration::from_secs(30);

    fn check(counts: &[u32], expected: &[bool]) {
        let mut table = ReplayTable::new(10);
        let accepted: Vec<_> = counts.iter().map(|&count| table.accept(1, count, UNIX_EPOCH, LIFE)).collect();
        assert_eq!(accepted, expected, "{counts:?}");
    }

    #[test]
    fn each_count_is_accepted_once_in_any_near_order() {
        check(&[1, 2, 2, 1], &[true, true, false, false]);
        check(&[5, 3, 4, 3, 6], &[true, true, true, false, true]);
        check(&[1, 100, 37, 36, 1], &[true, true, true, false, false]);
        check(&[u32::MAX, 0, u32::MAX], &[true, false, false]);
    }

    #[test]
    fn old_nonces_are_forgotten_and_the_table_is_bounded() {
        let mut table = ReplayTable::new(3);
        for serial in 0..10 {
            assert!(table.accept(serial, 1, UNIX_EPOCH, LIFE));
        }
        assert_eq!(table.len(), 3);
        assert!(table.accept(99, 1, UNIX_EPOCH + Duration::from_secs(60), LIFE));
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn a_short_life_does_not_shorten_another() {
        let mut table = ReplayTable::new(10);
        assert!(table.accept(1, 1, UNIX_EPOCH, 10 * LIFE));
        assert!(table.accept(2, 1, UNIX_EPOCH, LIFE));
        let later = UNIX_EPOCH + 2 * LIFE;
        assert!(table.accept(3, 1, later, LIFE));
        assert_eq!(table.len(), 2);
        assert!(!table.accept(1, 1, later, 10 * LIFE));
    }

    #[test]
    fn clones_are_one_table() {
        let one = NonceCounts::new(10);
        let other = one.clone();
        assert!(one.accept(1, 1, UNIX_EPOCH, LIFE));
        assert!(!other.accept(1, 1, UNIX_EPOCH, LIFE));
        assert!(other.accept(1, 2, UNIX_EPOCH, LIFE));
    }
}
