//! `Wait(seconds)`: wait; digits are ignored meanwhile.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct Wait;

static HELP: Help = Help {
    synopsis: "Waits for some time.",
    arguments: &[Argument::required("seconds", "How long; fractions are possible.")],
    description: "Waits. Digits that are pressed meanwhile are lost.",
    see_also: &["WaitExten"],
};

#[async_trait]
impl App for Wait {
    fn name(&self) -> &'static str {
        "Wait"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        arguments.seconds(0).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        if let Some(duration) = arguments.seconds(0).map_err(AppError::Failed)? {
            channel.wait(duration).await?;
        }
        Ok(Flow::Continue)
    }
}
