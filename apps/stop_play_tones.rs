//! `StopPlayTones()`: end what PlayTones began.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct StopPlayTones;

static HELP: Help = Help {
    synopsis: "Stop playing a tone list.",
    arguments: &[],
    description: "Stops the tones.",
    see_also: &["PlayTones"],
};

impl InstantApp for StopPlayTones {
    fn name(&self) -> &'static str {
        "StopPlayTones"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.stop_tone();
        Ok(Flow::Continue)
    }
}
