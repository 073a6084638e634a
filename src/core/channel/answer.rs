//! What a channel shows to its far end, and what its state changes publish.

use std::sync::Arc;
use std::time::Duration;

use obelus_media::Codec;
use tokio::time::Instant;

use crate::caller_id::Party;
use crate::channel::{Answered, Channel, ChannelState, Event, Interrupted, Redirecting, Seen};
use crate::channel_tech::{Call, CallError, Ended, LegCommand, LegEvent};
use crate::events::{self, EventKind, Who};

/// How long a digit is when nobody says how long.
const DIGIT: Duration = Duration::from_millis(100);

impl Channel {
    /// Answers the call if it has not been answered.
    pub async fn answer(&mut self) -> Result<(), Interrupted> {
        self.answer_with(None).await
    }

    /// Answers, with the codec of the other side as the best choice.
    pub async fn answer_with(&mut self, codec: Option<Codec>) -> Result<(), Interrupted> {
        if let Some(interrupted) = self.interrupted {
            return Err(interrupted);
        }
        let must_answer =
            matches!(self.state(), ChannelState::Ring | ChannelState::Ringing | ChannelState::Down);
        if must_answer && !self.facts().outgoing {
            self.tell(LegCommand::Answer { codec }).await;
            self.set_state(ChannelState::Up);
        }
        Ok(())
    }

    /// Calls the far end of an outgoing leg.
    pub async fn call(&mut self, timeout: Option<Duration>) -> Result<(), CallError> {
        let channel = self.handle.snapshot();
        self.leg.call(Call { channel: &channel, variables: &self.variables, timeout }).await?;
        self.set_state(ChannelState::Dialing);
        Ok(())
    }

    /// A call could not be made: tells whoever waits for it, and ends.
    pub(crate) fn call_failed(&mut self, error: &CallError) {
        tracing::warn!(channel = %self.name(), cause = %error.cause, reason = %error, "the call could not be made");
        self.leg_event(LegEvent::Hangup(Ended::with(error.cause)));
    }

    /// Shows something to the far end.
    pub async fn show(&mut self, command: LegCommand) {
        match command {
            LegCommand::Digit { digit, duration } => self.send_digit(digit, Some(duration)).await,
            LegCommand::Connected(party) => self.connected_to(party).await,
            LegCommand::Hold(held) => self.held_by_other(held).await,
            LegCommand::Ringing => self.ring().await,
            command => self.tell(command).await,
        }
    }

    /// Sends a digit: through RTP where that was agreed, else by the technology's own means.
    pub async fn send_digit(&mut self, digit: char, duration: Option<Duration>) {
        let duration = duration.unwrap_or(DIGIT);
        let sent =
            self.media().is_some_and(|port| port.sends_digits() && port.send_digit(digit, duration).is_ok());
        if !sent {
            self.tell(LegCommand::Digit { digit, duration }).await;
        }
        self.store_digit(digit, false).await;
        self.publish_with(EventKind::DigitBegin, |channel| events::Event::DigitBegin {
            channel,
            digit,
            received: false,
        });
        self.publish_with(EventKind::DigitEnd, |channel| events::Event::DigitEnd {
            channel,
            digit,
            duration,
            received: false,
        });
    }

    /// The party on the other side is known or has changed.
    pub async fn connected_to(&mut self, party: Party) {
        if self.facts().connected == party {
            return;
        }
        self.change_connected(party.clone());
        self.tell(LegCommand::Connected(party)).await;
    }

    /// Notes who is on the other side without telling the far end: `CONNECTEDLINE(…,i)=`.
    pub fn change_connected(&self, party: Party) {
        self.facts().connected = party;
        self.publish(EventKind::NewConnectedLine, events::Event::NewConnectedLine);
    }

    /// The call is being redirected, and the far end is told: `REDIRECTING(…)=`.
    pub async fn redirecting_is(&mut self, redirecting: Redirecting) {
        self.facts().redirecting = Some(redirecting.clone());
        self.tell(LegCommand::Redirecting(Box::new(redirecting))).await;
    }

    /// Sets the state and tells about it.
    pub fn set_state(&self, state: ChannelState) {
        let mut facts = self.facts();
        if facts.state == state {
            return;
        }
        facts.state = state;
        if state == ChannelState::Up && facts.answered.is_none() {
            facts.answered = Some(Answered { at: Instant::now(), time: self.core.clock.now() });
        }
        drop(facts);
        self.publish(EventKind::NewState, events::Event::NewState);
        self.core.device_changed(self.handle.device());
    }

    pub(super) fn held(&mut self, held: bool) {
        if held {
            self.publish(EventKind::Hold, events::Event::Hold);
        } else {
            self.publish(EventKind::Unhold, events::Event::Unhold);
        }
    }

    pub(super) fn far_end_is(&mut self, party: &Party) {
        let mut facts = self.facts();
        facts.caller_is_assumed = false;
        if facts.caller == *party {
            return;
        }
        facts.caller = party.clone();
        drop(facts);
        self.publish(EventKind::NewCallerId, events::Event::NewCallerId);
    }

    /// Changes the caller's identity and tells about it: `CALLERID(…)=`.
    pub fn change_caller(&self, change: impl FnOnce(&mut Party)) {
        change(&mut self.facts().caller);
        self.publish(EventKind::NewCallerId, events::Event::NewCallerId);
    }

    /// Publishes an event that is a snapshot of this channel.
    pub(crate) fn publish(&self, kind: EventKind, event: fn(Who) -> events::Event) {
        self.publish_with(kind, event);
    }

    /// Publishes an event with a snapshot of this channel in it, if somebody listens.
    pub fn publish_with(&self, kind: EventKind, event: impl FnOnce(Who) -> events::Event) {
        let core = &self.core;
        if self.seen != Seen::Nowhere {
            core.events.publish(kind, || core.clock.now(), || event(Arc::new(self.handle.snapshot())));
        }
    }

    /// Waits until the far end hangs up, doing nothing: the end of `Busy`, `Congestion` and a refused call.
    pub async fn wait_for_hangup(&mut self, at_most: Option<Duration>) -> Result<(), Interrupted> {
        let deadline = at_most.map(|at_most| Instant::now() + at_most);
        loop {
            if let Event::Deadline = self.next_event(deadline).await? {
                return Ok(());
            }
        }
    }

    /// Whether an event is one that a bridge passes to the other side.
    pub(crate) fn to_show(event: LegEvent) -> Option<LegCommand> {
        match event {
            LegEvent::Hold(held) => Some(LegCommand::Hold(held)),
            LegEvent::Flash => Some(LegCommand::Flash),
            LegEvent::Text(text) => Some(LegCommand::Text(text)),
            LegEvent::Connected(party) => Some(LegCommand::Connected(party)),
            LegEvent::Redirecting(redirecting) => Some(LegCommand::Redirecting(redirecting)),
            LegEvent::Proceeding
            | LegEvent::Ringing
            | LegEvent::Progress
            | LegEvent::Answered
            | LegEvent::Hangup(_)
            | LegEvent::Digit { .. }
            | LegEvent::Forward { .. }
            | LegEvent::Transferred { .. }
            | LegEvent::MediaChanged => None,
        }
    }
}
