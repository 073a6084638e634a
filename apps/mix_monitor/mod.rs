//! `MixMonitor(file.extension[,options[,command]])`: record both sides of a call.

mod actions;
mod commands;
mod function;
mod monitors;
mod request;
mod stop;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::function::Privilege;
use obelus_core::help::{Argument, Help};

use obelus_core::registry::Registry;

use request::{OPTIONS, Request};

pub(crate) struct MixMonitor;

static HELP: Help = Help {
    synopsis: "Record a call and mix the audio during the recording.",
    arguments: &[
        Argument::optional(
            "file.extension",
            "The file and, as its extension, the format; without a path it lies in the folder monitor of the spool folder.",
        ),
        Argument::options(OPTIONS),
        Argument::rest(
            "command",
            false,
            "What /bin/sh runs when the recording is over. ^{X} becomes ${X} when MixMonitor is called. Never put in what a caller may choose, such as CALLERID(name), without FILTER().",
        ),
    ],
    description: "Records what the channel says and hears from now on, until StopMixMonitor or its end; it does not answer the call. Only StopMixMonitor makes sure that the file is whole when the dialplan goes on.\n\n\
        MIXMONITOR_FILENAME becomes the whole name of the file.",
    see_also: &["StopMixMonitor", "MIXMONITOR", "Record"],
};

/// Enters the applications, the function, the actions and the commands.
pub(crate) fn register(registry: &mut Registry) {
    registry.add_app(MixMonitor);
    registry.add_app(stop::StopMixMonitor);
    registry.add_function(function::MixMonitorFunction);
    registry.add_action(actions::Start);
    registry.add_action(actions::Stop);
    registry.add_action(actions::Mute);
    registry.add_command(commands::Start);
    registry.add_command(commands::Stop);
    registry.add_command(commands::List);
}

/// Where recordings lie that do not say where.
pub(super) fn folder(channel: &Channel) -> std::path::PathBuf {
    channel.core().settings.load().directories.spool.join("monitor")
}

#[async_trait]
impl App for MixMonitor {
    fn name(&self) -> &'static str {
        "MixMonitor"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let request = Request::parse(arguments, &folder(channel)).map_err(AppError::Failed)?;
        let file = request.mixed.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        channel.set_variable("MIXMONITOR_FILENAME", file.as_str());
        let variable = request.id_variable.clone();
        if request.beep_at_start {
            channel.play("beep", "").await?;
        }
        match monitors::start(channel, request, arguments.text(2)).await {
            Ok(id) => {
                if let Some(variable) = variable {
                    channel.set_variable(&variable, &*id);
                }
            }
            // The call is worth more than its recording.
            Err(reason) => tracing::error!(channel = %channel.name(), file, reason, "MixMonitor"),
        }
        Ok(Flow::Continue)
    }
}
