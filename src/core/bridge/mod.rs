//! Bridges: channels that hear each other.
//!
//! Each channel's own task sits in [`Channel::join`] and acts on what its leg does; the audio goes from port to port
//! in the engine. The bridge itself is a list of members behind a lock that is held for a moment when one comes or goes.

mod accounts;
mod asked;
mod direct;
mod features;
mod holding;
mod moves;
mod optimize;
mod options;
mod table;
mod technologies;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use obelus_engine::PortHandle;
use tokio::sync::mpsc;

use features::Pressed;
pub use features::{Action, Features, Limit};
pub use optimize::OtherHalf;
pub use options::{CallLimit, features_of_both};
pub use table::Bridges;
pub use technologies::{SuspendError, Technologies, Technology};

use crate::Core;
use crate::cause::Cause;
use crate::channel::{Channel, ChannelCommand, ChannelHandle, Event, Interrupted};
use crate::channel_tech::{LegCommand, LegEvent};
use crate::events::{self, BridgeSnapshot, EventKind};
use crate::features::TransferEvent;
use moves::{Next, oldest};

/// A bridge of two channels. Cheap to clone.
#[derive(Clone)]
pub struct Bridge(Arc<Inner>);

struct Inner {
    core: Arc<Core>,
    id: Arc<str>,
    creator: Arc<str>,
    created: Timestamp,
    /// The name of a bridge in which channels only wait; `None` for one of two channels that talk.
    holding: Option<Arc<str>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    members: Vec<Member>,
    dissolved: bool,
    /// Who decides what becomes of it when somebody leaves: an attended transfer.
    watcher: Option<mpsc::UnboundedSender<TransferEvent>>,
}

struct Member {
    channel: ChannelHandle,
    port: Option<PortHandle>,
    /// Where it goes as soon as its task looks.
    next: Option<Next>,
    /// It hears and is heard by nobody here for the moment.
    suspended: bool,
    direct: direct::Direct,
}

/// A place in a bridge that somebody will take or has taken; dropping it dissolves the bridge.
///
/// It travels in the message that sends a channel into the bridge: should that channel die before it arrives, the
/// others do not wait for it.
pub struct Seat {
    bridge: Bridge,
    /// Whom it is meant for, as far as that is known.
    channel: Option<ChannelHandle>,
    taken: bool,
    /// Whoever leaves it leaves the others alone.
    quiet: bool,
}

/// How a channel came out of a bridge by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// The others are gone.
    Dissolved,
    /// Its time is over: `L()` or `S()` of `Dial`.
    TimeIsOver,
    /// Its user pressed the code to hang up.
    HangupCode,
    /// It has sent the other party elsewhere.
    Transferred,
}

impl Bridge {
    /// A new bridge for two channels; `creator` is the application that makes it.
    pub fn new(core: &Arc<Core>, creator: &str) -> Bridge {
        let bridge = Bridge::unlisted(core, creator, None);
        core.bridges.add(bridge.clone());
        bridge.publish(EventKind::BridgeCreate, events::Event::BridgeCreate);
        bridge
    }

    fn unlisted(core: &Arc<Core>, creator: &str, holding: Option<&str>) -> Bridge {
        Bridge(Arc::new(Inner {
            core: core.clone(),
            id: uuid::Uuid::new_v4().to_string().into(),
            creator: creator.into(),
            created: core.clock.now(),
            holding: holding.map(Into::into),
            state: Mutex::default(),
        }))
    }

    /// Its id.
    pub fn id(&self) -> &Arc<str> {
        &self.0.id
    }

    /// A place for a channel.
    pub fn seat(&self) -> Seat {
        Seat { bridge: self.clone(), channel: None, taken: false, quiet: false }
    }

    /// A place for this channel.
    pub(crate) fn seat_for(&self, channel: &ChannelHandle) -> Seat {
        Seat { bridge: self.clone(), channel: Some(channel.clone()), taken: false, quiet: false }
    }

    /// The channels in it.
    pub fn members(&self) -> Vec<ChannelHandle> {
        self.state().members.iter().map(|member| member.channel.clone()).collect()
    }

    /// The member that is not `channel`.
    pub fn other(&self, channel: &ChannelHandle) -> Option<ChannelHandle> {
        let state = self.state();
        state.members.iter().map(|member| &member.channel).find(|member| *member != channel).cloned()
    }

