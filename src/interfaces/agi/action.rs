//! The action `AGI`: a command for a channel that has Async AGI.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

use super::Agi;
use super::async_queue::Command;

/// The action.
pub(super) struct AddCommand(pub(super) Arc<Agi>);

static INFO: ActionInfo = ActionInfo {
    name: "AGI",
    privilege: Classes::AGI,
    synopsis: "Add an AGI command to execute by Async AGI.",
    arguments: &[
        ("Channel", "The channel, which runs AGI(agi:async)."),
        ("Command", "The command, as an AGI program sends it."),
        ("CommandID", "Comes back with the result, in the event AsyncAGIExec."),
    ],
};

#[async_trait]
impl Action for AddCommand {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, call: ActionCall<'_>) {
        let (channel, line) = (call.message.get("Channel"), call.message.get("Command"));
        if channel.is_empty() || line.is_empty() {
            return call.reply.error("Both, Channel and Command are *required*");
        }
        let Some(found) = call.core.channels.find(channel) else {
            return call.reply.error(format_args!("Channel {channel} does not exist."));
        };
        let command = Command { line: line.to_owned(), id: call.message.get("CommandID").to_owned() };
        if self.0.queues.add(found.id(), command) {
            call.reply.ack("Added AGI command to queue");
        } else {
            tracing::warn!(channel = %found.name(), "the channel has no Async AGI, or too many commands wait");
            call.reply.error(format_args!("Failed to add AGI command to channel {} queue", found.name()));
        }
    }
}
