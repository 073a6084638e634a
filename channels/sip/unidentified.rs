//! Requests of senders that nobody knows or that fail to prove themselves: counted by address, so that a scan
//! makes a few log lines and not a million.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::config::UnidentifiedLimits;

/// More addresses than this are not remembered at once: the oldest goes first.
const MOST: usize = 10_000;

/// The addresses that such requests came from.
#[derive(Debug)]
pub struct Unidentified {
    limits: UnidentifiedLimits,
    seen: HashMap<IpAddr, Suspect>,
    prune_at: Option<Instant>,
}

/// One address.
#[derive(Clone, Copy, Debug)]
pub struct Suspect {
    /// When its first request came.
    pub first_seen: Instant,
    /// How many requests came in all.
    pub count: u32,
    /// When the running period began, and how many requests came in it.
    period: (Instant, u32),
    was_logged: bool,
}

/// A request of an unknown sender, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What to log, once in each period in which there are too many.
    pub notice: Option<Notice>,
    /// It is one of the first of its period.
    pub is_few: bool,
}

/// What the log line says: so many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How many requests.
    pub count: u32,
    /// In how much time.
    pub within: Duration,
}

impl Unidentified {
    /// Nobody is suspected yet.
    pub fn new(limits: UnidentifiedLimits) -> Unidentified {
        Unidentified { limits, seen: HashMap::new(), prune_at: None }
    }

    /// Takes over the limits of a new configuration.
    pub fn configure(&mut self, limits: UnidentifiedLimits) {
        self.limits = limits;
    }

    /// Counts a request of an unknown sender.
    pub fn count(&mut self, source: IpAddr, now: Instant) -> Counted {
        let most = self.limits.count;
        let suspect = self.note(source, now);
        let is_due = !suspect.was_logged && suspect.period.1 >= most;
        suspect.was_logged |= is_due;
        let within = now.duration_since(suspect.period.0);
        let notice = is_due.then_some(Notice { count: suspect.period.1, within });
        Counted { notice, is_few: suspect.period.1 <= most }
    }

    /// Counts a wrong answer to a challenge, or a request from where it may not come; says whether it is worth a line, as the first of each period are.
    pub fn count_failure(&mut self, source: IpAddr, now: Instant) -> bool {
        let most = self.limits.count;
        self.note(source, now).period.1 <= most
    }

    fn note(&mut self, source: IpAddr, now: Instant) -> &mut Suspect {
        self.prune(now);
        let source = source.to_canonical();
        if !self.seen.contains_key(&source) && self.seen.len() >= MOST {
            self.forget_oldest();
        }
        let new = Suspect { first_seen: now, count: 0, period: (now, 0), was_logged: false };
        let suspect = self.seen.entry(source).or_insert(new);
        suspect.count = suspect.count.saturating_add(1);
        if now.duration_since(suspect.period.0) >= self.limits.period {
            suspect.period = (now, 0);
            suspect.was_logged = false;
        }
        suspect.period.1 = suspect.period.1.saturating_add(1);
        suspect
    }

    /// The sender has proved itself after all.
    pub fn forgive(&mut self, source: IpAddr) {
        if !self.seen.is_empty() {
            self.seen.remove(&source.to_canonical());
        }
    }

    /// All addresses, sorted, for `pjsip show unidentified_requests`.
    pub fn list(&self) -> Vec<(IpAddr, Suspect)> {
        let mut list: Vec<_> = self.seen.iter().map(|(address, suspect)| (*address, *suspect)).collect();
        list.sort_by_key(|(address, _)| *address);
        list
    }

    /// Forgets what is older than twice the period.
    fn prune(&mut self, now: Instant) {
        let prune_at = *self.prune_at.get_or_insert(now + self.limits.prune_interval);
        if now >= prune_at {
            let oldest = self.limits.period * 2;
            self.seen.retain(|_, suspect| now.duration_since(suspect.period.0) < oldest);
            self.prune_at = Some(now + self.limits.prune_interval);
        }
    }

    fn forget_oldest(&mut self) {
        let oldest =
            self.seen.iter().min_by_key(|(_, suspect)| suspect.period.0).map(|(address, _)| *address);
        oldest.map(|address| self.seen.remove(&address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Global;

    fn scanner() -> (Unidentified, Instant, IpAddr) {
        (Unidentified::new(Global::default().unidentified), Instant::now(), "203.0.113.1".parse().unwrap())
    }

    #[test]
    fn a_scan_is_one_line_a_period() {
        let (mut unidentified, start, source) = scanner();
        let lines = (0..1000)
            .filter_map(|n| unidentified.count(source, start + Duration::from_millis(n * 10)).notice);
        let lines: Vec<Notice> = lines.collect();
        let expected = Notice { count: 5, within: Duration::from_millis(40) };
        assert_eq!(lines, [expected, expected]);
        assert_eq!(unidentified.list().first().map(|(_, suspect)| suspect.count), Some(1000));
    }

    #[test]
    fn a_slip_is_no_line() {
        let (mut unidentified, start, source) = scanner();
        assert_eq!((0..4).filter_map(|_| unidentified.count(source, start).notice).count(), 0);
        unidentified.forgive(source);
        assert_eq!((0..4).filter_map(|_| unidentified.count(source, start).notice).count(), 0);
    }

    #[test]
    fn wrong_passwords_are_logged_while_they_are_few() {
        let (mut unidentified, start, source) = scanner();
        let slow = (0..20).filter(|n| unidentified.count_failure(source, start + Duration::from_secs(n * 2)));
        assert_eq!(slow.count(), 20);
        let later = start + Duration::from_secs(100);
        assert_eq!((0..1000).filter(|_| unidentified.count_failure(source, later)).count(), 5);
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let (mut unidentified, start, source) = scanner();
        unidentified.count(source, start);
        unidentified.count("203.0.113.2".parse().unwrap(), start + Duration::from_secs(31));
        assert_eq!(unidentified.list().len(), 1);
    }

    #[test]
    fn a_flood_of_addresses_fills_no_memory() {
        let (mut unidentified, start, _) = scanner();
        for n in 0..(MOST as u32 + 10) {
            unidentified.count(IpAddr::from(n.to_be_bytes()), start + Duration::from_nanos(n.into()));
        }
        assert_eq!(unidentified.list().len(), MOST);
    }
}
