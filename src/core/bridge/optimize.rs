//! Local channels that leave a call that can do without them.
//!
//! Where both halves are in bridges of two, the party behind one half takes the place of the other half: the audio goes
//! straight, and the halves end.

use std::sync::Arc;

use super::Bridge;
use crate::Core;
use crate::channel::ChannelHandle;
use crate::events::{Event, EventKind, Who};
use crate::verbose;

/// A half of a channel that is two, as the dialplan's Local channels are.
#[derive(Clone, Debug)]
pub struct OtherHalf {
    /// The unique id of the other half's channel.
    pub unique_id: Arc<str>,
    /// Whether this is the half that was called, `;1`.
    pub is_first: bool,
    /// Whether both may leave a call that can do without them.
    pub may_leave: bool,
}

impl Bridge {
    /// If `channel` or its partner in this bridge is a half that is not needed, both halves leave.
    pub(crate) fn optimize(&self, channel: &ChannelHandle) {
        if self.0.holding.is_some() {
            return;
        }
        let partner = self.other(channel);
        // Whoever comes next sees that the halves are on their way out.
        let mut count = self.0.core.bridges.optimizations();
        for half in partner.iter().chain([channel]) {
            if self.try_optimize(half, *count) {
                *count = count.wrapping_add(1);
                return;
            }
        }
    }

    fn try_optimize(&self, half: &ChannelHandle, number: u32) -> bool {
        let Some(other_half) = half.facts().other_half.clone().filter(|other| other.may_leave) else {
            return false;
        };
        let Some(other) = self.0.core.channels.find(&other_half.unique_id) else { return false };
        let far_id = other.facts().bridge.clone();
        let Some(far) = far_id.and_then(|id| self.0.core.bridges.find(&id)) else { return false };
        let near_and_far = [(self, half), (&far, &other)];
        if far.id() == self.id() || near_and_far.iter().any(|(bridge, _)| !bridge.has_two()) {
            return false;
        }
        // As with Asterisk the party of the first half's bridge goes to that of the second.
        let [(source, leaves), (destination, replaced)] =
            if other_half.is_first { near_and_far } else { [(&far, &other), (self, half)] };
        let Some(party) = source.other(leaves) else { return false };
        let halves = if other_half.is_first { [half, &other] } else { [&other, half] };
        self.swap(&party, (source, leaves), (destination, replaced), halves, number);
        true
    }

    /// `party` goes from `source` to where `replaced` was; both halves end.
    fn swap(
        &self,
        party: &ChannelHandle,
        (source, leaves): (&Bridge, &ChannelHandle),
        (destination, replaced): (&Bridge, &ChannelHandle),
        halves: [&ChannelHandle; 2],
        id: u32,
    ) {
        let core = &self.0.core;
        verbose!(core, 4, "Move-swap optimizing {} <-- {}.", replaced.name(), party.name());
        let [one, two] = halves.map(|half| -> Who { Arc::new(half.snapshot()) });
        publish(core, EventKind::LocalOptimizationBegin, || Event::LocalOptimizationBegin {
            one: one.clone(),
            two: two.clone(),
            source: Arc::new(party.snapshot()),
            instead_of: replaced.unique_id().clone(),
            id,
        });
        source.send_to(party, destination.seat_for(party), None);
        destination.end_member(replaced);
        source.end_member(leaves);
        publish(core, EventKind::LocalOptimizationEnd, || Event::LocalOptimizationEnd {
            one,
            two,
            success: true,
            id,
        });
    }

    /// Two members, of whom none is on its way out, and nobody who minds.
    pub(crate) fn has_two(&self) -> bool {
        let state = self.state();
        self.0.holding.is_none()
            && !state.dissolved
            && state.watcher.is_none()
            && state.members.len() == 2
            && state.members.iter().all(|member| member.next.is_none() && !member.suspended)
    }
}

fn publish(core: &Core, kind: EventKind, event: impl FnOnce() -> Event) {
    core.events.publish(kind, || core.clock.now(), event);
}
