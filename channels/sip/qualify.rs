//! OPTIONS to contacts: when each is asked, and what an answer or silence means.
//!
//! A value: [`Qualifier::handle_timeout`] and [`Qualifier::handle_result`] bring things in,
//! [`Qualifier::poll`] and [`Qualifier::next_timeout`] bring them out.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use obelus_sip::{Entropy, StatusCode};

use crate::config::Qualify;
use crate::contact::{Contact, Hash, Status};

/// A contact that is asked, for the result to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProbeId {
    entry: u64,
    round: u32,
}

/// An OPTIONS that is to be sent.
#[derive(Clone, Debug)]
pub struct Probe {
    /// To be given back with the result.
    pub id: ProbeId,
    /// Whom to ask.
    pub contact: Arc<Contact>,
    /// Whether a challenge is answered with the endpoint's `outbound_auth`.
    pub authenticate: bool,
}

/// How a probe ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a final response.
    Answered(StatusCode),
    /// Without one, or it could not be sent.
    Failed,
}

/// What the qualifier wants.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send an OPTIONS.
    Ask(Probe),
    /// Tell everybody.
    Changed(StatusChange),
    /// A contact was asked, and is as it was.
    Unchanged(Arc<Contact>),
}

/// A contact has become reachable, unreachable, or is no longer asked.
#[derive(Clone, Debug)]
pub struct StatusChange {
    /// The contact.
    pub contact: Arc<Contact>,
    /// What it was.
    pub before: Status,
    /// What it is.
    pub after: Status,
    /// How long the answer took; zero where there was none.
    pub round_trip: Duration,
}

/// When a contact is asked for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At once: it has just registered.
    Now,
    /// Somewhen within this time, so that not all are asked together.
    Within(Duration),
}

/// The contacts that are asked.
pub struct Qualifier {
    entropy: Entropy,
    entries: HashMap<u64, Entry>,
    by_contact: HashMap<Key, u64>,
    /// The timer of each entry, the next first.
    timers: BTreeSet<(Instant, u64)>,
    outputs: VecDeque<Output>,
    next_entry: u64,
}

struct Entry {
    contact: Arc<Contact>,
    qualify: Qualify,
    round: u32,
    state: State,
    /// The timer that stands in [`Qualifier::timers`].
    timer: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// It is asked when the timer ends.
    Waiting,
    /// It was asked; silence until the timer ends means that it is not there.
    Asked { since: Instant },
}

impl Qualifier {
    /// Nobody is asked yet; the seed spreads the first questions.
    pub fn new(seed: [u8; 32]) -> Qualifier {
        Qualifier {
            entropy: Entropy::new(seed),
            entries: HashMap::new(),
            by_contact: HashMap::new(),
            timers: BTreeSet::new(),
            outputs: VecDeque::new(),
            next_entry: 0,
        }
    }

    /// A contact came, was refreshed, or its address of record has other settings now.
    pub fn set(&mut self, now: Instant, contact: &Arc<Contact>, qualify: Qualify, start: Start) {
        match self.find(contact) {
            None if qualify.every.is_none() => {}
            None => {
                let due = now + self.delay(qualify, start);
                self.insert(contact.clone(), qualify, due);
            }
            Some(_) if qualify.every.is_none() => {
                self.remove(contact);
                self.change(contact, Status::NonQualified, Duration::ZERO);
            }
            Some(id) => {
                let Some(entry) = self.entries.get_mut(&id) else { return };
                entry.contact = contact.clone();
                let is_sooner = qualify.every < entry.qualify.every;
                entry.qualify = qualify;
                if is_sooner && matches!(entry.state, State::Waiting) {
                    let due = now + self.delay(qualify, start);
                    self.set_timer(id, Some(due));
                }
            }
        }
    }

    /// A contact is gone.
    pub fn remove(&mut self, contact: &Contact) {
        if let Some(id) = self.find(contact) {
            self.forget(id);
        }
    }

    /// Asks a contact now, whatever its settings; `false` while an answer is awaited.
    ///
    /// The result changes the status only of contacts that are asked anyway.
    pub fn ask(&mut self, now: Instant, contact: &Arc<Contact>, qualify: Qualify) -> bool {
        let id = match self.find(contact) {
            Some(id) => id,
            None => self.insert(contact.clone(), qualify, now),
        };
        let is_free = self.entries.get(&id).is_some_and(|entry| matches!(entry.state, State::Waiting));
        if is_free {
            self.start(id, now, true);
        }
        is_free
    }

