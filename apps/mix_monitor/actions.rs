//! The actions `MixMonitor`, `StopMixMonitor` and `MixMonitorMute`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::ChannelHandle;
use obelus_core::conf::is_true;
use obelus_core::engine::Way;
use obelus_core::media_event::MediaEvent;

use super::monitors;

pub(crate) struct Start;
pub(crate) struct Stop;
pub(crate) struct Mute;

static START: ActionInfo = ActionInfo {
    name: "MixMonitor",
    privilege: Classes::SYSTEM,
    synopsis: "Record a call and mix the audio during the recording.",
    arguments: &[
        ("Channel", "The channel to record."),
        ("File", "The file, as the application takes it."),
        ("Options", "Its options."),
        ("Command", "What runs when the recording is over."),
    ],
};

static STOP: ActionInfo = ActionInfo {
    name: "StopMixMonitor",
    privilege: Classes::SYSTEM.with(Classes::CALL),
    synopsis: "Stop recording a call through MixMonitor, and free the recording's file handle.",
    arguments: &[
        ("Channel", "The channel that is recorded."),
        ("MixMonitorID", "Which recording; the one that began last if left away."),
    ],
};

static MUTE: ActionInfo = ActionInfo {
    name: "MixMonitorMute",
    privilege: Classes::SYSTEM.with(Classes::CALL),
    synopsis: "Mute / unMute a Mixmonitor recording.",
    arguments: &[
        ("Channel", "The channel that is recorded."),
        ("Direction", "read, write or both: what it says, hears, or both."),
        ("State", "1 to leave it out, 0 to write it again."),
        ("MixMonitorID", "Which recording; all if left away."),
    ],
};

/// The channel that is meant; without one the error is answered.
fn channel(call: &mut ActionCall<'_>) -> Option<ChannelHandle> {
    let name = call.required("Channel", "No channel specified")?;
    let found = call.core.channels.find(&name);
    if found.is_none() {
        call.reply.error("No such channel");
    }
    found
}

#[async_trait]
impl Action for Start {
    fn info(&self) -> &'static ActionInfo {
        &START
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(channel) = channel(&mut call) else { return };
        let (file, options) = (call.message.get("File"), call.message.get("Options"));
        let text = format!("{file},{options},{}", call.message.get("Command"));
        let started = channel.run(move |channel| {
            Box::pin(async move {
                channel.run_app("MixMonitor", &text).await.map(|_| ())?;
                // Option i names the variable; nobody else writes it meanwhile.
                let variable = text.split_once("i(").and_then(|(_, rest)| rest.split_once(')'));
                Ok::<_, obelus_core::app::AppError>(variable.and_then(|(name, _)| channel.variable(name)))
            })
        });
        match started.await {
            Ok(Ok(id)) => {
                let mut block = call.reply.success();
                if let Some(id) = id {
                    block.put("MixMonitorID", id);
                }
            }
            Ok(Err(_)) | Err(_) => call.reply.error("Could not start monitoring channel"),
        }
    }
}

#[async_trait]
impl Action for Stop {
    fn info(&self) -> &'static ActionInfo {
        &STOP
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(channel) = channel(&mut call) else { return };
        let id = Some(call.message.get("MixMonitorID").to_owned()).filter(|id| !id.is_empty());
        let stopped =
            channel.run(move |channel| Box::pin(async move { monitors::stop(channel, id.as_deref()).await }));
        match stopped.await {
            Ok(true) => drop(call.reply.success()),
            Ok(false) | Err(_) => call.reply.error("Could not stop monitoring channel"),
        }
    }
}

#[async_trait]
impl Action for Mute {
    fn info(&self) -> &'static ActionInfo {
        &MUTE
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let missing = "No direction specified. Must be read, write or both";
        let Some(direction) = call.required("Direction", missing) else { return };
        let (direction, ways): (_, &'static [Way]) = match direction.to_ascii_lowercase().as_str() {
            "read" => ("read", &[Way::Received]),
            "write" => ("write", &[Way::Sent]),
            "both" => ("both", &[Way::Received, Way::Sent]),
            _ => return call.reply.error("Invalid direction specified. Must be read, write or both"),
        };
        if call.required("Channel", "No channel specified").is_none() {
            return;
        }
        let Some(state) = call.required("State", "No state specified") else { return };
        let Some(channel) = channel(&mut call) else { return };
        let muted = is_true(&state);
        let id = Some(call.message.get("MixMonitorID").to_owned()).filter(|id| !id.is_empty());
        let done = channel.run(move |channel| {
            Box::pin(async move {
                let done = monitors::mute(channel, id.as_deref(), ways, muted);
                if done {
                    channel.tell_of_media(MediaEvent::MixMonitorMute { direction, muted });
                }
                done
            })
        });
        match done.await {
            Ok(true) => drop(call.reply.success()),
            Ok(false) | Err(_) => call.reply.error("Cannot set mute flag"),
        }
    }
}
