//! `PlayDTMF` and `SendFlash`.

use std::time::Duration;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel_tech::LegCommand;
use obelus_core::conf::is_true;

use super::leading_number;

pub(super) struct PlayDtmf;

static DIGIT: ActionInfo = super::info(
    "PlayDTMF",
    Classes::CALL,
    "Play DTMF signal on a specific channel.",
    &[
        ("Channel", "The channel."),
        ("Digit", "0 to 9, *, # or A to D."),
        ("Duration", "Milliseconds."),
        ("Receive", "yes: as if the channel's far end had pressed it."),
    ],
);

#[async_trait]
impl Action for PlayDtmf {
    fn info(&self) -> &'static ActionInfo {
        &DIGIT
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(channel) = super::channel(&mut call, "Channel", "Channel not found", "Channel not found")
        else {
            return;
        };
        let Some(digit) = call.required("Digit", "No digit specified").and_then(|text| text.chars().next())
        else {
            return;
        };
        let duration = match call.message.get("Duration") {
            "" => None,
            text => match leading_number(text).and_then(|number| u64::try_from(number).ok()) {
                Some(milliseconds) => Some(Duration::from_millis(milliseconds.min(10_000))),
                None => return call.reply.error("Could not convert Duration parameter"),
            },
        };
        let digit = digit.to_ascii_uppercase();
        if !digit.is_ascii_digit() && !"*#ABCD".contains(digit) {
            return call.reply.error("No digit specified");
        }
        let received = is_true(call.message.get("Receive"));
        let played = channel.run(move |channel| {
            Box::pin(async move {
                match received {
                    true => channel.receive_digit(digit, duration),
                    false => channel.send_digit(digit, duration.filter(|length| !length.is_zero())).await,
                }
            })
        });
        match played.await {
            Ok(()) => call.reply.ack("DTMF successfully queued"),
            Err(_) => call.reply.error("Channel not found"),
        }
    }
}

pub(super) struct SendFlash;

static FLASH: ActionInfo = super::info(
    "SendFlash",
    Classes::CALL,
    "Send a hook flash on a specific channel.",
    &[("Channel", "The channel.")],
);

#[async_trait]
impl Action for SendFlash {
    fn info(&self) -> &'static ActionInfo {
        &FLASH
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        if is_true(call.message.get("Receive")) {
            return call.reply.error("Receive is not served");
        }
        let Some(channel) = super::channel(&mut call, "Channel", "Channel not found", "Channel not found")
        else {
            return;
        };
        match channel.show(LegCommand::Flash) {
            Ok(()) => call.reply.ack("Flash successfully queued"),
            Err(_) => call.reply.error("Channel not found"),
        }
    }
}
