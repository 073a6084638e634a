//! What the log says of transfers and of Local channels that leave a call.

use std::sync::Arc;

use super::ledger::object;
use crate::channel::Position;
use crate::events::{AttendedTransfer, BridgeSnapshot, TransferredTo, Who};

/// The word for a party that is not known.
const NOBODY: &str = "N/A";

fn names(who: Option<&Who>) -> (&str, &str) {
    who.map_or((NOBODY, NOBODY), |who| (&*who.name, &*who.unique_id))
}

pub(super) fn blind(
    transferee: &Option<Who>,
    bridge: &Option<Arc<BridgeSnapshot>>,
    target: &Position,
) -> String {
    let (name, id) = names(transferee.as_ref());
    object(&[
        ("extension", &*target.exten),
        ("context", &*target.context),
        ("bridge_id", bridge.as_ref().map_or("", |bridge| &*bridge.id)),
        ("transferee_channel_name", name),
        ("transferee_channel_uniqueid", id),
    ])
}

/// The channel and the words of a transfer that has come to something.
pub(super) fn attended(transfer: &AttendedTransfer) -> Option<(&Who, String)> {
    let first = (&transfer.transferer, &transfer.old_bridge);
    let second = (&transfer.second_transferer, &transfer.new_bridge);
    // The first is always in a bridge.
    let (first, second) = if transfer.old_bridge.is_some() { (first, second) } else { (second, first) };
    let id = |bridge: &Option<Arc<BridgeSnapshot>>| {
        bridge.as_ref().map(|bridge| bridge.id.to_string()).unwrap_or_default()
    };
    let to = match &transfer.to {
        TransferredTo::Nobody => return None,
        TransferredTo::Bridge(_) => ("bridge2_id", id(second.1)),
        TransferredTo::Application(name) => ("app", name.to_string()),
    };
    let (transferee, transferee_id) = names(transfer.transferee.as_ref());
    let (target, target_id) = names(transfer.target.as_ref());
    let extra = object(&[
        ("bridge1_id", id(first.1).as_str()),
        ("channel2_name", &*second.0.name),
        ("channel2_uniqueid", &*second.0.unique_id),
        (to.0, to.1.as_str()),
        ("transferee_channel_name", transferee),
        ("transferee_channel_uniqueid", transferee_id),
        ("transfer_target_channel_name", target),
        ("transfer_target_channel_uniqueid", target_id),
    ]);
    Some((first.0, extra))
}

pub(super) fn halves(two: &Who) -> String {
    object(&[("local_two", &*two.name), ("local_two_uniqueid", &*two.unique_id)])
}
