//! `Answer([delay[,nocdr]])`: answer the call.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct Answer;

static HELP: Help = Help {
    synopsis: "Answer a channel if ringing.",
    arguments: &[Argument::optional(
        "delay",
        "Milliseconds to wait after the answer before the dialplan goes on.",
    )],
    description: "Answers the call if it has not been answered yet. Without a delay the dialplan goes on at once.",
    see_also: &["Hangup"],
};

#[async_trait]
impl App for Answer {
    fn name(&self) -> &'static str {
        "Answer"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        arguments.milliseconds(0).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.answer().await?;
        if let Some(delay) = arguments.milliseconds(0).map_err(AppError::Failed)? {
            channel.wait(delay).await?;
        }
        Ok(Flow::Continue)
    }
}
