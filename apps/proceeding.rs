//! `Proceeding()`: indicate proceeding.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel_tech::LegCommand;
use obelus_core::help::Help;

pub(crate) struct Proceeding;

static HELP: Help = Help {
    synopsis: "Indicate proceeding.",
    arguments: &[],
    description: "Tells the caller that the call goes on its way.",
    see_also: &["Ringing", "Progress"],
};

#[async_trait]
impl App for Proceeding {
    fn name(&self) -> &'static str {
        "Proceeding"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.show(LegCommand::Proceeding).await;
        Ok(Flow::Continue)
    }
}
