//! `Busy([timeout])`: refuse the call with this cause, or play the tone to an answered one.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::cause::Cause;
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct Busy;

static HELP: Help = Help {
    synopsis: "Indicate the Busy condition.",
    arguments: &[Argument::optional(
        "timeout",
        "Seconds after which an answered call is hung up; for ever by default.",
    )],
    description: "An unanswered call is refused. An answered one hears the busy tone until it hangs up or the time is over.",
    see_also: &["Hangup", "Progress", "Ringing"],
};

#[async_trait]
impl App for Busy {
    fn name(&self) -> &'static str {
        "Busy"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        arguments.seconds(0).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let timeout = arguments.seconds(0).map_err(AppError::Failed)?;
        channel.refuse(Cause::USER_BUSY, "busy", timeout).await?;
        Ok(Flow::Hangup)
    }
}
