//! Calls that change hands: attended transfers, pick-ups, Local channels that leave, channels that are renamed.

use obelus_core::action::Lines;
use obelus_core::events::{AttendedTransfer, Event, TransferredTo};

use super::{push_channel, push_prefixed_bridge};

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event) -> bool {
    match event {
        Event::AttendedTransfer(transfer) => push_transfer(lines, transfer),
        Event::LocalOptimizationBegin { one, two, source, instead_of, id } => {
            push_channel(lines, "LocalOne", one);
            push_channel(lines, "LocalTwo", two);
            push_channel(lines, "Source", source);
            lines.put("DestUniqueId", instead_of).put("Id", id);
        }
        Event::LocalOptimizationEnd { one, two, success, id } => {
            push_channel(lines, "LocalOne", one);
            push_channel(lines, "LocalTwo", two);
            lines.put("Success", if *success { "Yes" } else { "No" }).put("Id", id);
        }
        Event::Renamed { channel, old } => {
            lines.put("Channel", old).put("Newname", &channel.name).put("Uniqueid", &channel.unique_id);
        }
        Event::Pickup { channel, target } => {
            push_channel(lines, "", channel);
            push_channel(lines, "Target", target);
        }
        _ => return false,
    }
    true
}

fn push_transfer(lines: &mut Lines<'_>, transfer: &AttendedTransfer) {
    lines.put("Result", if transfer.to == TransferredTo::Nobody { "Fail" } else { "Success" });
    push_channel(lines, "OrigTransferer", &transfer.transferer);
    if let Some(bridge) = &transfer.old_bridge {
        push_prefixed_bridge(lines, "Orig", bridge);
    }
    push_channel(lines, "SecondTransferer", &transfer.second_transferer);
    if let Some(bridge) = &transfer.new_bridge {
        push_prefixed_bridge(lines, "Second", bridge);
    }
    if let Some(transferee) = &transfer.transferee {
        push_channel(lines, "Transferee", transferee);
    }
    if let Some(target) = &transfer.target {
        push_channel(lines, "TransferTarget", target);
    }
    lines.put("IsExternal", if transfer.external { "Yes" } else { "No" });
    match &transfer.to {
        TransferredTo::Bridge(id) => lines.put("DestType", "Bridge").put("DestBridgeUniqueid", id),
        TransferredTo::Application(name) => lines.put("DestType", "App").put("DestApp", name),
        TransferredTo::Nobody => lines.put("DestType", "Fail"),
    };
}
