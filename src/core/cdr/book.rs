//! The book of call records: events of the bus go in, finished records come out.
//!
//! A value without clock and input: every time comes with its event. Each channel has a chain of records, as calls are
//! forked, transferred and dialled again; a chain is written when its channel is gone.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::entry::{Entry, Side, State, ends_before, goes_on};
use super::options::CdrOptions;
use super::record::{CallRecord, Disposition};
use super::trace::Trace;
use crate::events::{AttendedTransfer, BridgeSnapshot, Event, EventKind, Record, TransferredTo, Who};

/// The records of one channel, the oldest first; never empty.
#[derive(Debug)]
struct Chain {
    entries: Vec<Entry>,
    /// The channel as it was told of last.
    who: Who,
    /// It has been in a bridge.
    was_bridged: bool,
    /// What [`Side::is_caller`] is in a new record.
    is_caller: bool,
}

impl Chain {
    fn last(&self) -> Option<&Entry> {
        self.entries.last()
    }
}

/// The records of all live calls.
#[derive(Debug, Default)]
pub struct Book {
    options: CdrOptions,
    sequence: u64,
    /// By unique id.
    chains: HashMap<Arc<str>, Chain>,
    /// Whose records may have this channel as their other party.
    partners: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// Who is in a bridge, in the order of entering.
    bridges: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// Those whose place in a bridge another takes: who comes meets the others only.
    parting: Vec<Arc<str>>,
    finished: Vec<CallRecord>,
    /// `cdr set debug on`.
    trace: Option<Trace>,
}

/// What a channel that entered a bridge found there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entered {
    /// A party for the record, or nobody.
    Settled,
    /// Others, but none to whom it is the caller.
    Unpaired,
    /// The record has no use for a bridge.
    Refused,
}

/// How `ForkCDR` makes a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fork {
    /// `a`: it is answered now, if the channel is up.
    pub answered_now: bool,
    /// `e`: those before it end.
    pub ends_others: bool,
    /// `r`: it begins and is answered now.
    pub reset: bool,
    /// `v`: it keeps the dialplan's own fields.
    pub keep_variables: bool,
}

impl Book {
    /// The kinds of events that it reads.
    pub fn interest() -> u64 {
        [
            EventKind::NewChannel,
            EventKind::NewState,
            EventKind::NewCallerId,
            EventKind::NewExten,
            EventKind::DialBegin,
            EventKind::DialEnd,
            EventKind::BridgeEnter,
            EventKind::BridgeLeave,
            EventKind::BridgeDestroy,
            EventKind::AttendedTransfer,
            EventKind::LocalOptimizationBegin,
            EventKind::Renamed,
            EventKind::Hangup,
        ]
        .into_iter()
        .fold(0, |mask, kind| mask | kind.bit())
    }

    /// An empty book; its first record has the number behind `sequence`.
    pub fn new(options: CdrOptions, sequence: u64) -> Book {
        Book { options, sequence, ..Book::default() }
    }

    /// Other options from now on.
    pub fn set_options(&mut self, options: CdrOptions) {
        self.options = options;
    }

    /// The options.
    pub fn options(&self) -> &CdrOptions {
        &self.options
    }

    /// Notes each change of a record from now on, or does not any more.
    ///
    /// Says whether that is a change.
    pub fn set_debug(&mut self, on: bool) -> bool {
        let changed = self.trace.is_some() != on;
        if changed {
            self.trace = on.then(Trace::default);
        }
        changed
    }

    /// What was noted since the last call; nothing unless [`Book::set_debug`] asks for it.
    pub fn take_notes(&mut self) -> Vec<String> {
        self.trace.as_mut().map(Trace::take).unwrap_or_default()
    }

    /// Something has happened.
    pub fn handle(&mut self, record: &Record) {
        self.follow(record);
        if let Some(trace) = &mut self.trace {
            trace.look(self.chains.values().flat_map(|chain| &chain.entries));
        }
    }

