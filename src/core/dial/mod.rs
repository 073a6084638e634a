//! Ringing other channels: one or many, the first answer wins. `Dial`, `Originate`, `Queue` and others stand on this.

mod failed;
mod originate;
mod outcome;
mod outgoing;

use std::sync::Arc;
use std::time::Duration;

use obelus_engine::PortHandle;
use obelus_media::Codec;
use tokio::sync::mpsc;

pub use originate::{NotAnswered, Originate, Then};
pub use outcome::{Outcome, Status};
pub use outgoing::Outgoing;

use crate::Core;
use crate::caller_id::{Party, Shown};
use crate::cause::Cause;
use crate::channel::{Channel, ChannelHandle, Origin, Redirecting, Snapshot, Variables};
use crate::channel_tech::{CallError, Ended, LegEvent, Request};
use crate::events::{Event, EventKind, Who};
use crate::features::OwnFeatures;

/// How many events of rung channels may wait to be read.
const EVENTS: usize = 256;

/// On whose behalf others are rung.
#[derive(Clone, Default)]
pub struct Caller {
    /// The channel; `None` for an originated call.
    pub channel: Option<ChannelHandle>,
    /// What the rung parties are shown.
    pub party: Party,
    /// Where the call was redirected from.
    pub redirecting: Option<Redirecting>,
    /// The caller's codecs, best first.
    pub codecs: Vec<Codec>,
    /// The caller's audio.
    pub port: Option<PortHandle>,
    /// What the rung channels inherit.
    pub variables: Variables,
    /// How long they are rung at most.
    pub timeout: Option<Duration>,
    /// A Gosub to run on each new channel before it is called: `context,exten,priority(arguments)`.
    pub predial: Option<String>,
    /// The unique ids of the next channel, and of the second one where the technology makes two.
    pub unique_ids: [Option<Arc<str>>; 2],
    /// The feature settings that the rung channels begin with; `None` for those of features.conf.
    pub features: Option<OwnFeatures>,
}

impl Caller {
    /// The caller as a channel in the dialplan is one.
    pub fn of(channel: &Channel) -> Caller {
        let (codecs, port) = (channel.codecs(), channel.media().cloned());
        let facts = channel.facts();
        Caller {
            channel: Some(channel.handle().clone()),
            party: facts.caller.clone(),
            redirecting: facts.redirecting.clone(),
            codecs,
            port,
            variables: channel.variables.inherited(),
            timeout: None,
            predial: None,
            unique_ids: [None, None],
            features: channel.inherited_features(),
        }
    }
}

/// Several calls that are under way at once.
pub struct Dialing {
    core: Arc<Core>,
    caller: Caller,
    calls: Vec<Outgoing>,
    outcome: Outcome,
    sender: mpsc::Sender<(usize, LegEvent)>,
    events: mpsc::Receiver<(usize, LegEvent)>,
}

/// What a rung channel does.
#[derive(Debug)]
pub enum Progress {
    /// It works on it.
    Proceeding,
    /// It rings.
    Ringing,
    /// It sends audio.
    Progress,
    /// It answered: [`Dialing::take`] it.
    Answered,
    /// It is over; the outcome has been counted.
    Ended(Ended),
    /// It says who it is.
    Connected(Party),
    /// It was redirected on its own side.
    Redirecting(Box<Redirecting>),
    /// It wants to be called elsewhere, and is over itself.
    Forward {
        /// Where, as `Dial` takes it.
        address: String,
        /// Why.
        redirecting: Box<Redirecting>,
    },
}

impl Dialing {
    /// Nothing is rung yet.
    pub fn new(core: &Arc<Core>, caller: Caller) -> Dialing {
        let (sender, events) = mpsc::channel(EVENTS);
        Dialing { core: core.clone(), caller, calls: Vec::new(), outcome: Outcome::default(), sender, events }
    }

    /// Makes a channel to `destination` (`PJSIP/1001`) and calls it; returns its number.
    pub async fn place(&mut self, destination: &str) -> Result<usize, CallError> {
        let placed = self.make(destination).await;
        if let Err(error) = &placed {
            self.outcome.count(error.cause);
        }
        placed
    }

