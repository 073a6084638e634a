//! `ControlPlayback`: pauses, winds and stops what a channel plays.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::Steer;

pub(super) struct ControlPlayback;

static INFO: ActionInfo = super::info(
    "ControlPlayback",
    Classes::CALL,
    "Control the playback of a file being played to a channel.",
    &[("Channel", "The channel that hears it."), ("Control", "stop, forward, reverse, pause or restart.")],
);

const CONTROLS: [(&str, Steer); 5] = [
    ("stop", Steer::Stop),
    ("forward", Steer::Forward),
    ("reverse", Steer::Reverse),
    ("pause", Steer::Pause),
    ("restart", Steer::Restart),
];

#[async_trait]
impl Action for ControlPlayback {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        if call.required("Channel", "Channel not specified").is_none() {
            return;
        }
        let Some(word) = call.required("Control", "Control not specified") else { return };
        let (missing, unknown) = ("Channel not specified", "No such channel");
        let Some(channel) = super::channel(&mut call, "Channel", missing, unknown) else { return };
        let known = CONTROLS.iter().find(|row| row.0.eq_ignore_ascii_case(&word));
        let Some(&(_, steer)) = known else { return call.reply.error("Unknown control type") };
        let done = channel.run(move |channel| Box::pin(async move { channel.steer(steer) }));
        match done.await {
            Ok(()) => drop(call.reply.success()),
            Err(_) => call.reply.error("No such channel"),
        }
    }
}
