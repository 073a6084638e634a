//! `CoreShowChannelMap`: who is connected to a channel, through bridges and Local channels.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::ChannelHandle;

pub(super) struct CoreShowChannelMap;

static INFO: ActionInfo = super::info(
    "CoreShowChannelMap",
    Classes::SYSTEM.with(Classes::REPORTING),
    "List all channels connected to the specified channel.",
    &[("Channel", "The channel.")],
);

#[async_trait]
impl Action for CoreShowChannelMap {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let missing = "CoreShowChannelMap requires a channel.\n";
        let unknown = "Could not get channel snapshot";
        let Some(channel) = super::channel(&mut call, "Channel", missing, unknown) else { return };
        call.reply.list("Channel map will follow");
        let connected = connected(call.core, &channel);
        for other in &connected {
            call.reply
                .item("CoreShowChannelMap")
                .put("Channel", channel.name())
                .put("ConnectedChannel", other.name());
        }
        call.reply.list_ends("CoreShowChannelMapComplete", connected.len());
    }
}

/// Everybody whom the channel can hear, in the order in which they are found.
fn connected(core: &Core, channel: &ChannelHandle) -> Vec<ChannelHandle> {
    let mut found = vec![channel.clone()];
    let mut at = 0;
    while let Some(next) = found.get(at).cloned() {
        at += 1;
        let bridge = next.facts().bridge.clone();
        let members = bridge.and_then(|id| core.bridges.find(&id)).map(|bridge| bridge.members());
        // The half from which a search begins is not itself connected to the other one.
        let half = (at > 1).then(|| other_half(core, next.name())).flatten();
        for other in members.into_iter().flatten().chain(half) {
            if !found.contains(&other) {
                found.push(other);
            }
        }
    }
    found.remove(0);
    found
}

/// `;2` of a Local channel's `;1`, and the other way round.
fn other_half(core: &Core, name: &Arc<str>) -> Option<ChannelHandle> {
    let local = name.strip_prefix("Local/")?;
    let other = match local.strip_suffix(";1") {
        Some(local) => format!("Local/{local};2"),
        None => format!("Local/{};1", local.strip_suffix(";2")?),
    };
    core.channels.find(&other)
}
