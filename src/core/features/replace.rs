//! A telephone that takes the place of another in its call: SIP's INVITE with Replaces.

use crate::cause::Cause;
use crate::channel::{Channel, ChannelHandle};
use crate::channel_tech::LegCommand;

impl Channel {
    /// Takes the place of the far end of `target`, an answered call, which is hung up; then this channel is over.
    ///
    /// `target` goes on with what it does. Says whether it was still there.
    pub async fn take_place_of(&mut self, target: &ChannelHandle) -> bool {
        let party = target.facts().connected.clone();
        self.connected_to(party).await;
        let codec = target.run(|target| Box::pin(async { target.codec() })).await.ok().flatten();
        if self.answer_with(codec).await.is_err() {
            return false;
        }
        let own = self.facts().caller.clone();
        if self.give_far_end(target, Cause::NORMAL_CLEARING).await.is_err() {
            return false;
        }
        let bridge = target.facts().bridge.clone().and_then(|id| self.core().bridges.find(&id));
        if let Some(other) = bridge.and_then(|bridge| bridge.other(target)) {
            // Whoever was replaced may have held the call.
            let _ = other.show(LegCommand::Hold(false));
            let _ = other.show(LegCommand::Connected(own));
        }
        true
    }
}
