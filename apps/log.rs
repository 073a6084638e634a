//! `Log(level,message)`: write a line to the log.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct Log;

static HELP: Help = Help {
    synopsis: "Send arbitrary text to a selected log level.",
    arguments: &[
        Argument::required("level", "ERROR, WARNING, NOTICE, DEBUG, VERBOSE or DTMF."),
        Argument::rest("message", true, "The text."),
    ],
    description: "Writes the message to the log at the level.",
    see_also: &["Verbose"],
};

const LEVELS: [&str; 6] = ["ERROR", "WARNING", "NOTICE", "DEBUG", "VERBOSE", "DTMF"];

fn level(arguments: &Arguments) -> Result<&'static str, String> {
    let text = arguments.text(0).trim();
    let known = LEVELS.iter().find(|level| level.eq_ignore_ascii_case(text));
    known.copied().ok_or_else(|| format!("unknown log level `{text}`; there are {}", LEVELS.join(", ")))
}

impl InstantApp for Log {
    fn name(&self) -> &'static str {
        "Log"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        level(arguments).map(|_| ())
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let position = channel.position();
        let message = arguments.text(1);
        match level(arguments).map_err(AppError::Failed)? {
            "ERROR" => tracing::error!(%position, "{message}"),
            "WARNING" => tracing::warn!(%position, "{message}"),
            "NOTICE" => tracing::info!(%position, "{message}"),
            "VERBOSE" => obelus_core::verbose!(channel.core(), 0, "{message}"),
            _ => tracing::debug!(%position, "{message}"),
        }
        Ok(Flow::Continue)
    }
}
