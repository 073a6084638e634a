//! What `cdr set debug on` shows: each change of a record, in words.

use std::collections::HashMap;
use std::sync::Arc;

use super::entry::{Entry, State};

/// What can be told of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    state: State,
    channel: Arc<str>,
    other: Option<Arc<str>>,
    answered: bool,
}

/// The records as they were told of last, and the lines that nobody has read yet.
#[derive(Debug, Default)]
pub(super) struct Trace {
    /// By sequence number.
    known: HashMap<u64, Shown>,
    lines: Vec<String>,
}

impl Trace {
    /// Compares all records with what they were.
    pub(super) fn look<'a>(&mut self, entries: impl Iterator<Item = &'a Entry>) {
        let mut now = HashMap::new();
        for entry in entries {
            let shown = Shown {
                state: entry.state,
                channel: entry.a.who.name.clone(),
                other: entry.b.as_ref().map(|b| b.who.name.clone()),
                answered: entry.answer.is_some(),
            };
            self.tell(entry.sequence, &shown);
            now.insert(entry.sequence, shown);
        }
        for (sequence, gone) in std::mem::replace(&mut self.known, now) {
            if !self.known.contains_key(&sequence) {
                self.lines.push(format!("CDR {sequence}: finalized for {}", gone.channel));
            }
        }
    }

    fn tell(&mut self, sequence: u64, now: &Shown) {
        let Some(before) = self.known.get(&sequence) else {
            self.lines.push(format!("CDR {sequence}: created for {} in state {:?}", now.channel, now.state));
            return;
        };
        if before.state != now.state {
            let line =
                format!("CDR {sequence}: {} goes from {:?} to {:?}", now.channel, before.state, now.state);
            self.lines.push(line);
        }
        if let Some(other) = now.other.as_ref().filter(|_| before.other != now.other) {
            self.lines.push(format!("CDR {sequence}: Party A {} has new Party B {other}", now.channel));
        }
        if now.answered && !before.answered {
            self.lines.push(format!("CDR {sequence}: {} is answered", now.channel));
        }
    }

    /// The lines since the last call.
    pub(super) fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }
}