    fn follow(&mut self, record: &Record) {
        let now = record.time;
        match &record.event {
            // A text message is no call.
            Event::NewChannel(who) if who.technology == crate::message::TECHNOLOGY => {}
            Event::NewChannel(who) => self.begin(who, now),
            Event::NewState(who) | Event::NewCallerId(who) => self.changed(who, now, false),
            Event::NewExten(who) => {
                if !who.facts.in_subroutine && who.facts.hung_up.is_none() {
                    self.counts_as_caller(who, true);
                }
                self.changed(who, now, false);
            }
            Event::Hangup(who) => self.is_gone(who, now),
            Event::AttendedTransfer(transfer) => self.transferred(transfer),
            Event::LocalOptimizationBegin { one, two, .. } => {
                self.parting.extend([one.unique_id.clone(), two.unique_id.clone()]);
            }
            Event::Renamed { channel, .. } => self.renamed(channel, now),
            Event::DialBegin { channel, destination, .. } => {
                self.dial_begins(channel.as_ref(), destination, now);
            }
            Event::DialEnd { channel, destination, status, .. } => {
                self.dial_ends(channel.as_ref(), destination, status, now);
            }
            Event::BridgeEnter { bridge, channel } => self.enters(bridge, channel, now),
            Event::BridgeLeave { bridge, channel } => self.leaves(bridge, channel, now),
            Event::BridgeDestroy(bridge) => {
                self.bridges.remove(&bridge.id);
            }
            _ => {}
        }
    }

    /// The records that are finished by now.
    pub fn take_finished(&mut self) -> Vec<CallRecord> {
        std::mem::take(&mut self.finished)
    }

    /// The newest record of a channel as it is now.
    pub fn current(&self, id: &str, now: Timestamp) -> Option<CallRecord> {
        Some(self.chains.get(id)?.last()?.record(now, &self.options))
    }

    /// Every record that is not finished and would be written, as it is now.
    pub fn open(&self, now: Timestamp) -> Vec<CallRecord> {
        let entries = self.chains.values().flat_map(|chain| &chain.entries);
        entries.filter(|entry| entry.counts()).map(|entry| entry.record(now, &self.options)).collect()
    }

    /// The records of one channel as they are now, the oldest first; `None` if there is no such channel.
    pub fn of_channel(&self, name: &str, now: Timestamp) -> Option<Vec<CallRecord>> {
        let chain = self.chains.values().find(|chain| *chain.who.name == *name)?;
        let written = chain.entries.iter().filter(|entry| entry.counts());
        Some(written.map(|entry| entry.record(now, &self.options)).collect())
    }

    /// The names of the channels that have records.
    pub fn names(&self) -> Vec<Arc<str>> {
        self.chains.values().map(|chain| chain.who.name.clone()).collect()
    }

    /// How many channels have records now.
    pub fn channels(&self) -> usize {
        self.chains.len()
    }

    /// Closes all records, as the PBX ends: each ends now with this reason.
    pub fn close_all(&mut self, now: Timestamp, reason: &'static str) {
        let ids: Vec<Arc<str>> = self.chains.keys().cloned().collect();
        let before = self.finished.len();
        for id in ids {
            self.write(&id, now);
        }
        self.finished.iter_mut().skip(before).for_each(|record| record.reason = reason);
    }

    /// `CDR(name)=value`, on every record that the channel has a part in.
    pub fn set_variable(&mut self, id: &str, name: &str, value: &str) {
        self.each_side(id, |side| side.set(name, value));
    }

    /// `CDR(userfield)=value`.
    pub fn set_user_field(&mut self, id: &str, value: &str) {
        self.each_side(id, |side| value.clone_into(&mut side.user_field));
    }

    /// `CDR_PROP(party_a)=…`.
    pub fn set_party_a(&mut self, id: &str, on: bool) {
        for entry in self.unfinished(id) {
            entry.a.is_a = on;
        }
    }

    /// `CDR_PROP(disable)=…`.
    pub fn set_disabled(&mut self, id: &str, disabled: bool) {
        for entry in self.unfinished(id) {
            entry.disabled = disabled;
        }
    }

    /// `ResetCDR`: the records begin anew.
    pub fn reset(&mut self, id: &str, now: Timestamp, keep_variables: bool) {
        for entry in self.chains.get_mut(id).into_iter().flat_map(|chain| &mut chain.entries) {
            if !keep_variables {
                entry.a.variables.clear();
                entry.b.iter_mut().for_each(|b| b.variables.clear());
            }
            (entry.start, entry.last, entry.answer, entry.end) = (now, now, None, None);
            entry.note_answer();
        }
    }

