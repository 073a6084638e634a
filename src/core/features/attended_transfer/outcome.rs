//! What is told of an attended transfer.

use std::sync::Arc;

use crate::Core;
use crate::bridge::Bridge;
use crate::channel::ChannelHandle;
use crate::events::{AttendedTransfer, Event, EventKind, TransferredTo, Who};

/// Who takes part in an attended transfer.
pub(in crate::features) struct Parties {
    /// The transferer's channel of the old call and that of the new one, which may be the same.
    pub(in crate::features) transferers: [ChannelHandle; 2],
    /// Their bridges.
    pub(in crate::features) bridges: [Option<Bridge>; 2],
    /// Who is transferred.
    pub(in crate::features) transferee: Option<ChannelHandle>,
    /// To whom.
    pub(in crate::features) target: Option<ChannelHandle>,
    /// The technology asked for it (REFER), not a code.
    pub(in crate::features) external: bool,
}

/// Tells that the parties are together in `to`, or, without it, that the transfer has failed.
pub(in crate::features) fn publish(core: &Core, parties: &Parties, to: Option<&Bridge>) {
    let to = to.map(|bridge| TransferredTo::Bridge(bridge.id().clone()));
    publish_to(core, parties, to.unwrap_or(TransferredTo::Nobody));
}

/// Tells what came of a transfer.
pub(in crate::features) fn publish_to(core: &Core, parties: &Parties, to: TransferredTo) {
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
