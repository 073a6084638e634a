//! Picking up a call that rings elsewhere.

use std::sync::Arc;

use crate::cause::Cause;
use crate::channel::{Channel, ChannelHandle, ChannelState, Facts};
use crate::events::{Event, EventKind, Who};
use crate::verbose;

impl Channel {
    /// Picks up the oldest ringing call of this channel's groups; says whether there was one.
    pub async fn pick_up_by_group(&mut self) -> bool {
        let (pickup_group, named) = {
            let facts = self.facts();
            (facts.pickup_group, facts.named_pickup_groups.clone())
        };
        let shares = |target: &ChannelHandle| {
            let facts = target.facts();
            pickup_group & facts.call_group != 0 || share_a_name(&named, &facts.named_call_groups)
        };
        let conf = self.features();
        // The table has the oldest first.
        for target in self.core().channels.all() {
            if target != *self.handle() && target.facts().can_be_picked_up() && shares(&target) {
                tracing::info!(channel = %self.name(), target = %target.name(), "pickup");
                if self.pick_up(&target).await {
                    if !conf.pickup_sound.is_empty() {
                        let sound = conf.pickup_sound.clone();
                        let work = crate::channel::ChannelCommand::Run(Box::new(move |channel| {
                            Box::pin(async move { channel.play_over(&sound).await })
                        }));
                        let _ = target.send(work);
                    }
                    return true;
                }
            }
        }
        if !conf.pickup_fail_sound.is_empty() && self.answer().await.is_ok() {
            let _ = self.play(&conf.pickup_fail_sound, "").await;
        }
        false
    }

    /// Whether it has dialled `pickupexten`.
    pub(crate) fn wants_pickup(&self) -> bool {
        let exten = self.position().exten;
        !exten.is_empty() && *exten == *self.features().pickup_exten
    }

    /// What a channel does that has dialled `pickupexten`.
    pub(crate) async fn pick_up_or_end(&mut self) {
        if !self.pick_up_by_group().await {
            self.hang_up(Cause::CALL_REJECTED);
        }
    }

    /// Takes the first of these calls that still rings; says whether there was one.
    pub async fn pick_up_first(&mut self, ringing: &[ChannelHandle]) -> bool {
        for target in ringing {
            if self.pick_up(target).await {
                return true;
            }
        }
        false
    }

    /// Takes a ringing call: whoever rings `target` talks to this channel's party. Then this channel is over.
    ///
    /// Says whether the call was still there to be taken.
    pub async fn pick_up(&mut self, target: &ChannelHandle) -> bool {
        if target == self.handle() || !target.facts().claim_for_pickup() {
            return false;
        }
        verbose!(self.core(), 3, "{} pickup by {}", target.name(), self.name());
        let caller = target.facts().connected.clone();
        self.connected_to(caller).await;
        if self.answer().await.is_err() {
            target.facts().picked_up = false;
            return false;
        }
        self.facts().cause = Cause::ANSWERED_ELSEWHERE;
        let who = |channel: &ChannelHandle| -> Who { Arc::new(channel.snapshot()) };
        let (own, theirs) = (who(self.handle()), who(target));
        let taken = self.give_far_end(target, Cause::ANSWERED_ELSEWHERE).await.is_ok();
        if taken {
            self.publish_with(EventKind::Pickup, |_| Event::Pickup { channel: own, target: theirs });
        }
        taken
    }
}

impl Facts {
    /// Whether somebody rings this channel and nobody has answered.
    pub fn can_be_picked_up(&self) -> bool {
        let rings = matches!(
            self.state,
            ChannelState::Ringing | ChannelState::Ring | ChannelState::Dialing | ChannelState::Down
        );
        self.outgoing && rings && self.answered.is_none() && self.hung_up.is_none() && !self.picked_up
    }

    fn claim_for_pickup(&mut self) -> bool {
        let free = self.can_be_picked_up();
        self.picked_up |= free;
        free
    }
}

/// Whether two lists of groups, names between commas, have a name in common.
fn share_a_name(first: &str, second: &str) -> bool {
    let names = |list| str::split(list, ',').map(str::trim).filter(|name| !name.is_empty());
    names(first).any(|name| names(second).any(|other| other.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use crate::cause::Cause;
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn the_number_for_pickups_needs_no_dialplan() {
        let pbx = TestPbx::new(|_, _| {});
        let mut far = pbx.call("internal", "*8");
        assert_eq!(far.is_over().await, Some(Cause::CALL_REJECTED));
    }

    #[tokio::test(start_paused = true)]
    async fn a_ringing_call_of_the_group_is_picked_up_once() {
        let pbx = TestPbx::new(|_, _| {});
        let core = pbx.core.clone();
        let then = crate::dial::Then::Extension(crate::channel::Position::new("none", "s", 1));
        let call = crate::dial::Originate::new("Test/1002", then);
        let calling = tokio::spawn(async move { core.originate(call).await });
        let mut rung = pbx.rung().await;
        let target = pbx.core.channels.find(&rung.name).unwrap();
        target.facts().named_call_groups = "sales,support".into();
        let (mut stranger, _far) = pbx.channel();
        assert!(!stranger.pick_up_by_group().await);
        let (mut picker, picker_far) = pbx.channel();
        picker.facts().named_pickup_groups = "Support".into();
        assert!(picker.pick_up_by_group().await);
        assert_eq!(calling.await.unwrap().unwrap().name().as_ref(), picker_far.name);
        assert!(!stranger.pick_up(&target).await);
        drop(picker);
        rung.is_over().await;
    }
}
