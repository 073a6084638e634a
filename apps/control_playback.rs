//! `ControlPlayback(filename[,skipms[,ff[,rew[,stop[,pause[,restart[,options]]]]]]])`: play a prompt that digits wind.

use async_trait::async_trait;
use obelus_core::app::milliseconds;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel::{ControlledEnd, PlayKeys};
use obelus_core::help::OptionHelp;
use obelus_core::help::{Argument, Help};
use std::time::Duration;

pub(crate) struct ControlPlayback;

static HELP: Help = Help {
    synopsis: "Play a file with fast forward and rewind.",
    arguments: &[
        Argument::required("filename", "A prompt without its extension."),
        Argument::optional("skipms", "Milliseconds that a wind goes; 3000 by default."),
        Argument::optional("ff", "Digits that go on; # by default, unless that does something else."),
        Argument::optional("rew", "Digits that go back; * by default, unless that does something else."),
        Argument::optional("stop", "Digits that stop it."),
        Argument::optional("pause", "Digits that pause it, and play on."),
        Argument::optional("restart", "Digits that begin again."),
        Argument::options(OPTIONS),
    ],
    description: "Plays the prompt; the call is not answered first.\n\n\
        CPLAYBACKSTATUS becomes SUCCESS, USERSTOPPED or ERROR; CPLAYBACKOFFSET the milliseconds played when it was stopped, else -1; CPLAYBACKSTOPKEY the digit that stopped it.",
    see_also: &["Playback", "Background"],
};

static OPTIONS: &[OptionHelp] =
    &[OptionHelp::value('o', "time", "Begin so many milliseconds behind the start.")];

struct Request<'a> {
    keys: PlayKeys<'a>,
    from: Duration,
}

impl Request<'_> {
    fn parse(arguments: &Arguments) -> Result<Request<'_>, String> {
        let keys = [2, 3, 4, 5, 6].map(|index| arguments.text(index));
        if let Some(wrong) = keys.iter().flat_map(|keys| keys.chars()).find(|key| !is_key(*key)) {
            return Err(format!("`{wrong}` is no key of a telephone"));
        }
        let [forward, rewind, stop, pause, restart] = keys;
        let taken = |key: &str| keys.iter().any(|keys| keys.contains(key));
        let or = |given: &'_ str, usual: &'static str| given.is_empty() && !taken(usual);
        Ok(Request {
            keys: PlayKeys {
                forward: if or(forward, "#") { "#" } else { forward },
                rewind: if or(rewind, "*") { "*" } else { rewind },
                stop,
                pause,
                restart,
                skip: arguments.milliseconds(1)?.unwrap_or(Duration::from_secs(3)),
            },
            from: milliseconds(arguments.option_value('o').unwrap_or(""))?.unwrap_or_default(),
        })
    }
}

fn is_key(key: char) -> bool {
    key.is_ascii_digit() || matches!(key, '*' | '#')
}

