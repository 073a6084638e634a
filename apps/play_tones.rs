//! `PlayTones(tone)`: play a tone while the dialplan goes on.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct PlayTones;

static HELP: Help = Help {
    synopsis: "Play a tone list.",
    arguments: &[Argument::rest(
        "arg",
        true,
        "A tone of the zone (dial, ring, busy, …) or a tone list such as 440+480/2000,0/4000.",
    )],
    description: "Plays the tones until StopPlayTones or the next thing that is played.",
    see_also: &["StopPlayTones"],
};

impl InstantApp for PlayTones {
    fn name(&self) -> &'static str {
        "PlayTones"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        if let Err(reason) = channel.play_tone(arguments.whole()) {
            tracing::warn!(channel = %channel.name(), tones = arguments.whole(), reason, "PlayTones");
        }
        Ok(Flow::Continue)
    }
}
