//! Devices and those who register.

use obelus_core::action::Lines;
use obelus_core::events::Event;
use obelus_core::presence_state::Presence;

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event) -> bool {
    match event {
        Event::DeviceState { device, state } => drop(lines.put("Device", device).put("State", state)),
        Event::ContactStatus { status, aor, uri, endpoint, round_trip } => {
            lines.put("URI", uri).put("ContactStatus", status).put("AOR", aor).put("EndpointName", endpoint);
            if let Some(round_trip) = round_trip {
                lines.put("RoundtripUsec", round_trip.as_micros());
            }
        }
        Event::PeerStatus { peer, status } => {
            let technology = peer.split('/').next().unwrap_or_default();
            lines.put("ChannelType", technology).put("Peer", peer).put("PeerStatus", status);
        }
        Event::Registry { technology, username, domain, status } => {
            lines
                .put("ChannelType", technology)
                .put("Username", username)
                .put("Domain", domain)
                .put("Status", status);
        }
        Event::Maintenance { endpoint, enabled } => {
            lines.put("Endpoint", endpoint).put("Status", if *enabled { "enabled" } else { "disabled" });
        }
        Event::ExtensionState { exten, context, hint, state } => {
            lines
                .put("Exten", exten)
                .put("Context", context)
                .put("Hint", hint)
                .put("Status", state.number())
                .put("StatusText", state.text());
        }
        Event::ExtensionPresence { exten, context, hint, presence } => {
            lines.put("Exten", exten).put("Context", context).put("Hint", hint);
            push_texts(lines, presence);
        }
        Event::Presence { presentity, presence } => push_presence(lines, presentity, presence),
        _ => return false,
    }
    true
}

/// A presence with its two texts.
pub(crate) fn push_presence(lines: &mut Lines<'_>, presentity: &str, presence: &Presence) {
    lines.put("Presentity", presentity);
    push_texts(lines, presence);
}

fn push_texts(lines: &mut Lines<'_>, presence: &Presence) {
    lines.put("Status", presence.state.word()).put_escaped("", "Subtype", &presence.subtype).put_escaped(
        "",
        "Message",
        &presence.message,
    );
}
