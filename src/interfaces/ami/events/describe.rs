//! Channels and bridges as every event shows them.

use obelus_core::action::{Lines, shown};
use obelus_core::channel::Snapshot;
use obelus_core::events::BridgeSnapshot;

/// A channel, each name behind a prefix such as `Dest`.
pub(crate) fn push_channel(lines: &mut Lines<'_>, prefix: &str, channel: &Snapshot) {
    let facts = &channel.facts;
    let position = &facts.position;
    lines
        .put_prefixed(prefix, "Channel", &channel.name)
        .put_prefixed(prefix, "ChannelState", facts.state.number())
        .put_prefixed(prefix, "ChannelStateDesc", facts.state.word())
        .put_prefixed(prefix, "CallerIDNum", shown(facts.caller.number.text()))
        .put_name(prefix, "CallerIDName", facts.caller.name.text())
        .put_prefixed(prefix, "ConnectedLineNum", shown(facts.connected.number.text()))
        .put_name(prefix, "ConnectedLineName", facts.connected.name.text())
        .put_prefixed(prefix, "Language", &facts.language)
        .put_prefixed(prefix, "AccountCode", &facts.account_code)
        .put_prefixed(prefix, "Context", &position.context)
        .put_prefixed(prefix, "Exten", &position.exten)
        .put_prefixed(prefix, "Priority", position.priority)
        .put_prefixed(prefix, "Uniqueid", &channel.unique_id)
        .put_prefixed(prefix, "Linkedid", &facts.linked_id);
    if !facts.tenant_id.is_empty() {
        lines.put_prefixed(prefix, "Tenantid", &facts.tenant_id);
    }
    push_variables(lines, prefix, "ChanVariable", channel);
}

/// What `channelvars` asks for, each behind `header`.
pub(super) fn push_variables(lines: &mut Lines<'_>, prefix: &str, header: &str, channel: &Snapshot) {
    for (name, value) in channel.facts.shown_variables.iter().flat_map(|shown| shown.iter()) {
        match function(name) {
            None => lines.put_pair(prefix, header, name, value),
            Some((function, argument)) => {
                let value = channel.function(function, argument).unwrap_or_default();
                lines.put_pair(prefix, header, name, &value)
            }
        };
    }
}

/// `CHANNEL(accountcode)` in its parts; none for a variable's name.
pub(crate) fn function(name: &str) -> Option<(&str, &str)> {
    name.strip_suffix(')')?.split_once('(')
}

/// A name, which may have letters that need C's escapes.
trait PutName {
    fn put_name(&mut self, prefix: &str, name: &str, value: &str) -> &mut Self;
}

impl PutName for Lines<'_> {
    fn put_name(&mut self, prefix: &str, name: &str, value: &str) -> &mut Self {
        match value {
            "" => self.put_prefixed(prefix, name, shown("")),
            value => self.put_escaped(prefix, name, value),
        }
    }
}

/// A bridge.
pub(crate) fn push_bridge(lines: &mut Lines<'_>, bridge: &BridgeSnapshot) {
    push_prefixed_bridge(lines, "", bridge);
}

/// A bridge, each name behind a prefix such as `Orig`.
pub(crate) fn push_prefixed_bridge(lines: &mut Lines<'_>, prefix: &str, bridge: &BridgeSnapshot) {
    lines
        .put_prefixed(prefix, "BridgeUniqueid", &bridge.id)
        .put_prefixed(prefix, "BridgeType", bridge.kind)
        .put_prefixed(prefix, "BridgeTechnology", bridge.technology)
        .put_prefixed(prefix, "BridgeCreator", shown(&bridge.creator))
        .put_prefixed(prefix, "BridgeName", shown(&bridge.name))
        .put_prefixed(prefix, "BridgeNumChannels", bridge.channels)
        .put_prefixed(prefix, "BridgeVideoSourceMode", "none");
}