    /// `ForkCDR`: a second record of the same call; `false` where the channel has none to fork.
    pub fn fork(&mut self, id: &str, now: Timestamp, fork: Fork) -> bool {
        let Some(chain) = self.chains.get_mut(id) else { return false };
        let Some(last) = chain.entries.last().filter(|last| last.state != State::Finished) else {
            return false;
        };
        self.sequence += 1;
        let mut new = Entry { sequence: self.sequence, locked: false, last: now, end: None, ..last.clone() };
        new.disposition = Disposition::Unknown;
        if !fork.keep_variables {
            new.a.variables.clear();
            new.b.iter_mut().for_each(|b| b.variables.clear());
        }
        if fork.answered_now && new.a.who.facts.state == crate::channel::ChannelState::Up {
            new.answer = Some(now);
        }
        if fork.reset {
            (new.start, new.answer) = (now, Some(now));
        }
        if fork.ends_others {
            for entry in chain.entries.iter_mut().filter(|entry| entry.state != State::Finished) {
                entry.last = now;
                entry.finish(&self.options);
            }
        }
        chain.entries.push(new);
        true
    }

    fn each_side(&mut self, id: &str, mut change: impl FnMut(&mut Side)) {
        let owners = self.partners.get(id).cloned().unwrap_or_default();
        for owner in owners.iter().map(|owner| &**owner).chain([id]) {
            let Some(chain) = self.chains.get_mut(owner) else { continue };
            let count = chain.entries.len();
            for (at, entry) in chain.entries.iter_mut().enumerate() {
                if entry.state == State::Finished && at + 1 < count {
                    continue;
                }
                if **entry.a.id() == *id {
                    change(&mut entry.a);
                } else if let Some(b) = entry.b.as_mut().filter(|b| **b.id() == *id) {
                    change(b);
                }
            }
        }
    }

    fn unfinished(&mut self, id: &str) -> impl Iterator<Item = &mut Entry> {
        let entries = self.chains.get_mut(id).into_iter().flat_map(|chain| &mut chain.entries);
        entries.filter(|entry| entry.state != State::Finished)
    }

    fn begin(&mut self, who: &Who, now: Timestamp) {
        self.sequence += 1;
        let mut entry = Entry::new(who, now, self.sequence);
        entry.disabled = !self.options.enabled;
        let chain = Chain { entries: vec![entry], who: who.clone(), was_bridged: false, is_caller: false };
        self.chains.insert(who.unique_id.clone(), chain);
    }

    /// A record behind the last one of the chain.
    fn append(&mut self, id: &str, now: Timestamp) -> Option<&mut Entry> {
        let chain = self.chains.get_mut(id)?;
        self.sequence += 1;
        let mut new = chain.last()?.following(now, self.sequence);
        new.a.is_caller = chain.is_caller;
        chain.entries.push(new);
        chain.entries.last_mut()
    }

    fn changed(&mut self, who: &Who, now: Timestamp, gone: bool) {
        let options = self.options;
        if let Some(chain) = self.chains.get_mut(&who.unique_id) {
            let before = std::mem::replace(&mut chain.who, who.clone());
            let mut refused = true;
            for entry in &mut chain.entries {
                entry.last = now;
                refused &= entry.caller_is(who, &options);
            }
            let new = refused && !gone && !who.facts.application.is_empty();
            if new && !ends_before(who, &options) && goes_on(&before, who, &options) {
                self.append(&who.unique_id, now).map(|entry| entry.caller_is(who, &options));
            }
            if gone {
                self.write(&who.unique_id, now);
            }
        }
        for owner in self.partners.get(&who.unique_id).cloned().unwrap_or_default() {
            let Some(chain) = self.chains.get_mut(&owner) else { continue };
            for entry in chain.entries.iter_mut().filter(|entry| entry.has_other(&who.unique_id)) {
                entry.other_is(who, gone.then_some(now), &options);
            }
        }
        if gone {
            self.partners.remove(&who.unique_id);
        }
    }

    fn is_gone(&mut self, who: &Who, now: Timestamp) {
        self.changed(who, now, true);
        self.parting.retain(|id| *id != who.unique_id);
    }

    /// The transferers leave their bridges, though whom they put together may come first.
    fn transferred(&mut self, transfer: &AttendedTransfer) {
        if transfer.external && matches!(transfer.to, TransferredTo::Bridge(_)) {
            let transferers = [&transfer.transferer, &transfer.second_transferer];
            self.parting.extend(transferers.map(|who| who.unique_id.clone()));
        }
    }

