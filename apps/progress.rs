//! `Progress()`: indicate progress.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel_tech::LegCommand;
use obelus_core::help::Help;

pub(crate) struct Progress;

static HELP: Help = Help {
    synopsis: "Indicate progress.",
    arguments: &[],
    description: "Opens the way for audio before the answer.",
    see_also: &["Ringing", "Playback"],
};

#[async_trait]
impl App for Progress {
    fn name(&self) -> &'static str {
        "Progress"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.show(LegCommand::Progress).await;
        Ok(Flow::Continue)
    }
}