    /// The bridge as it is now, for events and listings.
    pub fn snapshot(&self) -> BridgeSnapshot {
        let state = self.state();
        let (kind, technology, name) = match &self.0.holding {
            Some(name) => ("base", technologies::HOLDING, name.clone()),
            None => ("basic", self.technology(&state.members), "<unknown>".into()),
        };
        BridgeSnapshot {
            id: self.0.id.clone(),
            kind,
            technology,
            creator: self.0.creator.clone(),
            created: self.0.created,
            name,
            channels: state.members.len(),
        }
    }

    /// Asterisk's name of how the members' audio is joined.
    fn technology(&self, members: &[Member]) -> &'static str {
        match members {
            [Member { port: Some(first), .. }, Member { port: Some(second), .. }]
                if first.relays_to(second) && !self.0.core.bridges.technologies.native_is_suspended() =>
            {
                technologies::NATIVE
            }
            _ => technologies::SIMPLE,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_dissolved(&self) -> bool {
        self.state().dissolved
    }

    /// Sends everybody out.
    pub fn dissolve(&self) {
        let mut state = self.state();
        if std::mem::replace(&mut state.dissolved, true) {
            return;
        }
        for member in &state.members {
            let _ = member.channel.send(ChannelCommand::BridgeChanged);
        }
        let empty = state.members.is_empty();
        drop(state);
        if empty {
            self.destroy();
        }
    }

    fn enter(&self, channel: &Channel) {
        let mut state = self.state();
        if state.dissolved {
            return;
        }
        if self.0.holding.is_none() {
            accounts::come(channel.handle(), state.members.iter().map(|member| &member.channel));
        }
        state.members.push(Member {
            channel: channel.handle().clone(),
            port: channel.media().cloned(),
            next: None,
            suspended: false,
            direct: direct::Direct::default(),
        });
        let linked_id = oldest(&state.members);
        for member in &state.members {
            member.channel.facts().linked_id.clone_from(&linked_id);
        }
        self.join_members(&state);
        drop(state);
        channel.facts().bridge = Some(self.0.id.clone());
        self.publish_with_channel(EventKind::BridgeEnter, channel.handle(), |bridge, channel| {
            events::Event::BridgeEnter { bridge, channel }
        });
    }

    /// Two members hear each other.
    fn join_members(&self, state: &State) {
        if let ([first, second], None) = (&state.members[..], &self.0.holding)
            && !first.suspended
            && !second.suspended
        {
            join_ports(first, second);
        }
    }

    fn leave(&self, channel: &ChannelHandle) {
        let mut state = self.state();
        let Some(at) = state.members.iter().position(|member| member.channel == *channel) else { return };
        let mut member = state.members.remove(at);
        direct::bring_back(&mut member);
        direct::direct_members(&mut state);
        if let Some(port) = &member.port {
            let _ = port.disconnect();
            let _ = port.pass_digits(true);
        }
        self.join_members(&state);
        if let ([first, second], None, false) = (&state.members[..], &self.0.holding, state.dissolved) {
            accounts::stay(&first.channel, &second.channel);
        }
        let empty = state.members.is_empty();
        drop(state);
        channel.facts().bridge = None;
        self.publish_with_channel(EventKind::BridgeLeave, channel, |bridge, channel| {
            events::Event::BridgeLeave { bridge, channel }
        });
        if empty {
            self.destroy();
        }
    }

    fn destroy(&self) {
        if self.0.core.bridges.remove(&self.0.id) {
            self.publish(EventKind::BridgeDestroy, events::Event::BridgeDestroy);
        }
    }

    /// What happens on one member's leg concerns the others.
    fn pass_on(&self, from: &ChannelHandle, event: LegEvent) {
        match event {
            // A target of a transfer may be in a bridge before it answers.
            LegEvent::Ringing => self.show_others(from, &LegCommand::Ringing),
            LegEvent::Progress | LegEvent::Answered => self.quiet_others(from),
            event => {
                if let Some(command) = Channel::to_show(event) {
                    self.show_others(from, &command);
                }
            }
        }
    }

    /// Shows something to everybody but `from`.
    fn show_others(&self, from: &ChannelHandle, command: &LegCommand) {
        for member in &self.state().members {
            if member.channel != *from {
                let _ = member.channel.show(command.clone());
            }
        }
    }

    fn publish(&self, kind: EventKind, event: fn(Arc<BridgeSnapshot>) -> events::Event) {
        let core = &self.0.core;
        core.events.publish(kind, || core.clock.now(), || event(Arc::new(self.snapshot())));
    }

    fn publish_with_channel(
        &self,
        kind: EventKind,
        channel: &ChannelHandle,
        event: fn(Arc<BridgeSnapshot>, events::Who) -> events::Event,
    ) {
        let core = &self.0.core;
        let build = || event(Arc::new(self.snapshot()), Arc::new(channel.snapshot()));
        core.events.publish(kind, || core.clock.now(), build);
    }
}

/// Joins two members' audio; a member without audio takes part in the rest of the call.
fn join_ports(first: &Member, second: &Member) {
    if let (Some(first), Some(second)) = (&first.port, &second.port)
        && let Err(error) = first.connect(second)
    {
        tracing::error!(%error, "the two sides of a bridge cannot be joined");
    }
    pass_digits(first, second);
    pass_digits(second, first);
}

/// Where the digits for `to` are wanted on their way, `from` hands them to its channel instead of to the other port.
fn pass_digits(from: &Member, to: &Member) {
    if to.channel.facts().wants_sent_digits
        && let Some(port) = &from.port
    {
        let _ = port.pass_digits(false);
    }
}

impl Seat {
    fn take(&mut self, channel: &Channel) {
        self.bridge.enter(channel);
        self.channel = Some(channel.handle().clone());
        self.taken = true;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(channel) = self.channel.as_ref().filter(|_| self.taken) {
            self.bridge.leave(channel);
        }
        // Those who only wait do not wait for each other.
        if !self.quiet && self.bridge.0.holding.is_none() && !self.bridge.tell_watcher(self.channel.take()) {
            self.bridge.dissolve();
        }
    }
}

impl Channel {
    /// Takes its seat and stays in the bridge, and in those to which it is moved, until it or the others go.
    pub async fn join(&mut self, mut seat: Seat, mut features: Features) -> Result<Departure, Interrupted> {
        seat.take(self);
        self.stop_music();
        features.begin(self).await;
        seat.bridge.optimize(self.handle());
        seat.bridge.update_direct(self, &features);
        let departure = self.stay(&mut seat, &mut features).await;
        self.held_by_other(false).await;
        features.end(self);
        departure
    }

