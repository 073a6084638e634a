//! `MuteAudio`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::muted_ways;
use obelus_core::conf::is_true;

pub(super) struct MuteAudio;

static INFO: ActionInfo = super::info(
    "MuteAudio",
    Classes::SYSTEM,
    "Mute an audio stream.",
    &[
        ("Channel", "The channel you want to mute."),
        ("Direction", "in: what its far end says; out: what that hears; all: both."),
        ("State", "on or off."),
    ],
);

const FAILED: &str = "Failed to mute/unmute stream";

#[async_trait]
impl Action for MuteAudio {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        for (field, missing) in [
            ("Channel", "Channel not specified"),
            ("State", "State not specified"),
            ("Direction", "Direction not specified"),
        ] {
            if call.required(field, missing).is_none() {
                return;
            }
        }
        let Some(channel) = super::channel(&mut call, "Channel", "Channel not specified", "No such channel")
        else {
            return;
        };
        let Some(ways) = muted_ways(call.message.get("Direction")) else {
            return call.reply.error(FAILED);
        };
        let mute = is_true(call.message.get("State"));
        match channel.run(move |channel| Box::pin(async move { channel.mute(ways, mute) })).await {
            Ok(Ok(())) => {
                call.reply.success();
            }
            _ => call.reply.error(FAILED),
        }
    }
}
