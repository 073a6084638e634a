//! `Atxfer` and `CancelAtxfer`: the codes of features.conf, as if the channel's far end had pressed them.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::ChannelHandle;

const UNKNOWN: &str = "Channel specified does not exist";

pub(super) struct Atxfer;

static BEGIN: ActionInfo = super::info(
    "Atxfer",
    Classes::CALL,
    "Attended transfer.",
    &[
        ("Channel", "Who transfers."),
        ("Exten", "The number to transfer to."),
        ("Context", "Its context; as features.conf and TRANSFER_CONTEXT say by default."),
    ],
);

#[async_trait]
impl Action for Atxfer {
    fn info(&self) -> &'static ActionInfo {
        &BEGIN
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        if call.required("Channel", "No channel specified").is_none() {
            return;
        }
        let Some(exten) = call.required("Exten", "No extension specified") else { return };
        let Some(channel) = super::channel(&mut call, "Channel", "", UNKNOWN) else { return };
        let context = call.message.get("Context").to_owned();
        let code = channel.run(move |channel| {
            let code = channel.features().attended_transfer.clone();
            Box::pin(async move {
                if !code.is_empty() && !context.is_empty() {
                    channel.set_variable("TRANSFER_CONTEXT", context);
                }
                code
            })
        });
        match code.await {
            Err(_) => call.reply.error(UNKNOWN),
            Ok(code) if code.is_empty() => {
                call.reply.error("No attended transfer feature code found");
            }
            Ok(code) => match press(&channel, format!("{code}{exten}")).await {
                true => call.reply.ack("Atxfer successfully queued"),
                false => call.reply.error(UNKNOWN),
            },
        }
    }
}

pub(super) struct CancelAtxfer;

static CANCEL: ActionInfo = super::info(
    "CancelAtxfer",
    Classes::CALL,
    "Cancel an attended transfer.",
    &[("Channel", "Who transfers.")],
);

#[async_trait]
impl Action for CancelAtxfer {
    fn info(&self) -> &'static ActionInfo {
        &CANCEL
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(channel) = super::channel(&mut call, "Channel", "No channel specified", UNKNOWN) else {
            return;
        };
        let code = channel.run(|channel| {
            let code = channel.features().transfer_abort.clone();
            Box::pin(async move { code })
        });
        match code.await {
            Err(_) => call.reply.error(UNKNOWN),
            Ok(code) if code.is_empty() => call.reply.error("No disconnect feature code found"),
            Ok(code) => match press(&channel, code).await {
                true => call.reply.ack("CancelAtxfer successfully queued"),
                false => call.reply.error(UNKNOWN),
            },
        }
    }
}

/// Whether the channel was there to take the digits.
async fn press(channel: &ChannelHandle, digits: String) -> bool {
    let pressed = channel.run(move |channel| {
        Box::pin(async move { digits.chars().for_each(|digit| channel.receive_digit(digit, None)) })
    });
    pressed.await.is_ok()
}
