//! `ListCommands`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

pub(super) struct ListCommands;

static INFO: ActionInfo = super::info("ListCommands", Classes::NONE, "List available manager commands.", &[]);

#[async_trait]
impl Action for ListCommands {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, call: ActionCall<'_>) {
        let registry = call.core.registry();
        let mut block = call.reply.success();
        for info in
            registry.actions().map(|action| action.info()).filter(|info| call.asker.may(info.privilege))
        {
            block.put(info.name, format_args!("{}  (Priv: {})", info.synopsis, info.privilege));
        }
    }
}
