//! The PBX itself.

use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::action::Lines;
use obelus_core::events::Event;

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, core: &Core, event: &Event) -> bool {
    match event {
        Event::FullyBooted => {
            let uptime = uptime(core);
            lines.put("Status", "Fully Booted").put("Uptime", uptime).put("LastReload", uptime);
        }
        Event::Reload { module, good } => {
            // Asterisk's numbers: 0 the module was reloaded, 3 an error.
            lines.put("Module", module).put("Status", if *good { 0 } else { 3 });
        }
        Event::LogChannel { channel, failure } => {
            lines.put("Channel", channel).put("Enabled", if failure.is_none() { "Yes" } else { "No" });
            if let Some((number, text)) = failure {
                lines.put("Reason", format_args!("{number} - {text}"));
            }
        }
        Event::Shutdown => {
            let cleanly = if core.channels.count() == 0 { "Cleanly" } else { "Uncleanly" };
            lines.put("Shutdown", cleanly).put("Restart", "False");
        }
        _ => return false,
    }
    true
}

/// Seconds since the start.
fn uptime(core: &Core) -> i64 {
    core.clock.now().duration_since(core.started).as_secs()
}

/// What a program that logs in when everything has started is told; the start counts as a reload.
pub(crate) fn fully_booted(lines: &mut Lines<'_>, core: &Core, last_reload: Option<Timestamp>) {
    let uptime = uptime(core);
    let last_reload = last_reload.map_or(uptime, |at| core.clock.now().duration_since(at).as_secs());
    lines.put("Uptime", uptime).put("LastReload", last_reload).put("Status", "Fully Booted");
}
