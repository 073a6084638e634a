//! `BlindTransfer`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::Position;
use obelus_core::features::{Blind, NotTransferred};

pub(super) struct BlindTransfer;

static INFO: ActionInfo = super::info(
    "BlindTransfer",
    Classes::CALL,
    "Blind transfer channel(s) to the given destination.",
    &[
        ("Channel", "Whose other party is sent elsewhere."),
        ("Context", "The context; that of the channel by default."),
        ("Exten", "The extension."),
    ],
);

#[async_trait]
impl Action for BlindTransfer {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        if call.required("Channel", "No channel specified").is_none() {
            return;
        }
        let Some(exten) = call.required("Exten", "No extension specified") else { return };
        let unknown = "Channel specified does not exist";
        let Some(channel) = super::channel(&mut call, "Channel", "", unknown) else { return };
        let context = match call.message.get("Context") {
            "" => channel.facts().position.context.clone(),
            context => context.into(),
        };
        let target = Position::new(context, exten, 1);
        if !call.core.dialplan.load().exists(&call.core.clock, &target, "") {
            return call.reply.error("Transfer failed");
        }
        let blind = Blind { target, external: false, variables: Vec::new() };
        match call.core.transfer_blind(&channel, blind) {
            Ok(_) => call.reply.ack("Transfer succeeded"),
            Err(NotTransferred::Invalid) => call.reply.error("Transfer invalid"),
            Err(NotTransferred::Failed) => call.reply.error("Transfer failed"),
        }
    }
}