#[async_trait]
impl App for ControlPlayback {
    fn name(&self) -> &'static str {
        "ControlPlayback"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        Request::parse(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let request = Request::parse(arguments).map_err(AppError::Failed)?;
        let end = channel.play_controlled(arguments.text(0), request.keys, request.from).await?;
        let (status, offset) = match end {
            ControlledEnd::Finished => ("SUCCESS", "-1".to_owned()),
            ControlledEnd::Missing => ("ERROR", request.from.as_millis().to_string()),
            ControlledEnd::Stopped(digit, position) => {
                channel.set_variable("CPLAYBACKSTOPKEY", digit.to_string());
                ("USERSTOPPED", position.as_millis().to_string())
            }
            ControlledEnd::StoppedByProgram(position) => ("REMOTESTOPPED", position.as_millis().to_string()),
        };
        channel.set_variable("CPLAYBACKSTATUS", status);
        channel.set_variable("CPLAYBACKOFFSET", offset);
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::channel::Steer;
    use obelus_core::engine::Sound;
    use obelus_core::media::Codec;
    use tokio::time::{Duration, Instant, sleep};

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn a_program_winds_and_stops_it() {
        let pbx = pbx("");
        let long = Sound::new(Codec::Ulaw, vec![0xff; 80_000]).expect("a codec of constant size");
        pbx.core.sounds.put("long", long);
        let (mut channel, _far) = pbx.channel();
        let handle = channel.handle().clone();
        let steering = async {
            for steer in [Steer::Forward, Steer::Pause, Steer::Pause, Steer::Stop] {
                sleep(Duration::from_secs(1)).await;
                let work = handle.run(move |channel| Box::pin(async move { channel.steer(steer) }));
                work.await.expect("it is there");
            }
        };
        let (played, ()) = tokio::join!(channel.run_app("ControlPlayback", "long,2000"), steering);
        played.expect("it ran");
        let value = |name: &str| channel.variable(name).unwrap_or_default().to_string();
        assert_eq!(value("CPLAYBACKSTATUS"), "REMOTESTOPPED");
        // One second, two of the wind, one before the pause and one after it.
        assert_eq!(value("CPLAYBACKOFFSET"), "5000");
    }

    /// Plays ten seconds while digits are pressed, one each second; returns status, offset, key and seconds taken.
    async fn check(arguments: &str, pressed: &str, expected: (&str, &str, &str, u64)) {
        let pbx = pbx("");
        let long = Sound::new(Codec::Ulaw, vec![0xff; 80_000]).expect("a codec of constant size");
        pbx.core.sounds.put("long", long);
        let (mut channel, far) = pbx.channel();
        let began = Instant::now();
        let pressing = async {
            for digit in pressed.chars() {
                sleep(Duration::from_secs(1)).await;
                far.presses(digit);
            }
        };
        let playing = async {
            channel.run_app("ControlPlayback", arguments).await.expect("it ran");
            began.elapsed().as_secs()
        };
        let (seconds, ()) = tokio::join!(playing, pressing);
        let value = |name: &str| channel.variable(name).unwrap_or_default().to_string();
        let seen = (value("CPLAYBACKSTATUS"), value("CPLAYBACKOFFSET"), value("CPLAYBACKSTOPKEY"));
        assert_eq!((&*seen.0, &*seen.1, &*seen.2, seconds), expected, "{arguments} {pressed}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_prompt_is_wound() {
        check("long", "", ("SUCCESS", "-1", "", 10)).await;
        check("long", "#", ("SUCCESS", "-1", "", 7)).await;
        check("long,1000", "xx*", ("SUCCESS", "-1", "", 11)).await;
        check("long,9000", "x#", ("SUCCESS", "-1", "", 2)).await;
        check("long,2000,6,4", "6#*4", ("SUCCESS", "-1", "", 10)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_prompt_is_stopped_paused_and_begun_again() {
        check("long,,,,12", "xx2", ("USERSTOPPED", "3000", "2", 3)).await;
        check("long,,,,0,8", "x8xx8", ("SUCCESS", "-1", "", 13)).await;
        check("long,,,,0,8", "x8x0", ("USERSTOPPED", "2000", "0", 4)).await;
        check("long,,,,,,5", "xx5", ("SUCCESS", "-1", "", 13)).await;
        check("long,,,,#,,,o(4000)", "#", ("USERSTOPPED", "5000", "#", 1)).await;
        check("missing,,,,,,,o(70)", "", ("ERROR", "70", "", 0)).await;
    }

    #[tokio::test]
    async fn mistakes_are_found_at_load() {
        assert_eq!(
            complaint("ControlPlayback(a,far)"),
            "ControlPlayback: `far` is no number of milliseconds"
        );
        assert_eq!(complaint("ControlPlayback(a,,x)"), "ControlPlayback: `x` is no key of a telephone");
        assert_eq!(
            complaint("ControlPlayback(a,,,,,,,o(x))"),
            "ControlPlayback: `x` is no number of milliseconds"
        );
    }
}
