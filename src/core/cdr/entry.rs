//! One record while its call lasts: a value that changes with what happens to its two parties.

use std::sync::Arc;

use jiff::Timestamp;

use super::options::CdrOptions;
use super::record::{CallRecord, Disposition};
use crate::cause::Cause;
use crate::channel::ChannelState;
use crate::events::Who;

/// A channel's part in a record.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub(super) who: Who,
    /// It counts as a caller although it was rung: by an originate, or as it has gone on by itself.
    pub(super) is_caller: bool,
    /// `CDR_PROP(party_a)`.
    pub(super) is_a: bool,
    /// Another's `Bridge` took it out of what it did.
    pub(super) is_taken: bool,
    pub(super) user_field: String,
    /// The newest first.
    pub(super) variables: Vec<(String, String)>,
}

impl Side {
    pub(super) fn new(who: &Who) -> Side {
        Side {
            who: who.clone(),
            is_caller: false,
            is_a: false,
            is_taken: false,
            user_field: String::new(),
            variables: Vec::new(),
        }
    }

    /// Whether the channel was rung by another.
    pub(super) fn is_dialed(&self) -> bool {
        self.who.facts.outgoing && !self.is_caller
    }

    pub(super) fn id(&self) -> &Arc<str> {
        &self.who.unique_id
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|variable| !variable.0.eq_ignore_ascii_case(name));
        self.variables.insert(0, (name.to_owned(), value.to_owned()));
    }

    /// Which of two channels is the caller of a record about both: whoever was not rung, then whoever the dialplan
    /// names, then whoever came by itself, then the older.
    pub(super) fn comes_before(&self, other: &Side) -> bool {
        if self.is_dialed() != other.is_dialed() {
            return !self.is_dialed();
        }
        if self.is_a != other.is_a {
            return self.is_a;
        }
        if self.is_taken != other.is_taken {
            return other.is_taken;
        }
        self.who.created <= other.who.created
    }
}

/// What a record waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// One channel runs the dialplan.
    Single,
    /// Its caller rings somebody, or it is rung itself.
    Dialing,
    /// Somebody answered; what the caller does now decides.
    Answered,
    /// Its caller is in a bridge.
    Bridged,
    /// It is over; something new needs a new record.
    Finished,
}

/// A record that is not written yet.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) a: Side,
    pub(super) b: Option<Side>,
    pub(super) state: State,
    pub(super) disposition: Disposition,
    pub(super) start: Timestamp,
    pub(super) answer: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    /// When something happened to it last.
    pub(super) last: Timestamp,
    pub(super) sequence: u64,
    /// `CDR_PROP(disable)`: not written, and neither are those that follow it.
    pub(super) disabled: bool,
    /// Application and arguments stay as they are.
    pub(super) locked: bool,
    pub(super) linked_id: Arc<str>,
    pub(super) bridge: Option<Arc<str>>,
    pub(super) application: Arc<str>,
    pub(super) data: String,
    pub(super) context: Arc<str>,
    pub(super) exten: Arc<str>,
}

impl Entry {
    /// The first record of a channel.
    pub(super) fn new(who: &Who, now: Timestamp, sequence: u64) -> Entry {
        let facts = &who.facts;
        let mut entry = Entry {
            a: Side::new(who),
            b: None,
            state: State::Single,
            disposition: Disposition::Unknown,
            start: now,
            answer: None,
            end: None,
            last: now,
            sequence,
            disabled: false,
            locked: false,
            linked_id: facts.linked_id.clone(),
            bridge: None,
            application: facts.application.clone(),
            data: facts.data.clone(),
            context: facts.position.context.clone(),
            exten: facts.position.exten.clone(),
        };
        entry.note_answer();
        entry
    }

    /// The record that follows this one on the same channel.
    pub(super) fn following(&self, now: Timestamp, sequence: u64) -> Entry {
        let mut entry = Entry {
            b: None,
            state: State::Single,
            disposition: Disposition::Unknown,
            start: now,
            answer: None,
            end: None,
            last: now,
            sequence,
            locked: false,
            bridge: None,
            ..self.clone()
        };
        entry.note_answer();
        entry
    }

    /// Whether this channel is the record's other party.
    pub(super) fn has_other(&self, id: &str) -> bool {
        self.b.as_ref().is_some_and(|b| **b.id() == *id)
    }

    /// Whether it is written: those of channels that were only rung are part of others.
    pub(super) fn counts(&self) -> bool {
        !self.disabled && (self.b.is_some() || !self.a.is_dialed())
    }