    async fn stay(&mut self, seat: &mut Seat, features: &mut Features) -> Result<Departure, Interrupted> {
        loop {
            if let Some(next) = seat.bridge.next_of(self.handle()) {
                match next {
                    Next::Out => {
                        seat.quiet = true;
                        return Ok(Departure::Transferred);
                    }
                    Next::End => {
                        seat.quiet = true;
                        self.hang_up(Cause::NORMAL_CLEARING);
                        return Err(Interrupted::Hangup);
                    }
                    Next::Bridge { seat: new, meets } => self.change_seat(seat, new, meets, features).await,
                }
                continue;
            }
            if seat.bridge.is_dissolved() {
                return Ok(Departure::Dissolved);
            }
            match self.next_event(features.deadline()).await? {
                Event::Digit { digit, duration } => {
                    if let Pressed::Do(action) = features.digit(self, &seat.bridge, digit, duration)
                        && let Some(departure) = self.do_action(action, &seat.bridge, features).await?
                    {
                        return Ok(departure);
                    }
                }
                Event::Leg(event) => {
                    seat.bridge.pass_on(self.handle(), event);
                    seat.bridge.update_direct(self, features);
                }
                Event::Deadline => {
                    if let Some(departure) = features.time(self, &seat.bridge).await {
                        return Ok(departure);
                    }
                }
                Event::BridgeChanged => seat.bridge.update_direct(self, features),
                Event::Finished { .. } => {}
            }
        }
    }

    async fn do_action(
        &mut self,
        action: Action,
        bridge: &Bridge,
        features: &mut Features,
    ) -> Result<Option<Departure>, Interrupted> {
        match action {
            Action::HangUp => return Ok(Some(Departure::HangupCode)),
            Action::BlindTransfer => return self.blind_transfer(bridge).await,
            Action::AttendedTransfer => self.attended_transfer(bridge, features).await?,
            Action::Transfer(stimulus) => features.tell_transfer(stimulus),
            Action::Mapped(app) => self.run_mapped(bridge, &app).await?,
        }
        Ok(None)
    }
}
