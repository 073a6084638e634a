//! One half of a Local channel: what it is told, the other half hears.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::bridge::OtherHalf;
use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, ChannelState, Origin, Snapshot};
use obelus_core::channel_tech::{Call, CallError, ChannelSetup, Ended, Leg, LegCommand, LegEvent, NewLeg};
use obelus_core::engine::{Port, PortHandle};
use obelus_core::events::{Event, EventKind};
use obelus_core::media::Codec;
use tokio::sync::mpsc;

use crate::address::Address;

/// How many events a half may be behind.
const EVENTS: usize = 64;

/// One half.
pub(crate) struct LocalLeg {
    name: String,
    port: Port,
    other: mpsc::Sender<LegEvent>,
    events: mpsc::Receiver<LegEvent>,
    codecs: Vec<Codec>,
    agreed: Arc<Mutex<Option<Codec>>>,
    /// The second half, kept by the first until it is called.
    second: Option<Box<Second>>,
    core: Weak<Core>,
}

struct Second {
    leg: LocalLeg,
    address: Address,
    unique_id: Option<Arc<str>>,
}

/// Makes both halves; the second is inside the first until it is called.
pub(crate) fn pair(
    core: &Arc<Core>,
    base: &str,
    address: &Address,
    codecs: &[Codec],
    second_id: Option<&Arc<str>>,
) -> Result<LocalLeg, CallError> {
    let ports = core.engine.open_pipe();
    let (first_port, second_port) =
        ports.map_err(|error| CallError::new(Cause::SWITCH_CONGESTION, error.to_string()))?;
    let (to_first, first_events) = mpsc::channel(EVENTS);
    let (to_second, second_events) = mpsc::channel(EVENTS);
    let agreed = Arc::new(Mutex::new(None));
    let half = |number: u8, port, other, events, second| LocalLeg {
        name: format!("{base};{number}"),
        port,
        other,
        events,
        codecs: codecs.to_vec(),
        agreed: agreed.clone(),
        second,
        core: Arc::downgrade(core),
    };
    let second = half(2, second_port, to_first, second_events, None);
    Ok(half(
        1,
        first_port,
        to_second,
        first_events,
        Some(Box::new(Second { leg: second, address: address.clone(), unique_id: second_id.cloned() })),
    ))
}

impl LocalLeg {
    fn agreed(&self) -> std::sync::MutexGuard<'_, Option<Codec>> {
        self.agreed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the other half hears of a command.
    fn heard(&self, command: LegCommand) -> Result<Option<LegEvent>, CallError> {
        Ok(Some(match command {
            // Its audio has no address.
            LegCommand::Direct(_) => return Ok(None),
            LegCommand::Ringing => LegEvent::Ringing,
            LegCommand::Proceeding => LegEvent::Proceeding,
            LegCommand::Progress => LegEvent::Progress,
            LegCommand::Answer { codec } => {
                *self.agreed() = codec;
                LegEvent::Answered
            }
            LegCommand::Hangup(cause) => LegEvent::Hangup(Ended::with(cause)),
            LegCommand::Hold(held) => LegEvent::Hold(held),
            LegCommand::Digit { digit, duration } => LegEvent::Digit { digit, duration },
            LegCommand::Flash => LegEvent::Flash,
            LegCommand::Text(text) => LegEvent::Text(text),
            LegCommand::Connected(party) => LegEvent::Connected(party),
            LegCommand::Redirecting(redirecting) => LegEvent::Redirecting(redirecting),
            LegCommand::Transfer(_) => {
                return Err(CallError::new(
                    Cause::FACILITY_NOT_IMPLEMENTED,
                    "a Local channel cannot be transferred away",
                ));
            }
        }))
    }
}

/// Tells both halves of each other; returns the first as it is then.
fn first_half(core: &Core, first: &Snapshot, second: &Channel, address: &Address) -> Snapshot {
    let other = |unique_id: &Arc<str>, is_first| {
        Some(OtherHalf { unique_id: unique_id.clone(), is_first, may_leave: address.may_leave })
    };
    second.facts().other_half = other(&first.unique_id, false);
    let mut first = first.clone();
    first.facts.other_half = other(second.handle().unique_id(), true);
    if let Some(channel) = core.channels.find(&first.unique_id) {
        channel.facts().other_half.clone_from(&first.facts.other_half);
    }
    first
}

#[async_trait]
impl Leg for LocalLeg {
    fn name(&self) -> &str {
        &self.name
    }

    async fn call(&mut self, call: Call<'_>) -> Result<(), CallError> {
        let (Some(second), Some(core)) = (self.second.take(), self.core.upgrade()) else {
            return Err(CallError::new(
                Cause::WRONG_CALL_STATE,
                "this Local channel has been called already",
            ));
        };
        let facts = &call.channel.facts;
        let setup = ChannelSetup {
            context: second.address.context.clone(),
            exten: second.address.exten.clone(),
            caller: facts.connected.clone(),
            connected: facts.caller.clone(),
            redirecting: facts.redirecting.clone(),
            language: facts.language.clone(),
            // Each half has what the other knows of its far end.
            account_code: facts.peer_account.clone(),
            music_class: facts.music_class.clone(),
            passes_hold_on: true,
            tone_zone: facts.tone_zone.clone(),
            tenant_id: facts.tenant_id.clone(),
            ..ChannelSetup::default()
        };
        let origin = Origin {
            linked_id: Some(facts.linked_id.clone()),
            variables: call.variables.clone(),
            unique_id: second.unique_id,
            state: ChannelState::Ring,
            ..Origin::default()
        };
        let channel = Channel::new(&core, "Local", NewLeg { leg: Box::new(second.leg), setup }, origin);
        channel.facts().forwards_left = facts.forwards_left;
        channel.facts().peer_account = facts.account_code.clone();
        let (one, address) = (first_half(&core, call.channel, &channel, &second.address), second.address);
        channel.publish_with(EventKind::LocalBridge, |two| Event::LocalBridge {
            one: Arc::new(one),
            two,
            context: address.context,
            exten: address.exten,
        });
        channel.start();
        Ok(())
    }

    async fn handle(&mut self, command: LegCommand) -> Result<(), CallError> {
        let Some(event) = self.heard(command)? else { return Ok(()) };
        // The other half is gone, or so far behind that it is stuck: either way this call cannot go on as told.
        self.other.try_send(event).or_else(|error| match error {
            mpsc::error::TrySendError::Closed(_) => Ok(()),
            mpsc::error::TrySendError::Full(_) => Err(CallError::new(
                Cause::SWITCH_CONGESTION,
                "the other half of the Local channel does not respond",
            )),
        })
    }

    async fn next_event(&mut self) -> Option<LegEvent> {
        self.events.recv().await
    }

    fn media(&self) -> Option<&PortHandle> {
        Some(self.port.handle())
    }

    fn codec(&self) -> Option<Codec> {
        self.agreed().or(self.codecs.first().copied())
    }

    fn codecs(&self) -> Vec<Codec> {
        self.codecs.clone()
    }
}
