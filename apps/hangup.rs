//! `Hangup([cause])`: end the call.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::cause::Cause;
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct Hangup;

static HELP: Help = Help {
    synopsis: "Hang up the calling channel.",
    arguments: &[Argument::optional("cause", "The cause by number or name; Normal Clearing by default.")],
    description: "Hangs the channel up. An unanswered call is refused with the cause.",
    see_also: &["Answer", "Busy", "Congestion"],
};

fn cause(arguments: &Arguments) -> Result<Option<Cause>, String> {
    let read = |text: &str| Cause::parse(text).ok_or_else(|| format!("unknown cause `{text}`"));
    arguments.get(0).map(read).transpose()
}

impl InstantApp for Hangup {
    fn name(&self) -> &'static str {
        "Hangup"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        cause(arguments).map(|_| ())
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let asked = cause(arguments).map_err(AppError::Failed)?;
        channel.facts().hung_up_by(&"dialplan/builtin".into());
        channel.hang_up(asked.unwrap_or_else(|| channel.cause_for_hangup()));
        Ok(Flow::Hangup)
    }
}