    /// A place goes on with the far end, and the name, of another: what it did until now is told of the old one.
    fn renamed(&mut self, who: &Who, now: Timestamp) {
        if who.name.ends_with("<MASQ>") {
            return;
        }
        if who.name.ends_with("<ZOMBIE>") {
            return self.forget_zombie(&who.unique_id);
        }
        self.owner_is_replaced(who, now);
        for owner in self.partners.get(&who.unique_id).cloned().unwrap_or_default() {
            self.other_is_replaced(&owner, who, now);
        }
    }

    /// What is left of a channel that gave its far end away is no call.
    fn forget_zombie(&mut self, id: &Arc<str>) {
        let Some(chain) = self.chains.get_mut(id) else { return };
        chain.entries.retain(|entry| entry.state == State::Finished);
        if chain.entries.is_empty() {
            self.chains.remove(id);
        }
    }

    fn owner_is_replaced(&mut self, who: &Who, now: Timestamp) {
        let options = self.options;
        let Some(entry) = self.chains.get_mut(&who.unique_id).and_then(|chain| chain.entries.last_mut())
        else {
            return;
        };
        if entry.a.is_dialed() || !matches!(entry.state, State::Single | State::Bridged) {
            return;
        }
        entry.last = now;
        let (state, other, bridge) = (entry.state, entry.b.clone(), entry.bridge.clone());
        entry.finish(&options);
        if let Some(new) = self.append(&who.unique_id, now) {
            new.a.who = who.clone();
            (new.state, new.b, new.bridge) = (state, other, bridge);
            new.note_answer();
        }
    }

    fn other_is_replaced(&mut self, owner: &Arc<str>, who: &Who, now: Timestamp) {
        let options = self.options;
        let Some(chain) = self.chains.get_mut(owner) else { return };
        let mut ended = None;
        for entry in &mut chain.entries {
            let (state, bridge) = (entry.state, entry.bridge.clone());
            entry.last = now;
            if entry.other_is_replaced(&who.unique_id, &options) {
                ended = Some((state, bridge));
            }
        }
        if let Some((state, bridge)) = ended
            && let Some(new) = self.append(owner, now)
        {
            new.b = Some(Side::new(who));
            new.locked = true;
            (new.state, new.bridge) = (state, bridge);
        }
    }

    /// Closes the records of a channel and hands them out.
    fn write(&mut self, id: &str, now: Timestamp) {
        let Some(chain) = self.chains.remove(id) else { return };
        for mut entry in chain.entries {
            entry.last = now;
            entry.close(&self.options);
            if !entry.counts() {
                continue;
            }
            let record = entry.record(now, &self.options);
            let answered = matches!(
                record.disposition,
                Disposition::Answered | Disposition::Congestion | Disposition::Cancel
            );
            if answered || self.options.unanswered || !record.dstchannel.is_empty() {
                self.finished.push(record);
            }
        }
    }

    /// Notes that a record of `owner` has `other` as its party.
    fn pair(&mut self, owner: &Arc<str>, other: &Arc<str>) {
        let owners = self.partners.entry(other.clone()).or_default();
        if !owners.contains(owner) {
            owners.retain(|known| self.chains.contains_key(known));
            owners.push(owner.clone());
        }
    }

    fn dial_begins(&mut self, caller: Option<&Who>, peer: &Who, now: Timestamp) {
        let options = self.options;
        let owner = &caller.unwrap_or(peer).unique_id;
        let Some(chain) = self.chains.get_mut(owner) else { return };
        chain.is_caller |= caller.is_none();
        if options.ignore_dials {
            if caller.is_none() {
                chain.entries.iter_mut().for_each(|entry| entry.a.is_caller = true);
            }
            return;
        }
        let mut taken = false;
        for entry in &mut chain.entries {
            entry.last = now;
            taken |= entry.dial_begins(caller, peer, &options);
        }
        if !taken && let Some(entry) = self.append(owner, now) {
            entry.dial_begins(caller, peer, &options);
        }
        if caller.is_some() {
            self.pair(owner, &peer.unique_id);
        }
    }

    fn dial_ends(&mut self, caller: Option<&Who>, peer: &Who, status: &str, now: Timestamp) {
        let options = self.options;
        let Some(chain) = self.chains.get_mut(&caller.unwrap_or(peer).unique_id) else { return };
        for entry in &mut chain.entries {
            entry.last = now;
            entry.dial_ends(caller, peer, status, &options);
        }
    }

