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
        _ => return false,
    }
    true
}
