//! `Ping`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

pub(super) struct Ping;

static INFO: ActionInfo = super::info("Ping", Classes::NONE, "Keepalive command.", &[]);

#[async_trait]
impl Action for Ping {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, call: ActionCall<'_>) {
        let now = call.core.clock.since_epoch();
        let time = format_args!("{}.{:06}", now.as_secs(), now.subsec_micros());
        call.reply.success().put("Ping", "Pong").put("Timestamp", time);
    }
}
