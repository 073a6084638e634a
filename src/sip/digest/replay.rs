//! Which counts of a nonce were used: a sliding window per nonce, so that a recorded request is not accepted again.

use crate::hashing::Identity;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, SystemTime};

/// Nonces that were used, each with its window, until they are too old to be accepted.
pub(super) struct ReplayTable {
    windows: HashMap<u64, Window, Identity>,
    /// Serials in the order of their first use.
    ages: VecDeque<(SystemTime, u64)>,
    capacity: usize,
}

/// The highest count and the 64 below it.
#[derive(Clone, Copy)]
struct Window {
    highest: u32,
    seen: u64,
}

impl ReplayTable {
    pub(super) fn new(capacity: usize) -> Self {
        Self { windows: HashMap::with_hasher(Identity), ages: VecDeque::new(), capacity }
    }

    /// Notes a use; `false` when this count was used before or is too far behind to know.
    pub(super) fn accept(&mut self, serial: u64, count: u32, now: SystemTime, lifetime: Duration) -> bool {
        self.forget(now, lifetime);
        if let Some(window) = self.windows.get_mut(&serial) {
            return window.accept(count);
        }
        if self.windows.len() >= self.capacity {
            self.forget_oldest();
        }
        self.windows.insert(serial, Window { highest: count, seen: 1 });
        self.ages.push_back((now, serial));
        true
    }

    fn forget(&mut self, now: SystemTime, lifetime: Duration) {
        // A nonce is accepted until two seconds past its lifetime, which began before its first use.
        let keep = lifetime + Duration::from_secs(4);
        while let Some(&(first_use, _)) = self.ages.front() {
            if now.duration_since(first_use).is_ok_and(|age| age > keep) {
                self.forget_oldest();
            } else {
                break;
            }
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, serial)) = self.ages.pop_front() {
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
}
