//! `CoreShowChannels`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

use crate::events::push_channel;

pub(super) struct CoreShowChannels;

static INFO: ActionInfo = super::info(
    "CoreShowChannels",
    Classes::SYSTEM.with(Classes::REPORTING),
    "List currently active channels.",
    &[],
);

#[async_trait]
impl Action for CoreShowChannels {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, call: ActionCall<'_>) {
        call.reply.list("Channels will follow");
        let channels = call.core.channels.all();
        let now = call.core.clock.now();
        for channel in &channels {
            let channel = channel.snapshot();
            let age = now.duration_since(channel.created).as_secs().max(0);
            let mut block = call.reply.item("CoreShowChannel");
            push_channel(&mut block.lines(), "", &channel);
            let facts = &channel.facts;
            block
                .put("Application", &facts.application)
                .put("ApplicationData", &facts.data)
                .put("Duration", format_args!("{:02}:{:02}:{:02}", age / 3600, age / 60 % 60, age % 60))
                .put("BridgeId", facts.bridge.as_deref().unwrap_or(""));
        }
        call.reply.list_ends("CoreShowChannelsComplete", channels.len());
    }
}