    pub(super) fn is_bridged_in(&self, bridge: &str) -> bool {
        self.bridge.as_deref() == Some(bridge)
    }

    /// Something about the caller has changed; says whether the record has no use for it.
    pub(super) fn caller_is(&mut self, who: &Who, options: &CdrOptions) -> bool {
        match self.state {
            State::Single | State::Dialing | State::Bridged => self.take_over(who, options),
            State::Answered if goes_on(&self.a.who, who, options) => {
                if self.b.is_some() {
                    self.finish(options);
                    return self.caller_is(who, options);
                }
                self.state = State::Single;
                self.take_over(who, options);
            }
            State::Answered => self.take_over(who, options),
            State::Finished => return !ends_before(who, options),
        }
        false
    }

    fn take_over(&mut self, who: &Who, options: &CdrOptions) {
        let facts = &who.facts;
        if ends_before(who, options) {
            self.a.who = who.clone();
            self.close(options);
            return;
        }
        if !facts.in_subroutine || facts.hung_up.is_some() {
            self.context.clone_from(&facts.position.context);
            self.exten.clone_from(&facts.position.exten);
        }
        self.a.who = who.clone();
        if !self.locked && !facts.application.is_empty() {
            self.application.clone_from(&facts.application);
            self.data.clone_from(&facts.data);
            // What runs on the way to the other side must not hide that it was rung.
            self.locked = &*facts.application == "Dial";
        }
        self.linked_id.clone_from(&facts.linked_id);
        self.note_answer();
    }

    pub(super) fn note_answer(&mut self) {
        if self.a.who.facts.state == ChannelState::Up && self.answer.is_none() {
            self.answer = Some(self.last);
        }
    }

    /// The caller rings `peer`, or, where nobody calls, `peer` is the record's own channel. Says whether it was taken.
    pub(super) fn dial_begins(&mut self, caller: Option<&Who>, peer: &Who, options: &CdrOptions) -> bool {
        match self.state {
            State::Single => {
                if let Some(caller) = caller {
                    self.take_over(caller, options);
                    self.b = Some(Side::new(peer));
                    self.locked = true;
                } else {
                    self.a.is_caller = true;
                    self.take_over(peer, options);
                }
                self.state = State::Dialing;
                true
            }
            State::Answered => {
                self.finish(options);
                false
            }
            State::Dialing | State::Bridged | State::Finished => false,
        }
    }

    /// Ringing has come to its end.
    pub(super) fn dial_ends(&mut self, caller: Option<&Who>, peer: &Who, status: &str, options: &CdrOptions) {
        if self.state != State::Dialing {
            return;
        }
        if let Some(b) = &mut self.b {
            if *b.id() != peer.unique_id {
                return;
            }
            b.who = peer.clone();
        }
        self.a.who = caller.unwrap_or(peer).clone();
        self.disposition = of_dial(status, options);
        match self.disposition {
            Disposition::Answered => self.state = State::Answered,
            _ => self.finish(options),
        }
    }

    /// The other party is another telephone from now on: says whether this record ends with the old one.
    pub(super) fn other_is_replaced(&mut self, id: &str, options: &CdrOptions) -> bool {
        if !self.has_other(id) || !matches!(self.state, State::Dialing | State::Bridged) {
            return false;
        }
        if self.state == State::Dialing {
            self.disposition = Disposition::Answered;
            self.answer = self.answer.or(Some(self.last));
        }
        self.finish(options);
        true
    }

    /// The other party has changed, or is gone.
    ///
    /// A party that is gone while it is rung leaves the last word to the end of the dialling, which may be told later.
    pub(super) fn other_is(&mut self, who: &Who, gone_at: Option<Timestamp>, options: &CdrOptions) {
        if let (State::Dialing | State::Bridged, Some(b)) = (self.state, &mut self.b) {
            b.who = who.clone();
            if let (State::Bridged, Some(at)) = (self.state, gone_at) {
                if self.end.is_none() {
                    self.last = at;
                }
                self.finish(options);
            }
        }
    }

    /// It is over, for good.
    pub(super) fn finish(&mut self, options: &CdrOptions) {
        self.state = State::Finished;
        self.close(options);
    }

