//! `Log(level,message)`: write a line to the log.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct Log;

static HELP: Help = Help {
    synopsis: "Send arbitrary text to a selected log level.",
    arguments: &[
        Argument::required(
            "level",
            "ERROR, WARNING, NOTICE, DEBUG, VERBOSE, DTMF, or one of custom_levels in logger.conf.",
        ),
        Argument::rest("message", true, "The text."),
    ],
    description: "Writes the message to the log at the level.",
    see_also: &["Verbose"],
};

const LEVELS: [&str; 6] = ["ERROR", "WARNING", "NOTICE", "DEBUG", "VERBOSE", "DTMF"];

/// What may be one of `custom_levels`, which are not known while the plan is loaded.
fn is_word(level: &str) -> bool {
    !level.is_empty() && level.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}

fn check(arguments: &Arguments) -> Result<(), String> {
    match arguments.text(0).trim() {
        level if is_word(level) => Ok(()),
        level => Err(format!("`{level}` is no log level; there are {}", LEVELS.join(", "))),
    }
}

/// Writes the line; the error names a level that there is not.
fn write(channel: &Channel, level: &str, message: &str) -> Result<(), String> {
    let position = channel.position();
    let known = LEVELS.iter().find(|known| known.eq_ignore_ascii_case(level));
    match known.copied() {
        Some("ERROR") => tracing::error!(%position, "{message}"),
        Some("WARNING") => tracing::warn!(%position, "{message}"),
        Some("NOTICE") => tracing::info!(%position, "{message}"),
        Some("VERBOSE") => obelus_core::verbose!(channel.core(), 0, "{message}"),
        Some("DTMF") => tracing::info!(target: "dtmf", %position, "{message}"),
        Some(_) => tracing::debug!(%position, "{message}"),
        None => {
            let custom = channel.core().verbosity.custom_level(level);
            let (place, name) = custom.ok_or_else(|| {
                format!("unknown log level `{level}`; there are {} and custom_levels", LEVELS.join(", "))
            })?;
            tracing::info!(target: "custom", place, custom = &*name, %position, "{message}");
        }
    }
    Ok(())
}

impl InstantApp for Log {
    fn name(&self) -> &'static str {
        "Log"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        check(arguments)
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        write(channel, arguments.text(0).trim(), arguments.text(1)).map_err(AppError::Failed)?;
        Ok(Flow::Continue)
    }
}