    /// A channel that was rung stops being somebody's other side when it goes on by itself, and begins to be when it
    /// is taken out of what it does.
    fn counts_as_caller(&mut self, who: &Who, is_caller: bool) {
        if !who.facts.outgoing {
            return;
        }
        if let Some(chain) = self.chains.get_mut(&who.unique_id) {
            chain.is_caller = is_caller;
        }
        self.unfinished(&who.unique_id).for_each(|entry| entry.a.is_caller = is_caller);
        for owner in self.partners.get(&who.unique_id).into_iter().flatten() {
            let entries = self.chains.get_mut(owner).into_iter().flat_map(|chain| &mut chain.entries);
            for side in entries.filter_map(|entry| entry.b.as_mut()) {
                if *side.id() == who.unique_id {
                    side.is_caller = is_caller;
                }
            }
        }
    }

    /// Coming from another bridge it goes on by itself; where `Bridge` of another channel takes it, it does not.
    fn note_how_it_comes(&mut self, bridge: &BridgeSnapshot, who: &Who) {
        let Some(chain) = self.chains.get(&who.unique_id) else { return };
        if chain.was_bridged {
            self.counts_as_caller(who, true);
        } else if &*bridge.creator == "Bridge" && &*who.facts.application != "Bridge" {
            self.counts_as_caller(who, false);
            self.unfinished(&who.unique_id).for_each(|entry| entry.a.is_taken = true);
        }
    }

    /// All in a bridge have one linked id, which a newcomer has already.
    fn share_linked_id(&mut self, members: &[Arc<str>], linked_id: &Arc<str>) {
        for member in members {
            self.unfinished(member).for_each(|entry| entry.linked_id.clone_from(linked_id));
        }
    }

    fn enters(&mut self, bridge: &BridgeSnapshot, who: &Who, now: Timestamp) {
        let members = self.bridges.entry(bridge.id.clone()).or_default();
        if !members.contains(&who.unique_id) {
            members.push(who.unique_id.clone());
        }
        // A bridge that holds its channels is an application that they run.
        if bridge.technology == "holding_bridge" || self.options.ignore_bridges {
            return;
        }
        let mut members = members.clone();
        members.retain(|member| !self.parting.contains(member));
        self.share_linked_id(&members, &who.facts.linked_id);
        self.note_how_it_comes(bridge, who);
        let id = &who.unique_id;
        if let Some(at) = self.enter_all(id, who, &bridge.id, &members, now) {
            return self.pair_with_others(id, at, &members);
        }
        // No record could take it: a new one can.
        if self.append(id, now).is_some()
            && let Some(at) = self.enter_all(id, who, &bridge.id, &members, now)
        {
            self.pair_with_others(id, at, &members);
        }
    }

    /// Lets every record of a channel enter a bridge; returns the first that did.
    fn enter_all(
        &mut self,
        id: &Arc<str>,
        who: &Who,
        bridge: &Arc<str>,
        members: &[Arc<str>],
        now: Timestamp,
    ) -> Option<usize> {
        let options = self.options;
        let count = self.chains.get(id)?.entries.len();
        let mut first = None;
        for at in 0..count {
            let Some(entry) = self.chains.get_mut(id).and_then(|chain| chain.entries.get_mut(at)) else {
                break;
            };
            entry.last = now;
            entry.caller_is(who, &options);
            let entered = self.enter_one(id, at, bridge, members);
            if entered != Entered::Refused {
                first = first.or(Some(at));
            }
            // Somebody who comes later may open it again.
            if entered == Entered::Unpaired
                && let Some(entry) = self.chains.get_mut(id).and_then(|chain| chain.entries.first_mut())
            {
                entry.close(&options);
            }
        }
        first
    }

    fn enter_one(&mut self, id: &Arc<str>, at: usize, bridge: &Arc<str>, members: &[Arc<str>]) -> Entered {
        let Some(entry) = self.chains.get_mut(id).and_then(|chain| chain.entries.get_mut(at)) else {
            return Entered::Refused;
        };
        let state = entry.state;
        if matches!(state, State::Bridged | State::Finished) {
            return Entered::Refused;
        }
        entry.state = State::Bridged;
        entry.bridge = Some(bridge.clone());
        if members.len() <= 1 {
            return Entered::Settled;
        }
        let own = (entry.a.clone(), entry.b.as_ref().map(|b| b.id().clone()));
        let found = members.iter().find_map(|member| match state {
            State::Single => self.whom_it_calls(&own.0, member, bridge),
            _ => self.whom_it_rang(own.1.as_ref()?, member, bridge),
        });
        let Some(other) = found else { return Entered::Unpaired };
        self.pair(id, other.id());
        if let Some(entry) = self.chains.get_mut(id).and_then(|chain| chain.entries.get_mut(at)) {
            entry.b = Some(other);
        }
        Entered::Settled
    }

