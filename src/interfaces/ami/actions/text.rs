//! `SendText`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel_tech::{LegCommand, Text};

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
        let kind = call.message.get("Content-Type");
        let content_type = Some(kind).filter(|kind| !kind.is_empty()).map(Into::into);
        let Some(channel) = super::channel(&mut call, "Channel", "", "No such channel") else { return };
        match channel.show(LegCommand::Text(Text { content_type, ..text.into() })) {
            Ok(()) => call.reply.ack("Success"),
            Err(_) => call.reply.error("Failure"),
        }
    }
}
