//! `Hangup([cause])`: end the call.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
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

#[async_trait]
impl App for Hangup {
    fn name(&self) -> &'static str {
        "Hangup"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        cause(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let asked = cause(arguments).map_err(AppError::Failed)?;
        channel.hang_up(asked.unwrap_or_else(|| channel.cause_for_hangup()));
        Ok(Flow::Hangup)
    }
}