    async fn make(&mut self, destination: &str) -> Result<usize, CallError> {
        let mut channel = self.core.request(destination, &self.caller).await?;
        let index = self.calls.len();
        channel.observe(self.sender.clone(), index);
        let dial_string: Arc<str> =
            destination.split_once('/').map_or(destination, |(_, address)| address).into();
        let outgoing = Outgoing::start(channel, &self.caller, dial_string);
        self.calls.push(outgoing);
        Ok(index)
    }

    /// Changes what the parties that are rung from now on are shown: after a forward.
    pub fn redirect(&mut self, party: Option<Party>, redirecting: Redirecting) {
        if let Some(party) = party {
            self.caller.party = party;
        }
        self.caller.redirecting = Some(redirecting);
    }

    /// The call of this number.
    pub fn call(&self, index: usize) -> Option<&Outgoing> {
        self.calls.get(index)
    }

    /// How many still ring.
    pub fn ringing(&self) -> usize {
        self.calls.iter().filter(|call| call.is_ringing()).count()
    }

    /// What came of all of them so far.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What the next of them does. Cancel safe. Waits for ever when none rings.
    pub async fn next(&mut self) -> (usize, Progress) {
        loop {
            // `self.sender` keeps the queue open.
            let Some((index, event)) = self.events.recv().await else { return std::future::pending().await };
            if let Some(progress) = self.settle(index, event) {
                return (index, progress);
            }
        }
    }

    fn settle(&mut self, index: usize, event: LegEvent) -> Option<Progress> {
        let call = self.calls.get_mut(index).filter(|call| call.is_ringing())?;
        match event {
            LegEvent::Proceeding => {
                call.publish_state("PROCEEDING");
                Some(Progress::Proceeding)
            }
            LegEvent::Ringing => {
                call.publish_state("RINGING");
                Some(Progress::Ringing)
            }
            LegEvent::Progress => {
                call.publish_state("PROGRESS");
                Some(Progress::Progress)
            }
            LegEvent::Answered => Some(Progress::Answered),
            LegEvent::Hangup(ended) => {
                self.outcome.count(ended.cause);
                call.end(Status::of(ended.cause).word(), None);
                Some(Progress::Ended(ended))
            }
            LegEvent::Connected(party) => Some(Progress::Connected(party)),
            LegEvent::Redirecting(redirecting) => Some(Progress::Redirecting(redirecting)),
            LegEvent::Forward { address, redirecting } => {
                call.end("CANCEL", Some(address.as_str().into()));
                call.handle.hangup(Cause::NORMAL_CLEARING);
                Some(Progress::Forward { address, redirecting })
            }
            LegEvent::Hold(_)
            | LegEvent::Digit { .. }
            | LegEvent::Flash
            | LegEvent::Text(_)
            | LegEvent::Transferred { .. }
            | LegEvent::MediaChanged => None,
        }
    }

    /// The winner; the others are cancelled with `losers`.
    pub fn take(&mut self, index: usize, losers: Cause) -> Option<Outgoing> {
        let mut winner = self.take_undecided(index, losers)?;
        winner.decided("ANSWER");
        Some(winner)
    }

    /// The winner, of whom nobody is told before [`Outgoing::decided`]: it may yet be sent away.
    pub fn take_undecided(&mut self, index: usize, losers: Cause) -> Option<Outgoing> {
        if index >= self.calls.len() {
            return None;
        }
        let winner = self.calls.swap_remove(index);
        self.cancel(losers, "CANCEL");
        Some(winner)
    }

    /// Cancels all that still ring; `status` is what `DialEnd` says.
    pub fn cancel(&mut self, cause: Cause, status: &'static str) {
        for call in &mut self.calls {
            call.cancel(cause, status);
        }
    }
}

