//! A channel: one leg of a call, owned and moved by its own task.
//!
//! The task waits in [`Channel::next_event`]; everybody else holds a [`ChannelHandle`] and sends messages.

mod answer;
mod apart;
mod asked;
mod builtin;
mod control_play;
mod datastore;
mod digit_store;
mod evaluate;
mod facts;
mod far_end;
mod handle;
mod life;
mod listen;
mod mf;
mod muting;
mod play;
mod record;
mod settle;
mod state;
mod swap;
mod table;
mod variables;
mod wait;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use obelus_dialplan::Machine;
use obelus_engine::{PlayId, PortEvents, PortHandle};
use obelus_media::Codec;
use tokio::sync::mpsc;
use tokio::time::Instant;

pub use control_play::{ControlledEnd, PlayKeys, Steer};
pub use datastore::Datastore;
pub use digit_store::DigitStore;
pub use evaluate::is_variable;
pub use facts::{
    AmaFlags, Answered, Facts, ForwardsLeft, HungUp, Position, Redirecting, Snapshot, device_of,
};
pub use far_end::Transferred;
pub use handle::{BoxFuture, ChannelCommand, ChannelHandle, Unreachable, Work};
pub use life::{Origin, Seen};
pub use listen::{DIGITS, DigitPace, DigitRules, DigitsRead};
pub use mf::{MF_SIGNALS, MfPace};
pub use muting::muted_ways;
pub use play::PlayEnd;
pub use record::{LastRecording, RecordEnd, RecordRules, SILENCE_THRESHOLD};
pub use state::ChannelState;
pub use table::Channels;
pub use variables::{Inherit, ShownVariables, Variables, without_underscores};
pub use wait::{Either, Event, Interrupted};

use crate::Core;
use crate::cause::Cause;
use crate::channel_tech::{Leg, LegEvent};
use crate::events::{self, EventKind, HandlerChange};
use crate::interpreter::{Exception, LastStep, LoadedPlan, Stack};
use crate::music::Listening;

/// A channel, as its own task sees it.
pub struct Channel {
    core: Arc<Core>,
    seen: Seen,
    pub(crate) handle: ChannelHandle,
    leg: Box<dyn Leg>,
    leg_over: bool,
    port_events: Option<PortEvents>,
    mailbox: mpsc::Receiver<ChannelCommand>,
    pending: VecDeque<Work>,
    interrupted: Option<Interrupted>,
    observer: Option<mpsc::Sender<(usize, LegEvent)>>,
    observed_as: usize,
    told: bool,
    tone: Option<PlayId>,
    causes: Vec<(Arc<str>, HungUp)>,
    /// The channel's variables.
    pub variables: Variables,
    /// What features keep on the channel until it ends.
    pub datastore: Datastore,
    /// How long the dialplan waits.
    pub timeouts: Timeouts,
    pub(crate) plan: Arc<LoadedPlan>,
    pub(crate) stack: Stack,
    /// Lent to the template that runs.
    pub(crate) machine: Option<Box<Machine>>,
    /// The memory of the arguments of applications that have run.
    pub(crate) spare_texts: Vec<String>,
    pub(crate) hangup_handlers: Vec<String>,
    pub(crate) executed: bool,
    pub(crate) last_step: Option<LastStep>,
    /// Why the dialplan went to `e`.
    pub exception: Option<Exception>,
    pub(crate) music: Listening,
    /// Its far end is another channel's: it only ends.
    zombie: bool,
    /// Events that came while nobody waited.
    early: VecDeque<Event>,
}

/// `TIMEOUT(digit)`, `TIMEOUT(response)` and `TIMEOUT(absolute)`.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Between two digits.
    pub digit: Duration,
    /// For the first digit.
    pub response: Duration,
    /// When the call ends, whatever happens.
    pub absolute: Option<Instant>,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts { digit: Duration::from_secs(5), response: Duration::from_secs(10), absolute: None }
    }
}

impl Channel {
    /// The PBX.
    pub fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// The channel's address.
    pub fn handle(&self) -> &ChannelHandle {
        &self.handle
    }

    /// `PJSIP/1001-00000001`.
    pub fn name(&self) -> &Arc<str> {
        self.handle.name()
    }

