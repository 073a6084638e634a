//! `StopMusicOnHold()`: ends what `StartMusicOnHold` began.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct StopMusicOnHold;

static HELP: Help = Help {
    synopsis: "Stop playing Music On Hold.",
    arguments: &[],
    description: "Music that is started again later goes on where it stopped.",
    see_also: &["StartMusicOnHold", "MusicOnHold"],
};

#[async_trait]
impl App for StopMusicOnHold {
    fn name(&self) -> &'static str {
        "StopMusicOnHold"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.stop_music();
        Ok(Flow::Continue)
    }
}
