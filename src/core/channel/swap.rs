//! Two channels that exchange their far ends: a call that is picked up, or given to another telephone.
//!
//! A channel is a place in the PBX: who dialled it, its bridge, its dialplan. Its far end is its leg. An exchange lets the
//! place go on with another telephone; as in Asterisk the name goes with the far end, the unique id with the place.

use std::sync::Arc;

use obelus_engine::PortEvents;

use super::{Answered, Channel, ChannelHandle, ChannelState, Redirecting, Unreachable, apart};
use crate::bridge::OtherHalf;
use crate::caller_id::Party;
use crate::cause::Cause;
use crate::channel_tech::{Leg, LegEvent};
use crate::events::{Event, EventKind};

/// What belongs to the far end, not to the place.
struct FarEnd {
    leg: Box<dyn Leg>,
    over: bool,
    told: bool,
    port_events: Option<PortEvents>,
    name: Arc<str>,
    technology: &'static str,
    state: ChannelState,
    answered: Option<Answered>,
    caller: Party,
    connected: Party,
    redirecting: Option<Redirecting>,
    other_half: Option<OtherHalf>,
    passes_hold_on: bool,
    on_hold: bool,
}

impl Channel {
    /// Gives this channel's far end to `target`, whose own comes here; this channel then ends with `cause`.
    ///
    /// `target` goes on with what it does. If its far end is answered now, whoever rings it hears of it.
    ///
    /// # Errors
    /// `target` is gone; with it this channel's far end, unless that was known at once.
    pub async fn give_far_end(&mut self, target: &ChannelHandle, cause: Cause) -> Result<(), Unreachable> {
        if !target.is_alive() {
            return Err(Unreachable::Gone);
        }
        let (own, old_name) = (self.take_far_end(), self.name().clone());
        let masqueraded: Arc<str> = format!("{old_name}<MASQ>").into();
        self.rename(masqueraded, self.handle.technology());
        let exchanged = target.run(move |target| {
            Box::pin(async move {
                let theirs = target.take_far_end();
                target.put_far_end(own);
                theirs
            })
        });
        let mut theirs = exchanged.await?;
        theirs.name = format!("{}<ZOMBIE>", theirs.name).into();
        self.put_far_end(theirs);
        self.zombie = true;
        self.ended(cause, "");
        Ok(())
    }

    fn take_far_end(&mut self) -> FarEnd {
        self.stop_music();
        self.stop_tone();
        self.stop_playing();
        let mut facts = self.handle.facts();
        let far_end = FarEnd {
            leg: std::mem::replace(&mut self.leg, apart::no_leg()),
            over: std::mem::replace(&mut self.leg_over, false),
            told: std::mem::replace(&mut self.told, false),
            port_events: self.port_events.take(),
            name: self.handle.name().clone(),
            technology: self.handle.technology(),
            state: facts.state,
            answered: facts.answered,
            caller: facts.caller.clone(),
            connected: facts.connected.clone(),
            redirecting: facts.redirecting.clone(),
            other_half: facts.other_half.take(),
            passes_hold_on: facts.passes_hold_on,
            on_hold: facts.on_hold,
        };
        drop(facts);
        far_end
    }

    fn put_far_end(&mut self, far_end: FarEnd) {
        let FarEnd { leg, over, told, port_events, name, technology, state, .. } = far_end;
        (self.leg, self.leg_over, self.told, self.port_events) = (leg, over, told, port_events);
        let other_half = far_end.other_half.clone();
        let mut facts = self.handle.facts();
        let was_up = facts.state == ChannelState::Up;
        facts.state = state;
        facts.answered = facts.answered.or(far_end.answered);
        facts.caller = far_end.caller;
        facts.connected = far_end.connected;
        facts.redirecting = far_end.redirecting;
        facts.other_half = far_end.other_half;
        facts.passes_hold_on = far_end.passes_hold_on;
        facts.on_hold = far_end.on_hold;
        let bridge = facts.bridge.clone();
        drop(facts);
        self.rename(name, technology);
        if let Some(half) = other_half.and_then(|half| self.core.channels.find(&half.unique_id))
            && let Some(back) = &mut half.facts().other_half
        {
            back.unique_id = self.handle.unique_id().clone();
        }
        if let Some(bridge) = bridge.and_then(|id| self.core.bridges.find(&id)) {
            bridge.change_port(self);
        }
        if state == ChannelState::Up && !was_up {
            self.publish(EventKind::NewState, Event::NewState);
            if let Some(event) = self.leg_event(LegEvent::Answered) {
                self.keep(event);
            }
        }
    }

    fn rename(&self, name: Arc<str>, technology: &'static str) {
        let old = self.name().clone();
        if old == name {
            return;
        }
        self.core.channels.rename(&self.handle, name, technology);
        self.publish_with(EventKind::Renamed, |channel| Event::Renamed { channel, old });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Delivery;
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn the_place_goes_on_with_the_other_far_end() {
        let pbx = TestPbx::new(|_, _| {});
        let (mut giver, giver_far) = pbx.channel();
        let (taker, mut taker_far) = pbx.channel();
        let (names, taker_id) =
            ((giver.name().clone(), taker.name().clone()), taker.handle().unique_id().clone());
        let handle = taker.spawn(Box::new(|channel| Box::pin(channel.idle())));
        let mut listener = pbx.core.events.listen(EventKind::Renamed.bit(), None);
        giver.give_far_end(&handle, Cause::ANSWERED_ELSEWHERE).await.unwrap();
        assert_eq!((handle.name(), handle.unique_id()), (&names.0, &taker_id));
        assert_eq!(&**giver.name(), format!("{}<ZOMBIE>", names.1));
        assert_eq!(pbx.core.channels.find(&names.0).as_ref(), Some(&handle));
        assert!(pbx.core.channels.find(&names.1).is_none());
        let mut renamed = Vec::new();
        while let Some(Delivery::Event(record)) = listener.try_next() {
            if let Event::Renamed { channel, old } = &record.event {
                renamed.push((old.clone(), channel.name.clone()));
            }
        }
        let masqueraded: Arc<str> = format!("{}<MASQ>", names.0).into();
        assert_eq!(renamed.len(), 3);
        assert_eq!(renamed[0], (names.0.clone(), masqueraded));
        assert_eq!(renamed[1], (names.1.clone(), names.0.clone()));
        tokio::spawn(giver.live(Box::new(|_| Box::pin(async {}))));
        assert_eq!(taker_far.is_over().await, Some(Cause::ANSWERED_ELSEWHERE));
        giver_far.hangs_up(Cause::NORMAL_CLEARING);
        handle.until_gone().await;
    }
}
