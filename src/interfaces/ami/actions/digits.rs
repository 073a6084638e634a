//! `PlayDTMF`, `PlayMF` and `SendFlash`.

use std::time::Duration;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::MfPace;
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
        let duration = match milliseconds(&call) {
            Ok(duration) => duration,
            Err(reason) => return call.reply.error(reason),
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

pub(super) struct PlayMf;

static SIGNAL: ActionInfo = super::info(
    "PlayMF",
    Classes::CALL,
    "Play MF digit on a specific channel.",
    &[
        ("Channel", "The channel."),
        ("Digit", "0 to 9, * for KP, # for ST, A, B and C for STP, ST2P and ST3P."),
        ("Duration", "Milliseconds; by default 55, KP 120, ST and its like 65."),
    ],
);

#[async_trait]
impl Action for PlayMf {
    fn info(&self) -> &'static ActionInfo {
        &SIGNAL
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(channel) = super::channel(&mut call, "Channel", "Channel not found", "Channel not found")
        else {
            return;
        };
        let Some(digits) = call.required("Digit", "No digit specified") else {
            return;
        };
        let pace = match milliseconds(&call) {
            Ok(None) => MfPace::default(),
            Ok(Some(length)) => {
                MfPace { digit: length, key_pulse: length, start: length, ..MfPace::default() }
            }
            Err(reason) => return call.reply.error(reason),
        };
        let played = channel.run(move |channel| {
            Box::pin(async move {
                // A channel that is hung up meanwhile ends the signal, which is no fault of the action.
                let _ = channel.send_mf(&digits, &pace).await;
            })
        });
        match played.await {
            Ok(()) => call.reply.ack("MF successfully queued"),
            Err(_) => call.reply.error("Channel not found"),
        }
    }
}

/// What `Duration` says, ten seconds at most.
fn milliseconds(call: &ActionCall<'_>) -> Result<Option<Duration>, &'static str> {
    match call.message.get("Duration") {
        "" => Ok(None),
        text => match leading_number(text).and_then(|number| u64::try_from(number).ok()) {
            Some(milliseconds) => Ok(Some(Duration::from_millis(milliseconds.min(10_000)))),
            None => Err("Could not convert Duration parameter"),
        },
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
