//! Channels that are sent from bridge to bridge while they stay in what they do.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Bridge, Features, Member, Seat, direct};
use crate::channel::{Channel, ChannelCommand, ChannelHandle};
use crate::features::TransferEvent;

/// Where a member goes as soon as its task looks.
pub(super) enum Next {
    /// To another bridge.
    Bridge {
        /// Its place there.
        seat: Seat,
        /// Whom it meets there: both are told who the other is.
        meets: Option<ChannelHandle>,
    },
    /// Out; the others stay.
    Out,
    /// Out, and hung up.
    End,
}

impl Bridge {
    /// Sends a member to another bridge; those who are left stay. It and the one whom it `meets` learn who the other is.
    ///
    /// Should it be gone before its task looks, `seat` is dropped.
    pub(crate) fn send_to(&self, channel: &ChannelHandle, seat: Seat, meets: Option<&ChannelHandle>) {
        self.send(channel, Next::Bridge { seat, meets: meets.cloned() });
    }

    /// Sends a member out; the others stay.
    pub(crate) fn send_out(&self, channel: &ChannelHandle) {
        self.send(channel, Next::Out);
    }

    /// Sends a member out and hangs it up; the others stay.
    pub(super) fn end_member(&self, channel: &ChannelHandle) {
        self.send(channel, Next::End);
    }

    fn send(&self, channel: &ChannelHandle, next: Next) {
        let mut state = self.state();
        let member = state.members.iter_mut().find(|member| member.channel == *channel);
        let before = member.and_then(|member| member.next.replace(next));
        drop(state);
        // Dropped without the lock: a seat that nobody takes dissolves its bridge.
        drop(before);
        let _ = channel.send(ChannelCommand::BridgeChanged);
    }

    pub(super) fn next_of(&self, channel: &ChannelHandle) -> Option<Next> {
        let mut state = self.state();
        state.members.iter_mut().find(|member| member.channel == *channel)?.next.take()
    }

    /// From now on `watcher` decides what becomes of the bridge when somebody leaves; `false` if somebody does already.
    pub(crate) fn watch(&self, watcher: mpsc::UnboundedSender<TransferEvent>) -> bool {
        let mut state = self.state();
        let free = state.watcher.is_none();
        if free {
            state.watcher = Some(watcher);
        }
        free
    }

    /// It is a bridge like others again.
    pub(crate) fn unwatch(&self) {
        self.state().watcher = None;
    }

    pub(super) fn tell_watcher(&self, channel: Option<ChannelHandle>) -> bool {
        let event = TransferEvent::Left { bridge: self.id().clone(), channel };
        self.state().watcher.as_ref().is_some_and(|watcher| watcher.send(event).is_ok())
    }

    /// A member is occupied: it hears and is heard by nobody until [`Bridge::resume`].
    pub(crate) fn suspend(&self, channel: &ChannelHandle) {
        let mut state = self.state();
        let Some(member) = state.members.iter_mut().find(|member| member.channel == *channel) else { return };
        member.suspended = true;
        if let Some(port) = &member.port {
            let _ = port.disconnect();
        }
        direct::direct_members(&mut state);
    }

    /// A member is back.
    pub(crate) fn resume(&self, channel: &ChannelHandle) {
        let mut state = self.state();
        if let Some(member) = state.members.iter_mut().find(|member| member.channel == *channel) {
            member.suspended = false;
        }
        self.join_members(&state);
        direct::direct_members(&mut state);
    }

    /// A member has another far end, and with it another port.
    pub(crate) fn change_port(&self, channel: &Channel) {
        let mut state = self.state();
        let member = state.members.iter_mut().find(|member| member.channel == *channel.handle());
        let Some(member) = member else { return };
        if let Some(old) = std::mem::replace(&mut member.port, channel.media().cloned()) {
            let _ = old.disconnect();
        }
        // Nobody sends to the telephone that was here; what the new one can do is asked when its task looks.
        member.direct = direct::Direct::default();
        self.join_members(&state);
        direct::direct_members(&mut state);
        drop(state);
        let _ = channel.handle().send(ChannelCommand::BridgeChanged);
    }

    /// The others do not hear any more that it rings.
    pub(super) fn quiet_others(&self, from: &ChannelHandle) {
        for member in self.members() {
            if member != *from {
                let quiet = ChannelCommand::Run(Box::new(|channel| Box::pin(async { channel.stop_tone() })));
                let _ = member.send(quiet);
            }
        }
    }
}

impl Channel {
    pub(super) async fn change_seat(
        &mut self,
        seat: &mut Seat,
        new: Seat,
        meets: Option<ChannelHandle>,
        features: &mut Features,
    ) {
        let mut old = std::mem::replace(seat, new);
        self.stop_tone();
        self.held_by_other(false).await;
        old.quiet = true;
        drop(old);
        seat.take(self);
        features.settle_in(self);
        if let Some(other) = meets {
            self.meet(&other).await;
        }
        seat.bridge.optimize(self.handle());
    }

    /// It and the one whom it meets learn who the other is.
    async fn meet(&mut self, other: &ChannelHandle) {
        let party = other.facts().caller.clone();
        self.connected_to(party).await;
        let own = self.facts().caller.clone();
        let _ = other.show(crate::channel_tech::LegCommand::Connected(own));
    }
}

/// The linked id of the oldest channel, which all in a bridge have.
pub(super) fn oldest(members: &[Member]) -> Arc<str> {
    let ids = members.iter().map(|member| member.channel.facts().linked_id.clone());
    ids.min_by_key(|id| age(id)).unwrap_or_default()
}

/// Seconds and number of `[system-]seconds.number`; what was not made here comes last.
fn age(id: &str) -> (u64, u64) {
    let id = id.rsplit('-').next().unwrap_or(id);
    let (seconds, number) = id.split_once('.').unwrap_or(("", ""));
    (seconds.parse().unwrap_or(u64::MAX), number.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn the_older_linked_id_is_the_smaller_number() {
        let check = |older: &str, younger: &str| assert!(age(older) < age(younger), "{older} {younger}");
        check("1700000000.9", "1700000000.10");
        check("pbx-a-1700000000.9", "1700000001.1");
        check("1700000000.9", "my own id");
    }
}