    /// Asks those whose time has come, and gives up those that are silent.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some((_, id)) = self.timers.first().copied().filter(|(due, _)| *due <= now) {
            match self.entries.get(&id).map(|entry| entry.state) {
                Some(State::Waiting) => self.start(id, now, false),
                Some(State::Asked { since }) => self.finish(id, since, now, Outcome::Failed),
                None => self.forget(id),
            }
        }
    }

    /// A probe has ended; a result that comes too late changes nothing.
    pub fn handle_result(&mut self, now: Instant, probe: ProbeId, outcome: Outcome) {
        let Some(entry) = self.entries.get(&probe.entry).filter(|entry| entry.round == probe.round) else {
            return;
        };
        if let State::Asked { since } = entry.state {
            self.finish(probe.entry, since, now, outcome);
        }
    }

    /// When [`Qualifier::handle_timeout`] has something to do.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// What is to be done; drain it after every other call.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// How many contacts are asked.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    fn find(&self, contact: &Contact) -> Option<u64> {
        self.by_contact.get(&key(contact)).copied()
    }

    fn insert(&mut self, contact: Arc<Contact>, qualify: Qualify, due: Instant) -> u64 {
        let id = self.next_entry;
        self.next_entry += 1;
        self.by_contact.insert(key(&contact), id);
        self.entries.insert(id, Entry { contact, qualify, round: 0, state: State::Waiting, timer: None });
        self.set_timer(id, Some(due));
        id
    }

    fn forget(&mut self, id: u64) {
        self.set_timer(id, None);
        if let Some(entry) = self.entries.remove(&id) {
            self.by_contact.remove(&key(&entry.contact));
        }
    }

    fn set_timer(&mut self, id: u64, due: Option<Instant>) {
        let Some(entry) = self.entries.get_mut(&id) else {
            self.timers.retain(|(_, other)| *other != id);
            return;
        };
        if let Some(old) = entry.timer {
            self.timers.remove(&(old, id));
        }
        entry.timer = due;
        self.timers.extend(due.map(|due| (due, id)));
    }

    /// At least a millisecond, so that what is spread is not all at once.
    fn delay(&mut self, qualify: Qualify, start: Start) -> Duration {
        let Start::Within(time) = start else { return Duration::ZERO };
        let every = qualify.every.unwrap_or_default();
        let time = if time.is_zero() { every } else { time.min(every) };
        let milliseconds = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        Duration::from_millis(u64::from(self.entropy.below(milliseconds)).max(1))
    }

    /// A probe that somebody asked for proves who we are in any case.
    fn start(&mut self, id: u64, now: Instant, wanted: bool) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.round = entry.round.wrapping_add(1);
        entry.state = State::Asked { since: now };
        let deadline = entry.qualify.timeout.map(|timeout| now + timeout);
        let probe = Probe {
            id: ProbeId { entry: id, round: entry.round },
            contact: entry.contact.clone(),
            authenticate: wanted || entry.qualify.authenticate,
        };
        self.outputs.push_back(Output::Ask(probe));
        self.set_timer(id, deadline);
    }

    fn finish(&mut self, id: u64, since: Instant, now: Instant, outcome: Outcome) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let Some(every) = entry.qualify.every else {
            self.forget(id);
            return;
        };
        entry.state = State::Waiting;
        let is_there = match outcome {
            Outcome::Answered(status) => !entry.qualify.only_2xx || status.is_success(),
            Outcome::Failed => false,
        };
        let contact = entry.contact.clone();
        self.set_timer(id, Some((since + every).max(now)));
        if is_there {
            self.change(&contact, Status::Reachable, now.duration_since(since));
        } else {
            self.change(&contact, Status::Unreachable, Duration::ZERO);
        }
    }

    fn change(&mut self, contact: &Arc<Contact>, after: Status, round_trip: Duration) {
        let before = contact.health.set(after, round_trip);
        if before != after {
            let change = StatusChange { contact: contact.clone(), before, after, round_trip };
            self.outputs.push_back(Output::Changed(change));
        } else if after != Status::NonQualified {
            self.outputs.push_back(Output::Unchanged(contact.clone()));
        }
    }
}