impl Core {
    /// Makes a channel to `Technology/address` on behalf of a caller; nothing is sent yet.
    pub async fn request(self: &Arc<Self>, destination: &str, caller: &Caller) -> Result<Channel, CallError> {
        let Some((technology, address)) = destination.split_once('/') else {
            let reason = format!("`{destination}` is no destination; write Technology/address");
            return Err(CallError::new(Cause::NO_ROUTE_DESTINATION, reason));
        };
        let registry = self.registry();
        let Some(tech) = registry.tech(technology) else {
            let known = registry.techs().map(|tech| tech.name()).collect::<Vec<_>>().join(", ");
            let reason = format!("there is no channel technology `{technology}`; there are {known}");
            return Err(CallError::new(Cause::CHAN_NOT_IMPLEMENTED, reason));
        };
        let requestor = caller.channel.as_ref().map(ChannelHandle::snapshot);
        if requestor.as_ref().is_some_and(|requestor| !requestor.facts.forwards_left.allows_one()) {
            let reason = "the call was forwarded too often (CHANNEL(max_forwards))";
            return Err(CallError::new(Cause::USER_BUSY, reason));
        }
        let [first_id, second_id] = caller.unique_ids.clone();
        let second_id = second_id.or_else(|| first_id.as_ref().map(|id| format!("{id};2").into()));
        let request = Request {
            address,
            codecs: &caller.codecs,
            near: caller.port.as_ref(),
            requestor: requestor.as_ref(),
            second_id: second_id.as_ref(),
        };
        let new = tech.request(request).await?;
        let origin = Origin {
            linked_id: requestor.as_ref().map(|requestor| requestor.facts.linked_id.clone()),
            variables: caller.variables.clone(),
            outgoing: true,
            unique_id: first_id,
            ..Origin::default()
        };
        let mut channel = Channel::new(self, tech.name(), new, origin);
        if let Some(features) = &caller.features {
            channel.datastore.insert(features.clone());
        }
        inherit(&channel, requestor.as_ref(), caller);
        if let Some(requestor) = &requestor {
            assume_party(&channel, requestor);
        }
        write_functions(&mut channel).await;
        Ok(channel)
    }
}

/// Variables whose names are calls of functions, as programs give them, are written as such.
pub(crate) async fn write_functions(channel: &mut Channel) {
    let is_call = |name: &str| name.contains('(');
    let calls: Vec<(String, String)> = channel
        .variables
        .iter()
        .filter(|(name, _, _)| is_call(name))
        .map(|(name, value, _)| (name.to_owned(), value.to_owned()))
        .collect();
    for (name, value) in calls {
        channel.variables.remove(&name);
        if let Err(error) = channel.assign(&name, &value).await {
            tracing::warn!(channel = %channel.name(), name, %error, "the new channel's variable is not set");
        }
    }
}

/// What a channel takes over from the one that rings it.
fn inherit(channel: &Channel, requestor: Option<&Snapshot>, caller: &Caller) {
    let mut facts = channel.facts();
    facts.connected = caller.party.clone();
    facts.redirecting = caller.redirecting.clone();
    facts.application = if requestor.is_some() { "AppDial" } else { "AppDial2" }.into();
    facts.data = "(Outgoing Line)".into();
    let Some(requestor) = requestor else { return };
    facts.forwards_left = requestor.facts.forwards_left.after_one();
    facts.language = requestor.facts.language.clone();
    // By this extension `Pickup` finds it.
    facts.position.exten = requestor.facts.position.exten.clone();
    // What the caller expects the other's account to be counts more than that it passes its own on.
    let accounts = [&requestor.facts.peer_account, &requestor.facts.account_code];
    if let Some(account) = accounts.into_iter().find(|account| !account.is_empty()) {
        facts.account_code.clone_from(account);
    }
    if !requestor.facts.account_code.is_empty() {
        facts.peer_account.clone_from(&requestor.facts.account_code);
    }
}

/// A party of whom the technology knows no number has the one that was dialled, and the name that the caller was told.
fn assume_party(channel: &Channel, requestor: &Snapshot) {
    let dialled = &requestor.facts.position.exten;
    let told = &requestor.facts.connected.name;
    let mut facts = channel.facts();
    let before = facts.caller.clone();
    if facts.caller.number.text().is_empty() && !dialled.is_empty() {
        facts.caller.number = Shown::allowed(dialled.clone());
        facts.caller_is_assumed = true;
    }
    if facts.caller.name.text().is_empty() && !told.text().is_empty() {
        facts.caller.name = told.clone();
    }
    let is_new = facts.caller != before;
    drop(facts);
    if is_new {
        channel.publish(EventKind::NewCallerId, Event::NewCallerId);
    }
}

fn who(channel: &ChannelHandle) -> Who {
    Arc::new(channel.snapshot())
}

fn publish(core: &Core, kind: EventKind, event: impl FnOnce() -> Event) {
    core.events.publish(kind, || core.clock.now(), event);
}
