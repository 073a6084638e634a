//! `BridgeList`, `BridgeInfo`, `BridgeDestroy`, `BridgeKick` and `LocalOptimizeAway`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::bridge;

use crate::events::{push_bridge, push_channel};

/// The bridge that is named; without it the error is answered.
fn named(call: &mut ActionCall<'_>) -> Option<bridge::Bridge> {
    let id = call.required("BridgeUniqueid", "BridgeUniqueid must be provided")?;
    let bridge = call.core.bridges.find(&id);
    if bridge.is_none() {
        call.reply.error("Specified BridgeUniqueid not found");
    }
    bridge
}

pub(super) struct BridgeList;

static LIST: ActionInfo = super::info(
    "BridgeList",
    Classes::NONE,
    "Get a list of bridges in the system.",
    &[("BridgeType", "Only those of this technology.")],
);

#[async_trait]
impl Action for BridgeList {
    fn info(&self) -> &'static ActionInfo {
        &LIST
    }

    async fn run(&self, call: ActionCall<'_>) {
        let wanted = call.message.get("BridgeType");
        let bridges: Vec<_> = call.core.bridges.all().iter().map(bridge::Bridge::snapshot).collect();
        call.reply.list("Bridge listing will follow");
        let mut count = 0;
        for bridge in bridges.iter().filter(|bridge| wanted.is_empty() || bridge.technology == wanted) {
            push_bridge(&mut call.reply.item("BridgeListItem").lines(), bridge);
            count += 1;
        }
        call.reply.list_ends("BridgeListComplete", count);
    }
}

pub(super) struct BridgeInfo;

static INFO: ActionInfo = super::info(
    "BridgeInfo",
    Classes::NONE,
    "Get information about a bridge.",
    &[("BridgeUniqueid", "The bridge.")],
);

#[async_trait]
impl Action for BridgeInfo {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(bridge) = named(&mut call) else { return };
        call.reply.list("Bridge channel listing will follow");
        let members = bridge.members();
        for channel in &members {
            push_channel(&mut call.reply.item("BridgeInfoChannel").lines(), "", &channel.snapshot());
        }
        let mut block = call.reply.list_ends("BridgeInfoComplete", members.len());
        push_bridge(&mut block.lines(), &bridge.snapshot());
    }
}

pub(super) struct BridgeDestroy;

static DESTROY: ActionInfo =
    super::info("BridgeDestroy", Classes::NONE, "Destroy a bridge.", &[("BridgeUniqueid", "The bridge.")]);

#[async_trait]
impl Action for BridgeDestroy {
    fn info(&self) -> &'static ActionInfo {
        &DESTROY
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(bridge) = named(&mut call) else { return };
        bridge.dissolve();
        call.reply.ack("Bridge has been destroyed");
    }
}

pub(super) struct BridgeKick;

static KICK: ActionInfo = super::info(
    "BridgeKick",
    Classes::NONE,
    "Kick a channel from a bridge.",
    &[
        ("BridgeUniqueid", "The bridge; the one that the channel is in by default."),
        ("Channel", "The channel."),
    ],
);

#[async_trait]
impl Action for BridgeKick {
    fn info(&self) -> &'static ActionInfo {
        &KICK
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let (missing, unknown) = ("Channel must be provided", "Channel does not exist");
        let Some(channel) = super::channel(&mut call, "Channel", missing, unknown) else { return };
        let id = call.message.get("BridgeUniqueid");
        let (bridge, none) = match id {
            "" => {
                let own = channel.facts().bridge.clone();
                (own.and_then(|id| call.core.bridges.find(&id)), "Channel is not in a bridge")
            }
            id => (call.core.bridges.find(id), "Bridge not found"),
        };
        match bridge {
            None => call.reply.error(none),
            Some(bridge) if bridge.members().contains(&channel) => {
                bridge.kick(&channel);
                call.reply.ack("Channel has been kicked");
            }
            Some(_) => call.reply.error("Channel kick from bridge failed"),
        }
    }
}

pub(super) struct LocalOptimizeAway;

static OPTIMIZE: ActionInfo = super::info(
    "LocalOptimizeAway",
    Classes::SYSTEM.with(Classes::CALL),
    "Optimize away a local channel when possible.",
    &[("Channel", "One of its halves.")],
);

#[async_trait]
impl Action for LocalOptimizeAway {
    fn info(&self) -> &'static ActionInfo {
        &OPTIMIZE
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let (missing, unknown) = ("'Channel' not specified.", "Channel does not exist.");
        let Some(channel) = super::channel(&mut call, "Channel", missing, unknown) else { return };
        match call.core.let_halves_leave(&channel) {
            true => call.reply.ack("Queued channel to be optimized away"),
            false => call.reply.error("Unable to find channel"),
        }
    }
}