/// The address of record, the URI, and whether it registered: one URI can be there both ways.
type Key = (Arc<str>, Hash, bool);

fn key(contact: &Contact) -> Key {
    (contact.aor.clone(), *contact.hash(), contact.binding().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(60);
    const TIMEOUT: Duration = Duration::from_secs(3);

    /// A qualifier with its clock.
    struct Bench {
        qualifier: Qualifier,
        now: Instant,
    }

    impl Bench {
        fn new() -> Bench {
            Bench { qualifier: Qualifier::new([5; 32]), now: Instant::now() }
        }

        fn set(&mut self, contact: &Arc<Contact>, qualify: Qualify, start: Start) {
            self.qualifier.set(self.now, contact, qualify, start);
        }

        /// Lets time pass, and everything happen in it; gives what came out.
        fn pass(&mut self, time: Duration) -> Vec<Output> {
            let end = self.now + time;
            let mut outputs = Vec::new();
            while let Some(due) = self.qualifier.next_timeout().filter(|due| *due <= end) {
                self.qualifier.handle_timeout(due);
                outputs.extend(std::iter::from_fn(|| self.qualifier.poll()));
            }
            self.now = end;
            outputs
        }

        fn probe(&mut self, time: Duration) -> ProbeId {
            let outputs = self.pass(time);
            let mut probes = outputs.iter().filter_map(|output| match output {
                Output::Ask(probe) => Some(probe.id),
                Output::Changed(_) | Output::Unchanged(_) => None,
            });
            probes.next_back().unwrap_or_else(|| panic!("nobody was asked: {outputs:?}"))
        }

        fn answer(&mut self, probe: ProbeId, status: u16) -> Option<Status> {
            self.qualifier.handle_result(
                self.now,
                probe,
                Outcome::Answered(StatusCode::new(status).unwrap()),
            );
            match self.qualifier.poll() {
                Some(Output::Changed(change)) => Some(change.after),
                _ => None,
            }
        }
    }

    fn contact(uri: &str) -> Arc<Contact> {
        Arc::new(Contact::permanent(&"1001".into(), uri.parse().unwrap()))
    }

    fn qualify(every: Option<Duration>) -> Qualify {
        Qualify { every, timeout: Some(TIMEOUT), only_2xx: false, authenticate: false }
    }

    fn changes(outputs: &[Output]) -> Vec<Status> {
        let change = |output: &Output| match output {
            Output::Changed(change) => Some(change.after),
            Output::Ask(_) | Output::Unchanged(_) => None,
        };
        outputs.iter().filter_map(change).collect()
    }

    #[test]
    fn an_answer_makes_reachable_and_silence_unreachable() {
        let mut bench = Bench::new();
        let phone = contact("sip:a@h");
        bench.set(&phone, qualify(Some(EVERY)), Start::Now);
        let probe = bench.probe(Duration::from_millis(20));
        assert_eq!(bench.answer(probe, 404), Some(Status::Reachable));
        assert_eq!(phone.health.round_trip(), Some(Duration::from_millis(20)));
        assert_eq!(bench.answer(probe, 200), None);
        bench.probe(EVERY);
        assert_eq!(changes(&bench.pass(TIMEOUT)), [Status::Unreachable]);
        assert_eq!(phone.health.status(), Status::Unreachable);
        // Asked every minute, and still silent.
        let outputs = bench.pass(EVERY * 10);
        let asked = outputs.iter().filter(|output| matches!(output, Output::Ask(_))).count();
        assert_eq!((asked, changes(&outputs).len()), (10, 0));
    }

    #[test]
    fn a_late_answer_is_passed_over() {
        let mut bench = Bench::new();
        let phone = contact("sip:a@h");
        bench.set(&phone, qualify(Some(EVERY)), Start::Now);
        let probe = bench.probe(Duration::ZERO);
        bench.pass(TIMEOUT);
        assert_eq!(bench.answer(probe, 200), None);
        assert_eq!(phone.health.status(), Status::Unreachable);
    }

    #[test]
    fn only_2xx_may_count() {
        let mut bench = Bench::new();
        let phone = contact("sip:a@h");
        bench.set(&phone, Qualify { only_2xx: true, ..qualify(Some(EVERY)) }, Start::Now);
        let probe = bench.probe(Duration::ZERO);
        assert_eq!(bench.answer(probe, 480), Some(Status::Unreachable));
        let probe = bench.probe(EVERY);
        assert_eq!(bench.answer(probe, 200), Some(Status::Reachable));
    }

    #[test]
    fn the_first_questions_are_spread() {
        let mut bench = Bench::new();
        for number in 0..100 {
            bench.set(
                &contact(&format!("sip:{number}@h")),
                qualify(Some(EVERY)),
                Start::Within(Duration::from_secs(10)),
            );
        }
        let halves =
            [bench.pass(Duration::from_secs(5)).len(), bench.pass(Duration::from_millis(5001)).len()];
        let asked = |outputs: usize| outputs > 20;
        assert!(halves.iter().all(|half| asked(*half)), "{halves:?}");
        assert_eq!(bench.qualifier.count(), 100);
    }

    #[test]
    fn without_a_limit_they_are_spread_over_the_whole_interval() {
        let mut bench = Bench::new();
        for number in 0..100 {
            bench.set(
                &contact(&format!("sip:{number}@h")),
                qualify(Some(EVERY)),
                Start::Within(Duration::ZERO),
            );
        }
        assert!(bench.pass(Duration::from_secs(10)).len() < 60);
    }

    #[test]
    fn switching_off_makes_non_qualified() {
        let mut bench = Bench::new();
        let phone = contact("sip:a@h");
        bench.set(&phone, qualify(Some(EVERY)), Start::Now);
        let probe = bench.probe(Duration::ZERO);
        bench.answer(probe, 200);
        bench.set(&phone, qualify(None), Start::Now);
        assert!(
            matches!(bench.qualifier.poll(), Some(Output::Changed(change)) if change.after == Status::NonQualified)
        );
        assert_eq!((bench.qualifier.count(), bench.qualifier.next_timeout()), (0, None));
    }

    #[test]
    fn a_contact_that_is_gone_is_not_asked() {
        let mut bench = Bench::new();
        let phone = contact("sip:a@h");
        bench.set(&phone, qualify(Some(EVERY)), Start::Now);
        let probe = bench.probe(Duration::ZERO);
        bench.qualifier.remove(&phone);
        assert_eq!(bench.answer(probe, 200), None);
        assert!(bench.pass(EVERY * 5).is_empty());
    }

    #[test]
    fn a_refresh_neither_hurries_nor_delays() {
        let mut bench = Bench::new();
        let phone = contact("sip:a@h");
        bench.set(&phone, qualify(Some(EVERY)), Start::Now);
        let probe = bench.probe(Duration::ZERO);
        bench.answer(probe, 200);
        bench.pass(EVERY / 2);
        bench.set(&phone, qualify(Some(EVERY)), Start::Now);
        assert!(bench.pass(EVERY / 2 - Duration::from_secs(1)).is_empty());
        assert_eq!(bench.pass(Duration::from_secs(1)).len(), 1);
    }

    #[test]
    fn anybody_can_be_asked_at_once() {
        let mut bench = Bench::new();
        let phone = contact("sip:a@h");
        assert!(bench.qualifier.ask(bench.now, &phone, qualify(None)));
        assert!(!bench.qualifier.ask(bench.now, &phone, qualify(None)));
        let probe = match bench.qualifier.poll() {
            // Who asks wants an answer, also where a challenge comes first.
            Some(Output::Ask(probe)) if probe.authenticate => probe.id,
            other => panic!("{other:?}"),
        };
        assert_eq!(bench.answer(probe, 200), None);
        assert_eq!((phone.health.status(), bench.qualifier.count()), (Status::NonQualified, 0));
    }

    #[test]
    fn without_a_timeout_the_transaction_decides() {
        let mut bench = Bench::new();
        let phone = contact("sip:a@h");
        bench.set(&phone, Qualify { timeout: None, ..qualify(Some(EVERY)) }, Start::Now);
        let probe = bench.probe(Duration::ZERO);
        assert!(bench.pass(EVERY * 2).is_empty());
        bench.qualifier.handle_result(bench.now, probe, Outcome::Failed);
        assert_eq!(phone.health.status(), Status::Unreachable);
    }
}