    /// A party of one of the member's records in the bridge to whom `own` is the caller.
    fn whom_it_calls(&mut self, own: &Side, member: &str, bridge: &str) -> Option<Side> {
        if *member == **own.id() {
            return None;
        }
        let options = self.options;
        let chain = self.chains.get_mut(member)?;
        for entry in &mut chain.entries {
            if entry.state != State::Bridged || !entry.is_bridged_in(bridge) {
                continue;
            }
            if own.comes_before(&entry.a) {
                if entry.b.is_none() {
                    // It is a part of ours now.
                    entry.close(&options);
                }
                return Some(entry.a.clone());
            }
            if let Some(b) = entry.b.as_ref().filter(|b| b.id() != own.id() && own.comes_before(b)) {
                return Some(b.clone());
            }
        }
        None
    }

    /// The member, if it is the one that was rung and waits in the bridge.
    fn whom_it_rang(&mut self, rung: &str, member: &str, bridge: &str) -> Option<Side> {
        if *rung != *member {
            return None;
        }
        let options = self.options;
        let entries = &mut self.chains.get_mut(member)?.entries;
        let entry =
            entries.iter_mut().find(|entry| entry.state == State::Bridged && entry.is_bridged_in(bridge))?;
        if entry.b.is_none() {
            entry.close(&options);
        }
        Some(entry.a.clone())
    }

    /// Records about the channel and everybody else in the bridge.
    fn pair_with_others(&mut self, id: &Arc<str>, at: usize, members: &[Arc<str>]) {
        for member in members {
            let Some(own) = self.chains.get(id).and_then(|chain| chain.entries.get(at)) else { return };
            let own = own.clone();
            if member == id || own.has_other(member) {
                continue;
            }
            self.pair_with(id, &own, member);
        }
    }

    fn pair_with(&mut self, id: &Arc<str>, own: &Entry, member: &Arc<str>) {
        let Some(chain) = self.chains.get_mut(member) else { return };
        let Some(entry) =
            chain.entries.iter_mut().find(|entry| entry.bridge.is_some() && entry.bridge == own.bridge)
        else {
            return;
        };
        let (owner, other) = if own.a.comes_before(&entry.a) {
            (id, entry.a.clone())
        } else if entry.b.as_ref().is_none_or(|b| b.id() == id) {
            entry.b = Some(own.a.clone());
            entry.end = None;
            return self.pair(member, id);
        } else {
            (member, own.a.clone())
        };
        let (bridge, now) = (own.bridge.clone(), own.last);
        self.pair(owner, &other.id().clone());
        if let Some(entry) = self.append(owner, now) {
            entry.b = Some(other);
            entry.bridge = bridge;
            entry.state = State::Bridged;
        }
    }

    fn leaves(&mut self, bridge: &BridgeSnapshot, who: &Who, now: Timestamp) {
        let id = &who.unique_id;
        if let Some(members) = self.bridges.get_mut(&bridge.id) {
            members.retain(|member| member != id);
        }
        self.parting.retain(|parting| parting != id);
        if bridge.technology == "holding_bridge" || self.options.ignore_bridges {
            return;
        }
        let options = self.options;
        let Some(chain) = self.chains.get_mut(id) else { return };
        chain.was_bridged = true;
        let mut left = false;
        for entry in &mut chain.entries {
            entry.last = now;
            if entry.state == State::Bridged && entry.is_bridged_in(&bridge.id) {
                entry.finish(&options);
                entry.bridge = None;
                left = true;
            }
        }
        if !left {
            return;
        }
        for owner in self.partners.get(id).cloned().unwrap_or_default() {
            let Some(chain) = self.chains.get_mut(&owner) else { continue };
            for entry in &mut chain.entries {
                if entry.state == State::Bridged && entry.is_bridged_in(&bridge.id) && entry.has_other(id) {
                    entry.last = now;
                    entry.close(&options);
                }
            }
        }
    }
}
