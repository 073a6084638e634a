//! `Timers`: one heap of deadlines for all transactions and sessions.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// So many entries are never worth a sweep.
const FEW: usize = 1024;

/// Deadlines in order. An entry that its owner no longer wants is found out when it falls due, so that
/// restarting a timer costs nothing.
#[derive(Debug)]
pub(crate) struct Timers<T> {
    heap: BinaryHeap<Reverse<(Instant, T)>>,
    /// As many entries as call for a sweep: twice what the last one left, so that sweeping costs little.
    crowd: usize,
}

impl<T: Ord + Copy> Timers<T> {
    pub(crate) fn new() -> Self {
        Self { heap: BinaryHeap::new(), crowd: FEW }
    }

    /// Makes sure that the owner is woken by `wanted`; `scheduled` is its earliest entry so far.
    pub(crate) fn schedule(&mut self, wanted: Option<Instant>, scheduled: &mut Option<Instant>, owner: T) {
        let Some(wanted) = wanted else { return };
        if scheduled.is_none_or(|earliest| wanted < earliest) {
            self.heap.push(Reverse((wanted, owner)));
            *scheduled = Some(wanted);
        }
    }

    /// Takes the next owner whose entry is due.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<T> {
        self.heap.peek().filter(|Reverse((at, _))| *at <= now)?;
        self.heap.pop().map(|Reverse((_, owner))| owner)
    }

    /// When the first entry falls due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Have the entries doubled since the last sweep?
    pub(crate) fn is_crowded(&self) -> bool {
        self.heap.len() >= self.crowd
    }

    /// Forgets the entries of owners that are gone: a session timer's deadline may be years ahead.
    pub(crate) fn sweep(&mut self, lives: impl Fn(T) -> bool) {
        self.heap.retain(|Reverse((_, owner))| lives(*owner));
        self.crowd = FEW.max(2 * self.heap.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test needs some instant to start from")]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn only_an_earlier_wish_makes_another_entry() {
        let start = Instant::now();
        let at = |seconds| Some(start + Duration::from_secs(seconds));
        let mut timers = Timers::new();
        let mut scheduled = None;
        timers.schedule(at(5), &mut scheduled, 'a');
        timers.schedule(at(9), &mut scheduled, 'a');
        assert_eq!((timers.len(), timers.next()), (1, at(5)));
        timers.schedule(at(2), &mut scheduled, 'a');
        assert_eq!((timers.len(), timers.next()), (2, at(2)));
        assert_eq!(timers.pop_due(start), None);
        assert_eq!(timers.pop_due(start + Duration::from_secs(6)), Some('a'));
    }

    #[test]
    fn owners_that_are_gone_are_swept_out_once_there_are_many() {
        let later = Instant::now() + Duration::from_secs(u32::MAX.into());
        let mut timers = Timers::new();
        for owner in 0..FEW {
            assert!(!timers.is_crowded());
            timers.schedule(Some(later), &mut None, owner);
        }
        assert!(timers.is_crowded());
        timers.sweep(|owner| owner == 7);
        assert_eq!((timers.len(), timers.is_crowded()), (1, false));
    }
}
