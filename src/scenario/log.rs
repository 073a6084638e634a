//! What happened in a scenario, in order.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use obelus_core::caller_id::Party;
use obelus_core::cause::Cause;
use obelus_core::channel::{ChannelState, Position};
use obelus_core::events::{Event, EventKind, Record};
use tokio::sync::watch;

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Since the call began.
    pub(crate) at: Duration,
    /// The channel's name; empty for what no channel did.
    pub(crate) channel: String,
    pub(crate) what: What,
}

/// What a channel did, or what was done to it.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Runs { application: String, arguments: String, position: Position },
    Sets { name: String, value: String },
    Rings { device: String, shown: Party },
    Dialled { status: Cow<'static, str> },
    Answers,
    Plays(String),
    Sends(char),
    Tells { event: String, headers: Vec<(String, String)> },
    Ends(Cause),
}

/// The kinds of events that are kept.
pub(crate) const KINDS: [EventKind; 9] = [
    EventKind::NewExten,
    EventKind::VarSet,
    EventKind::DialBegin,
    EventKind::DialEnd,
    EventKind::NewState,
    EventKind::Prompt,
    EventKind::DigitEnd,
    EventKind::UserEvent,
    EventKind::Hangup,
];

/// Grows while the scenario runs; actors wait for what is in it.
pub(crate) struct Log {
    began: Timestamp,
    entries: Mutex<Vec<Entry>>,
    length: watch::Sender<usize>,
}

impl Log {
    pub(crate) fn new(began: Timestamp) -> Log {
        Log { began, entries: Mutex::default(), length: watch::Sender::new(0) }
    }

    /// Adds what an event says; returns how many entries there are.
    pub(crate) fn record(&self, record: &Record) -> usize {
        let at = Duration::try_from(record.time.duration_since(self.began)).unwrap_or_default();
        match entry(&record.event) {
            Some((channel, what)) => self.add(Entry { at, channel, what }),
            None => self.len(),
        }
    }

    pub(crate) fn add(&self, entry: Entry) -> usize {
        let mut entries = self.entries();
        entries.push(entry);
        let length = entries.len();
        drop(entries);
        self.length.send_replace(length);
        length
    }

    pub(crate) fn len(&self) -> usize {
        self.entries().len()
    }

    /// Everything so far.
    pub(crate) fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut *self.entries())
    }

    /// Waits until the channel is played a prompt, from the entry `from` on; returns where to look next.
    pub(crate) async fn hears(&self, channel: &str, prompt: &str, mut from: usize) -> usize {
        let mut length = self.length.subscribe();
        loop {
            let found = {
                let entries = self.entries();
                let new = entries.get(from..).unwrap_or_default();
                let found = new.iter().position(|entry| entry.is_prompt(channel, prompt));
                let next = found.map(|index| from + index + 1);
                from = entries.len();
                next
            };
            if let Some(next) = found {
                return next;
            }
            // The sender lives as long as the log.
            let _ = length.changed().await;
        }
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is_prompt(&self, channel: &str, prompt: &str) -> bool {
        self.channel == channel
            && matches!(&self.what, What::Plays(name) if crate::glob::matches(prompt, name))
    }
}

fn entry(event: &Event) -> Option<(String, What)> {
    let (who, what) = match event {
        Event::NewExten(who) => {
            let facts = &who.facts;
            let (application, arguments) = (facts.application.to_string(), facts.data.clone());
            (Some(who), What::Runs { application, arguments, position: facts.position.clone() })
        }
        Event::VarSet { channel, name, value } => {
            (channel.as_ref(), What::Sets { name: name.to_string(), value: value.to_string() })
        }
        Event::DialBegin { destination, dial_string, .. } => {
            let technology = destination.name.split('/').next().unwrap_or_default();
            let device = format!("{technology}/{dial_string}");
            (Some(destination), What::Rings { device, shown: destination.facts.connected.clone() })
        }
        Event::DialEnd { destination, status, .. } => {
            (Some(destination), What::Dialled { status: status.clone() })
        }
        Event::NewState(who) if who.facts.state == ChannelState::Up => (Some(who), What::Answers),
        Event::Prompt { channel, name } => (Some(channel), What::Plays(name.to_string())),
        Event::DigitEnd { channel, digit, received: false, .. } => (Some(channel), What::Sends(*digit)),
        Event::UserEvent { channel, name, headers } => {
            let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            (channel.as_ref(), What::Tells { event: name.to_string(), headers })
        }
        Event::Hangup(who) => {
            let cause = who.facts.hung_up.as_ref().map_or(who.facts.cause, |ended| ended.cause);
            (Some(who), What::Ends(cause))
        }
        _ => return None,
    };
    Some((who.map(|who| who.name.to_string()).unwrap_or_default(), what))
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            What::Runs { application, arguments, position } => {
                write!(f, "runs {application}({arguments}) at {position}")
            }
            What::Sets { name, value } => write!(f, "sets {name} to `{value}`"),
            What::Rings { device, shown } => write!(f, "rings {device}, showing {shown}"),
            What::Dialled { status } => write!(f, "was rung: {status}"),
            What::Answers => f.write_str("answers"),
            What::Plays(prompt) => write!(f, "plays {prompt}"),
            What::Sends(digit) => write!(f, "sends the digit {digit}"),
            What::Tells { event, headers } => {
                write!(f, "tells {event}")?;
                headers.iter().try_for_each(|(name, value)| write!(f, ", {name}: {value}"))
            }
            What::Ends(cause) => write!(f, "ends with cause {}", cause.number()),
        }
    }
}
