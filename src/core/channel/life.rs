//! A channel from its making to its end.

use std::collections::VecDeque;
use std::sync::Arc;

use tracing::Instrument;

use crate::Core;
use crate::cause::Cause;
use crate::channel::{
    Channel, ChannelHandle, ChannelState, Datastore, Facts, Interrupted, Position, Timeouts, Variables, Work,
};
use crate::channel_tech::{ChannelSetup, Leg, LegCommand, NewLeg};
use crate::dial::write_functions;
use crate::events::{Event, EventKind};
use crate::interpreter::Stack;
use crate::music::Listening;

/// On whose behalf a channel is made.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The linked id of the channel that asked for it; its own if nobody did.
    pub linked_id: Option<Arc<str>>,
    /// The variables that it inherits.
    pub variables: Variables,
    /// Whether we call (true) or are called.
    pub outgoing: bool,
    /// The state that it begins with.
    pub state: ChannelState,
    /// The unique id that somebody wants for it.
    pub unique_id: Option<Arc<str>>,
    /// Who sees it.
    pub seen: Seen,
}

/// Who sees a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen {
    /// It is in the table of channels and in events.
    #[default]
    Everywhere,
    /// It is in events only: no call, and nobody can do anything to it.
    InEvents,
    /// Nobody sees it.
    Nowhere,
}

impl Channel {
    /// Makes a channel around a leg and enters it into the table; nothing runs yet.
    pub fn new(core: &Arc<Core>, technology: &'static str, new: NewLeg, origin: Origin) -> Channel {
        let NewLeg { leg, setup } = new;
        let id = core.channels.next_id();
        let unique_id = origin.unique_id.clone().unwrap_or_else(|| core.unique_id(id));
        let facts = first_facts(core, &setup, &origin, &unique_id);
        let name: Arc<str> = leg.name().into();
        let (handle, mailbox) = ChannelHandle::new(id, name, unique_id, technology, core.clock.now(), facts);
        let port_events = leg.media().and_then(obelus_engine::PortHandle::take_events);
        let mut variables = origin.variables;
        for (name, value) in &setup.variables {
            variables.set(name, value.as_str());
        }
        handle.facts().shown_variables = variables.shown(&core.shown_variables.load());
        if origin.seen == Seen::Everywhere {
            core.channels.add(handle.clone());
        }
        let channel = Channel {
            core: core.clone(),
            seen: origin.seen,
            handle,
            leg,
            leg_over: false,
            port_events,
            mailbox,
            pending: VecDeque::new(),
            interrupted: None,
            observer: None,
            observed_as: 0,
            told: false,
            tone: None,
            causes: Vec::new(),
            variables,
            datastore: Datastore::default(),
            timeouts: Timeouts::default(),
            plan: core.dialplan.load_full(),
            stack: Stack::default(),
            machine: None,
            spare_texts: Vec::new(),
            hangup_handlers: Vec::new(),
            executed: false,
            last_step: None,
            exception: None,
            music: Listening::default(),
            zombie: false,
            early: VecDeque::new(),
        };
        channel.publish(EventKind::NewChannel, Event::NewChannel);
        channel.publish_variables();
        if channel.seen == Seen::Everywhere {
            core.device_changed(channel.handle.device());
        }
        channel
    }

    /// Tells with which variables it begins.
    fn publish_variables(&self) {
        if !self.core.events.wants(EventKind::VarSet) {
            return;
        }
        for (name, value, _) in self.variables.iter() {
            let (name, value) = (name.into(), value.into());
            let event = |channel| Event::VarSet { channel: Some(channel), name, value };
            self.publish_with(EventKind::VarSet, event);
        }
    }

    /// Starts the channel's task, with something to do first; it hangs up when there is nothing left to do.
    pub fn spawn(self, first: Work) -> ChannelHandle {
        let handle = self.handle.clone();
        let span = tracing::info_span!("call", channel = %handle.name(), id = %handle.unique_id());
        tokio::spawn(self.live(first).instrument(span));
        handle
    }

    /// Starts the channel's task in the dialplan, as for an incoming call.
    pub fn start(self) -> ChannelHandle {
        self.set_state(ChannelState::Ring);
        let position = self.position();
        self.spawn(Box::new(move |channel| {
            Box::pin(async move {
                write_functions(channel).await;
                channel.execute(position).await;
            })
        }))
    }

    pub(super) async fn live(mut self, first: Work) {
        first(&mut self).await;
        while self.facts().hung_up.is_none() {
            let Some(work) = self.pending.pop_front() else { break };
            self.interrupted = None;
            work(&mut self).await;
        }
        self.finish().await;
    }

    /// Waits for something to do, as a called channel does until its caller says what becomes of it.
    pub async fn idle(&mut self) {
        while self.next_event(None).await.is_ok() {}
    }

    /// Hangs up: whatever the channel waits for ends with [`Interrupted::Hangup`].
    pub fn hang_up(&mut self, cause: Cause) {
        self.ended(cause, "");
    }

