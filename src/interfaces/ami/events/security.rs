//! Who logged in, and who was not let in.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use obelus_core::action::Lines;
use obelus_core::events::Event;

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event, time: Timestamp) -> bool {
    let Event::Security(security) = event else { return false };
    lines
        .put("EventTV", iso(time))
        .put("Severity", if security.is_error { "Error" } else { "Informational" })
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

/// `2026-03-02T12:00:00.123+0100`.
pub(crate) fn iso(time: Timestamp) -> String {
    let zoned = time.to_zoned(TimeZone::system());
    zoned.strftime("%Y-%m-%dT%H:%M:%S.%3f%z").to_string()
}
