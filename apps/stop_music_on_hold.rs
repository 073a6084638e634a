//! `StopMusicOnHold()`: ends what `StartMusicOnHold` began.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct StopMusicOnHold;

static HELP: Help = Help {
    synopsis: "Stop playing Music On Hold.",
    arguments: &[],
    description: "Music that is started again later goes on where it stopped.",
    see_also: &["StartMusicOnHold", "MusicOnHold"],
};

impl InstantApp for StopMusicOnHold {
    fn name(&self) -> &'static str {
        "StopMusicOnHold"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.stop_music();
        Ok(Flow::Continue)
    }
}