    pub(super) fn ended(&mut self, cause: Cause, technical: &str) {
        self.interrupted = Some(Interrupted::Hangup);
        let mut facts = self.handle.facts();
        if facts.hung_up.is_none() {
            facts.cause = cause;
            facts.hung_up = Some(super::HungUp { cause, technical: technical.into() });
        }
    }

    /// Tells that the channel is to be hung up, by whoever is not its far end.
    pub fn publish_soft_hangup(&self, cause: Cause) {
        self.publish_with(EventKind::SoftHangupRequest, |channel| Event::SoftHangupRequest {
            channel,
            cause,
        });
    }

    async fn finish(&mut self) {
        self.ended(Cause::NORMAL_CLEARING, "");
        self.stop_music();
        // What is no call has no hang-up that the dialplan could hear of.
        if !self.zombie && self.seen == Seen::Everywhere {
            self.run_after_hangup().await;
            if self.has_run_dialplan() {
                // As in Asterisk, where the end of the dialplan is what hangs the channel up.
                self.publish_soft_hangup(Cause::NORMAL_CLEARING);
            }
        }
        self.tell_leg().await;
    }

    async fn tell_leg(&mut self) {
        if self.leg_over || self.told {
            return;
        }
        self.told = true;
        let cause = self.facts().hung_up.as_ref().map_or(Cause::NORMAL_CLEARING, |hung_up| hung_up.cause);
        if let Err(error) = self.leg.handle(LegCommand::Hangup(cause)).await {
            tracing::debug!(%error, "hang-up");
        }
    }
}

/// The end, also of a channel whose task has panicked: dropping the leg ends the call.
impl Drop for Channel {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.ended(Cause::NORMAL_TEMPORARY_FAILURE, "");
        }
        if self.seen == Seen::Everywhere {
            self.core.channels.remove(&self.handle);
        }
        self.publish(EventKind::Hangup, Event::Hangup);
        if self.seen == Seen::Everywhere {
            self.core.device_changed(self.handle.device());
        }
    }
}

fn first_facts(core: &Core, setup: &ChannelSetup, origin: &Origin, unique_id: &Arc<str>) -> Facts {
    let settings = core.settings.load();
    let language = if setup.language.is_empty() { settings.language.clone() } else { setup.language.clone() };
    Facts {
        caller: setup.caller.clone(),
        ani: setup.caller.clone(),
        ani2: setup.ani2,
        connected: setup.connected.clone(),
        // A channel that was called has dialled nothing.
        dialed: if origin.outgoing { "".into() } else { setup.exten.clone() },
        redirecting: setup.redirecting.clone(),
        position: Position { context: setup.context.clone(), exten: first_extension(setup), priority: 1 },
        language,
        account_code: setup.account_code.clone(),
        music_class: setup.music_class.clone(),
        suggested_music: setup.suggested_music.clone(),
        passes_hold_on: setup.passes_hold_on,
        tone_zone: setup.tone_zone.clone(),
        tenant_id: setup.tenant_id.clone(),
        call_group: setup.call_group,
        pickup_group: setup.pickup_group,
        named_call_groups: setup.named_call_groups.clone(),
        named_pickup_groups: setup.named_pickup_groups.clone(),
        linked_id: origin.linked_id.clone().unwrap_or_else(|| unique_id.clone()),
        outgoing: origin.outgoing,
        state: origin.state,
        cause: Cause::NOT_DEFINED,
        ..Facts::default()
    }
}

/// A channel that was called for no extension begins at `s`, as in Asterisk.
fn first_extension(setup: &ChannelSetup) -> Arc<str> {
    match &*setup.exten {
        "" => "s".into(),
        _ => setup.exten.clone(),
    }
}

impl Core {
    /// A unique id: `[system-]seconds.number`, as Asterisk writes it.
    fn unique_id(&self, id: u64) -> Arc<str> {
        let seconds = self.clock.since_epoch().as_secs();
        match &*self.settings.load().system_name {
            "" => format!("{seconds}.{id}").into(),
            system => format!("{system}-{seconds}.{id}").into(),
        }
    }

    /// Takes an incoming leg: makes its channel and starts it in the dialplan.
    pub fn incoming(self: &Arc<Self>, technology: &'static str, new: NewLeg) -> ChannelHandle {
        let origin = Origin { state: ChannelState::Ring, ..Origin::default() };
        let channel = Channel::new(self, technology, new, origin);
        match channel.wants_pickup() {
            true => channel.spawn(Box::new(|channel| Box::pin(channel.pick_up_or_end()))),
            false => channel.start(),
        }
    }
}

impl Core {
    /// Takes an incoming leg whose channel does `first` instead of going to the dialplan.
    pub fn incoming_for(
        self: &Arc<Self>,
        technology: &'static str,
        new: NewLeg,
        first: Work,
    ) -> ChannelHandle {
        let origin = Origin { state: ChannelState::Ring, ..Origin::default() };
        Channel::new(self, technology, new, origin).spawn(first)
    }
}

impl dyn Leg {
    /// Whether this leg has audio in the engine.
    pub fn has_media(&self) -> bool {
        self.media().is_some()
    }
}