    /// What others see of it; for reading and writing by its own task. Never hold it across an await.
    pub fn facts(&self) -> std::sync::MutexGuard<'_, Facts> {
        self.handle.facts()
    }

    /// Its state now.
    pub fn state(&self) -> ChannelState {
        self.handle.state()
    }

    /// Whether it has been answered.
    pub fn is_up(&self) -> bool {
        self.state() == ChannelState::Up
    }

    /// Where it stands in the dialplan.
    pub fn position(&self) -> Position {
        self.facts().position.clone()
    }

    /// Sets where the dialplan goes on; the application then returns [`crate::app::Flow::Jump`].
    pub fn go_to(&mut self, position: Position) {
        self.facts().position = position;
    }

    /// Its port in the engine, if it has audio.
    pub fn media(&self) -> Option<&PortHandle> {
        self.leg.media()
    }

    /// The codec in use.
    pub fn codec(&self) -> Option<Codec> {
        self.leg.codec()
    }

    /// The codecs that it can use, best first.
    pub fn codecs(&self) -> Vec<Codec> {
        self.leg.codecs()
    }

    /// `${CHANNEL(name)}` as far as the technology knows it.
    pub fn leg_property(&self, name: &str) -> Option<String> {
        self.leg.property(name)
    }

    /// The leg itself, for functions that belong to its own technology.
    pub fn leg_as<T: Leg>(&mut self) -> Option<&mut T> {
        let any: &mut dyn std::any::Any = self.leg.as_mut();
        any.downcast_mut()
    }

    /// Tells `observer` what happens on the leg, as number `index`: how `Dial` watches those it rings.
    pub fn observe(&mut self, observer: mpsc::Sender<(usize, LegEvent)>, index: usize) {
        self.observer = Some(observer);
        self.observed_as = index;
    }

    /// Remembers how a channel that this one rang or talked to has ended: `HANGUPCAUSE`.
    pub fn remember_cause(&mut self, name: &Arc<str>, hung_up: HungUp) {
        self.facts().cause = hung_up.cause;
        self.causes.retain(|known| known.0 != *name);
        self.causes.push((name.clone(), hung_up));
    }

    /// The channels that this one rang or talked to, and how they ended.
    pub fn remembered_causes(&self) -> &[(Arc<str>, HungUp)] {
        &self.causes
    }

    /// Forgets them: `HangupCauseClear()`.
    pub fn forget_causes(&mut self) {
        self.causes.clear();
    }

    /// Whether it has run priorities of the dialplan, which a channel that was called need not have.
    pub fn has_run_dialplan(&self) -> bool {
        self.executed
    }

    /// The cause to hang up with when nobody names one: that of the last call out, or normal clearing.
    pub fn cause_for_hangup(&self) -> Cause {
        match self.facts().cause {
            Cause::NOT_DEFINED => Cause::NORMAL_CLEARING,
            cause => cause,
        }
    }

    /// Adds a Gosub target to run when the channel is hung up; the newest runs first.
    ///
    /// Context and extension that it leaves away are those of now.
    pub fn push_hangup_handler(&mut self, target: &str) {
        let position = self.position();
        let place = target.split('(').next().unwrap_or(target);
        let handler = match place.matches(',').count() {
            0 => format!("{},{},{target}", position.context, position.exten),
            1 => format!("{},{target}", position.context),
            _ => target.to_owned(),
        };
        self.tell_of_handler(HandlerChange::Push, &handler);
        self.hangup_handlers.push(handler);
    }

    pub(crate) fn tell_of_handler(&self, change: HandlerChange, handler: &str) {
        let event = |channel| events::Event::HangupHandler { change, channel, handler: handler.into() };
        self.publish_with(EventKind::HangupHandler, event);
    }

    /// The hang-up handlers, the one that is run last first.
    pub fn hangup_handlers(&self) -> &[String] {
        &self.hangup_handlers
    }

    /// Takes all hang-up handlers away.
    pub fn wipe_hangup_handlers(&mut self) {
        while self.pop_hangup_handler().is_some() {}
    }

    /// Takes the newest hang-up handler away.
    pub fn pop_hangup_handler(&mut self) -> Option<String> {
        let handler = self.hangup_handlers.pop()?;
        self.tell_of_handler(HandlerChange::Pop, &handler);
        Some(handler)
    }
}
