//! What programs ask of bridges: to put somebody out, to do without a Local channel.

use super::Bridge;
use crate::Core;
use crate::channel::ChannelHandle;

impl Bridge {
    /// Puts a member out; a call of two ends with that, as nobody is left to talk to.
    pub fn kick(&self, channel: &ChannelHandle) {
        let is_call = self.0.holding.is_none() && self.members().len() <= 2;
        if is_call { self.dissolve() } else { self.send_out(channel) }
    }
}

impl Core {
    /// Lets both halves of a Local channel leave a call that can do without them, even if it was placed with `/n`;
    /// `false` for a channel that is no half.
    pub fn let_halves_leave(&self, channel: &ChannelHandle) -> bool {
        let Some(other_id) = allow(channel) else { return false };
        if let Some(other) = self.channels.find(&other_id) {
            allow(&other);
        }
        let bridge = channel.facts().bridge.clone();
        if let Some(bridge) = bridge.and_then(|id| self.bridges.find(&id)) {
            bridge.optimize(channel);
        }
        true
    }
}

/// Marks a half; gives the id of the other one.
fn allow(channel: &ChannelHandle) -> Option<std::sync::Arc<str>> {
    let mut facts = channel.facts();
    let half = facts.other_half.as_mut()?;
    half.may_leave = true;
    Some(half.unique_id.clone())
}
