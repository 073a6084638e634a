//! Bridges, and who comes into them and goes.

use obelus_core::action::Lines;
use obelus_core::events::Event;

use super::{push_bridge, push_channel};

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event) -> bool {
    match event {
        Event::BridgeCreate(bridge) | Event::BridgeDestroy(bridge) => push_bridge(lines, bridge),
        Event::BridgeEnter { bridge, channel } | Event::BridgeLeave { bridge, channel } => {
            push_bridge(lines, bridge);
            push_channel(lines, "", channel);
        }
        Event::BlindTransfer { transferer, transferee, bridge, target, external } => {
            lines.put("Result", "Success");
            push_channel(lines, "Transferer", transferer);
            if let Some(transferee) = transferee {
                push_channel(lines, "Transferee", transferee);
            }
            if let Some(bridge) = bridge {
                push_bridge(lines, bridge);
            }
            let external = if *external { "Yes" } else { "No" };
            lines.put("IsExternal", external).put("Context", &target.context).put("Extension", &target.exten);
        }
        _ => return false,
    }
    true
}