    /// Sets its end and what became of it, unless that is done; a bridge may open it again.
    pub(super) fn close(&mut self, options: &CdrOptions) {
        if self.end.is_some() {
            return;
        }
        self.end = Some(self.last);
        if self.disposition != Disposition::Unknown {
            return;
        }
        let cause = |side: &Side| Some(side.who.facts.cause).filter(|cause| *cause != Cause::NOT_DEFINED);
        self.disposition = match cause(&self.a).or_else(|| self.b.as_ref().and_then(cause)) {
            _ if self.answer.is_some() => Disposition::Answered,
            Some(cause) => of_cause(cause, options),
            None => Disposition::Failed,
        };
    }

    /// The record as it is now, for those who write or read it.
    pub(super) fn record(&self, now: Timestamp, options: &CdrOptions) -> CallRecord {
        let facts = &self.a.who.facts;
        let other = self.b.as_ref().map(|b| &b.who);
        let end = self.end.unwrap_or(now);
        let (duration, _) = length(self.start, end);
        let (billed, rest) = self.answer.map_or((0, 0), |answer| length(answer, end));
        let round_up = options.initiated_seconds && rest >= 500;
        let empty = || Arc::from("");
        CallRecord {
            clid: format!("\"{}\" <{}>", facts.caller.name.text(), facts.caller.number.text()),
            src: facts.caller.number.text().into(),
            dst: self.exten.clone(),
            dcontext: self.context.clone(),
            channel: self.a.who.name.clone(),
            dstchannel: other.map_or_else(empty, |other| other.name.clone()),
            lastapp: self.application.clone(),
            lastdata: self.data.clone(),
            start: self.start,
            answer: self.answer,
            end: self.end,
            duration,
            billsec: billed + i64::from(round_up),
            disposition: self.disposition,
            amaflags: facts.ama_flags,
            accountcode: facts.account_code.clone(),
            peeraccount: other.map_or_else(empty, |other| other.facts.account_code.clone()),
            uniqueid: self.a.id().clone(),
            linkedid: self.linked_id.clone(),
            tenantid: facts.tenant_id.clone(),
            peertenantid: other.map_or_else(empty, |other| other.facts.tenant_id.clone()),
            userfield: self.user_field(),
            sequence: self.sequence,
            variables: self.variables(),
            reason: "",
        }
    }

    fn user_field(&self) -> String {
        match self.b.as_ref().map_or("", |b| b.user_field.as_str()) {
            "" => self.a.user_field.clone(),
            other => format!("{};{other}", self.a.user_field),
        }
    }

    /// Both parties' fields; those of the caller hide the other's.
    fn variables(&self) -> Vec<(String, String)> {
        let mut all = self.a.variables.clone();
        for variable in self.b.iter().flat_map(|b| &b.variables) {
            if !all.iter().any(|known| known.0.eq_ignore_ascii_case(&variable.0)) {
                all.push(variable.clone());
            }
        }
        all
    }
}

/// Whole seconds and the milliseconds behind them.
fn length(from: Timestamp, to: Timestamp) -> (i64, i64) {
    let milliseconds = to.as_millisecond() - from.as_millisecond();
    (milliseconds / 1000, milliseconds % 1000)
}

/// Whether the record was over before what happens now, since the channel only runs `h` or its hang-up handlers.
pub(super) fn ends_before(who: &Who, options: &CdrOptions) -> bool {
    who.facts.hung_up.is_some() && options.end_before_h
}

/// Whether the channel has gone on in the dialplan, with another application at another place.
pub(super) fn goes_on(before: &Who, now: &Who, options: &CdrOptions) -> bool {
    let (before, facts) = (&before.facts, &now.facts);
    !ends_before(now, options) && before.application != facts.application && before.position != facts.position
}

fn of_dial(status: &str, options: &CdrOptions) -> Disposition {
    match status {
        "ANSWER" => Disposition::Answered,
        "BUSY" => Disposition::Busy,
        "CANCEL" if options.cancel => Disposition::Cancel,
        "CANCEL" | "NOANSWER" => Disposition::NoAnswer,
        "CONGESTION" if options.congestion => Disposition::Congestion,
        _ => Disposition::Failed,
    }
}

fn of_cause(cause: Cause, options: &CdrOptions) -> Disposition {
    match cause.number() {
        17 => Disposition::Busy,
        34 if options.congestion => Disposition::Congestion,
        // No route, congestion, and the end point that is not registered.
        3 | 20 | 34 => Disposition::Failed,
        16 | 19 => Disposition::NoAnswer,
        _ => Disposition::Unknown,
    }
}
