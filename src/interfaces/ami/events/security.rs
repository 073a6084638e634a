//! Who logged in, and who was not let in.

use jiff::Timestamp;
use obelus_core::action::Lines;
use obelus_core::events::{Event, iso};

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event, time: Timestamp) -> bool {
    let Event::Security(security) = event else { return false };
    lines
        .put("EventTV", iso(time))
        .put("Severity", security.severity())
        .put("Service", security.service)
        .put("EventVersion", security.version);
    if let Some(account) = &security.account {
        lines.put("AccountID", account);
    }
    lines
        .put("SessionID", &security.session)
        .put("LocalAddress", &security.local)
        .put("RemoteAddress", &security.remote);
    for (name, value) in &security.fields {
        lines.put(name, value);
    }
    true
}
