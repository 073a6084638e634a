//! `Echo()`: send the caller's own audio back, to hear the delay.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct Echo;

static HELP: Help = Help {
    synopsis: "Echo media, DTMF back to the calling party.",
    arguments: &[],
    description: "Sends all audio and digits back until the caller hangs up or presses #.",
    see_also: &[],
};

#[async_trait]
impl App for Echo {
    fn name(&self) -> &'static str {
        "Echo"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.echo().await?;
        Ok(Flow::Continue)
    }
}
