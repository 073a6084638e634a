//! `SendText`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel_tech::LegCommand;

pub(super) struct SendText;

static INFO: ActionInfo = super::info(
    "SendText",
    Classes::CALL,
    "Sends a text message to channel. A content type can be optionally specified.",
    &[("Channel", "The channel."), ("Message", "The text.")],
);

#[async_trait]
impl Action for SendText {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        if call.required("Channel", "No channel specified").is_none() {
            return;
        }
        let Some(text) = call.required("Message", "No Message specified") else { return };
        let kind = call.message.get("Content-Type").to_ascii_lowercase();
        let Some(channel) = super::channel(&mut call, "Channel", "", "No such channel") else { return };
        if !kind.is_empty() && !kind.starts_with("text/plain") {
            return call.reply.error("Failure");
        }
        match channel.show(LegCommand::Text(text)) {
            Ok(()) => call.reply.ack("Success"),
            Err(_) => call.reply.error("Failure"),
        }
    }
}
