//! When which leg has something to do: buckets of the tick, so that a play costs no timer of its own.

/// Ticks that lie ahead at most; what is due later is looked at again then.
const SLOTS: u64 = 128;

/// A leg, and what tells it from others with the same index.
pub(crate) type Entry = (u32, u32);

/// Legs by the tick in which they are due.
#[derive(Debug)]
pub(crate) struct Wheel {
    slots: Vec<Vec<Entry>>,
    /// The next tick that has not been handled.
    next: u64,
    count: usize,
}

impl Wheel {
    pub(crate) fn new(now: u64) -> Self {
        Self { slots: vec![Vec::new(); SLOTS as usize], next: now, count: 0 }
    }

    /// Makes a leg due in a tick, or as far ahead as the wheel reaches; returns the tick taken.
    pub(crate) fn insert(&mut self, entry: Entry, tick: u64) -> u64 {
        let tick = tick.clamp(self.next, self.next + SLOTS - 1);
        if let Some(slot) = self.slots.get_mut((tick % SLOTS) as usize) {
            slot.push(entry);
            self.count += 1;
        }
        tick
    }

    /// Takes the entries of the next tick up to `now`; `None` once all are taken.
    ///
    /// `due` is emptied and filled; its memory goes round with that of the slots.
    pub(crate) fn take(&mut self, now: u64, due: &mut Vec<Entry>) -> Option<u64> {
        due.clear();
        if self.count == 0 {
            self.next = self.next.max(now + 1);
            return None;
        }
        while self.next <= now {
            let tick = self.next;
            self.next += 1;
            let Some(slot) = self.slots.get_mut((tick % SLOTS) as usize) else { continue };
            if !slot.is_empty() {
                std::mem::swap(slot, due);
                self.count -= due.len();
                return Some(tick);
            }
        }
        None
    }

    /// The tick in which somebody is due next.
    pub(crate) fn next_due(&self) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        (self.next..self.next + SLOTS)
            .find(|tick| self.slots.get((tick % SLOTS) as usize).is_some_and(|slot| !slot.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts legs 0, 1, 2 … at these ticks and shows `tick:leg` as they come due in steps.
    fn check(ticks: &[u64], steps: &[u64], expected: &str) {
        let mut wheel = Wheel::new(100);
        for (leg, &tick) in ticks.iter().enumerate() {
            wheel.insert((leg as u32, 0), tick);
        }
        let (mut due, mut shown) = (Vec::new(), Vec::new());
        for &now in steps {
            while let Some(tick) = wheel.take(now, &mut due) {
                shown.extend(due.iter().map(|(leg, _)| format!("{tick}:{leg}")));
            }
        }
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn legs_come_in_the_order_of_their_ticks() {
        check(&[105, 103, 105], &[102, 104, 110], "103:1 105:0 105:2");
    }

    #[test]
    fn what_is_late_is_due_at_once() {
        check(&[7], &[100], "100:0");
    }

    #[test]
    fn what_lies_too_far_ahead_is_looked_at_on_the_way() {
        check(&[1000], &[226, 227, 1000], "227:0");
    }

    #[test]
    fn the_next_tick_is_known_and_an_idle_wheel_does_not_lag() {
        let mut wheel = Wheel::new(0);
        assert_eq!(wheel.next_due(), None);
        assert_eq!(wheel.take(1_000_000, &mut Vec::new()), None);
        assert_eq!(wheel.insert((1, 0), 5), 1_000_001);
        assert_eq!(wheel.next_due(), Some(1_000_001));
    }
}
