//! What is told of an attended transfer.

use std::sync::Arc;

use crate::Core;
use crate::bridge::Bridge;
use crate::channel::ChannelHandle;
use crate::events::{AttendedTransfer, Event, EventKind, TransferredTo, Who};

/// Who takes part in an attended transfer.
pub(super) struct Parties {
    /// The transferer's channel of the old call and that of the new one, which may be the same.
    pub(super) transferers: [ChannelHandle; 2],
    /// Their bridges.
    pub(super) bridges: [Option<Bridge>; 2],
    /// Who is transferred.
    pub(super) transferee: Option<ChannelHandle>,
    /// To whom.
    pub(super) target: Option<ChannelHandle>,
    /// The technology asked for it (REFER), not a code.
    pub(super) external: bool,
}

/// Tells that the parties are together in `to`, or, without it, that the transfer has failed.
pub(super) fn publish(core: &Core, parties: &Parties, to: Option<&Bridge>) {
    let to = to.map(|bridge| TransferredTo::Bridge(bridge.id().clone()));
    publish_to(core, parties, to.unwrap_or(TransferredTo::Nobody));
}

/// Tells what came of a transfer.
pub(super) fn publish_to(core: &Core, parties: &Parties, to: TransferredTo) {
    let who = |channel: &ChannelHandle| -> Who { Arc::new(channel.snapshot()) };
    let bridge = |bridge: &Option<Bridge>| bridge.as_ref().map(|bridge| Arc::new(bridge.snapshot()));
    let failed = to == TransferredTo::Nobody;
    let build = || {
        let [first, second] = &parties.transferers;
        let [old, new] = &parties.bridges;
        Event::AttendedTransfer(Arc::new(AttendedTransfer {
            transferer: who(first),
            old_bridge: bridge(old),
            second_transferer: who(second),
            new_bridge: bridge(new),
            transferee: parties.transferee.as_ref().filter(|_| !failed).map(who),
            target: parties.target.as_ref().filter(|_| !failed).map(who),
            external: parties.external,
            to,
        }))
    };
    core.events.publish(EventKind::AttendedTransfer, || core.clock.now(), build);
}
