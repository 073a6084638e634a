//! `Milliwatt([options])`: play a test tone.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::OptionHelp;
use obelus_core::help::{Argument, Help};
use obelus_core::media::tone::Tone;

pub(crate) struct Milliwatt;

static HELP: Help = Help {
    synopsis: "Generates a 1004 Hz test tone at 0dbm (mu-law).",
    arguments: &[Argument::options(OPTIONS)],
    description: "Plays a tone of 1004 Hz until the caller hangs up, to measure a line.",
    see_also: &["Echo"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('m', "With a second of silence after each nine, as milliwatt test lines have it."),
    OptionHelp::flag('o', "A constant tone of 1000 Hz; answers the call."),
];

/// 0 dBm0 in steps of linear samples: 3.14 dB below the loudest sine of G.711 μ-law (ITU-T G.711).
const AMPLITUDE: u16 = 22_376;

#[async_trait]
impl App for Milliwatt {
    fn name(&self) -> &'static str {
        "Milliwatt"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let script = match (arguments.option('o'), arguments.option('m')) {
            (true, _) => "1000",
            (false, true) => "1004/9000,0/1000",
            (false, false) => "1004",
        };
        if arguments.option('o') {
            channel.answer_and_settle().await?;
        }
        let tone = Tone::parse(script).map_err(|error| AppError::failed(error.to_string()))?;
        channel.play_tone_through(tone.with_amplitude(AMPLITUDE)).await?;
        Ok(Flow::Hangup)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use obelus_core::engine::Source;
    use obelus_core::engine::testing::Seen;
    use obelus_core::media::tone::Tone;
    use tokio::time::{Duration, sleep};

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn the_tone_lasts_until_the_caller_hangs_up() {
        for (options, script) in [("", "1004"), ("m", "1004/9000,0/1000"), ("o", "1000")] {
            let pbx = pbx("");
            let (mut channel, far) = pbx.channel();
            let listening = async {
                sleep(Duration::from_secs(100)).await;
                far.hangs_up(Cause::NORMAL_CLEARING);
            };
            let (ran, ()) = tokio::join!(channel.run_app("Milliwatt", options), listening);
            assert!(ran.is_err());
            let expected = Tone::parse(script).expect("a tone").with_amplitude(super::AMPLITUDE);
            let plays =
                |seen: &Seen| matches!(seen, Seen::Play(_, Source::Tone(tone), _) if **tone == expected);
            assert!(far.port().seen().iter().any(plays), "{options}");
        }
    }
}
