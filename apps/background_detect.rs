//! `BackgroundDetect(filename[,sil[,min[,max[,analysistime]]]])`: play a prompt and notice when the caller speaks.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, Either, Event, Position};
use obelus_core::engine::{Direction, HookFrame, SoundHook};
use obelus_core::help::{Argument, Help};
use tokio::sync::oneshot;

pub(crate) struct BackgroundDetect;

static HELP: Help = Help {
    synopsis: "Background a file with talk detect.",
    arguments: &[
        Argument::required("filename", "A prompt without its extension."),
        Argument::optional("sil", "Milliseconds of silence after which talk is over; 1000 by default."),
        Argument::optional("min", "Talk is longer than these milliseconds; 100 by default."),
        Argument::optional(
            "max",
            "Talk is shorter than these milliseconds; without it, as long as it likes.",
        ),
        Argument::optional("analysistime", "Milliseconds for which it listens; without it, to the end."),
    ],
    description: "Answers, plays the prompt and listens to the caller. When the caller has spoken and fallen silent, the prompt stops, TALK_DETECTED holds the milliseconds of talk, and the call goes on at the extension talk of the context, or, where there is none, with the next priority. A digit that begins an extension stops the prompt as well: more digits are collected, and the call goes on there.",
    see_also: &["BackGround", "TALK_DETECT"],
};

/// The average magnitude from which on a frame is no silence.
const LOUD: u32 = 512;

/// What counts as talk.
#[derive(Debug, PartialEq, Eq)]
struct Rules {
    silence: Duration,
    least: Duration,
    most: Option<Duration>,
    /// How long it listens.
    span: Option<Duration>,
}

impl Rules {
    fn parse(arguments: &Arguments) -> Result<Rules, String> {
        let time = |index| Ok::<_, String>(arguments.milliseconds(index)?.filter(|time| !time.is_zero()));
        Ok(Rules {
            silence: time(1)?.unwrap_or(Duration::from_secs(1)),
            least: time(2)?.unwrap_or(Duration::from_millis(100)),
            most: time(3)?,
            span: time(4)?,
        })
    }
}

/// Waits for talk and tells how long it was, once.
#[derive(Debug)]
struct Detector {
    rules: Rules,
    tell: Option<oneshot::Sender<Duration>>,
    began: Option<Instant>,
    talking_since: Option<Instant>,
    quiet: Duration,
}

impl Detector {
    fn new(rules: Rules) -> (Detector, oneshot::Receiver<Duration>) {
        let (tell, told) = oneshot::channel();
        let quiet = Duration::ZERO;
        (Detector { rules, tell: Some(tell), began: None, talking_since: None, quiet }, told)
    }

    /// A frame came; returns the length of the talk that has ended with it.
    fn hear(&mut self, at: Instant, is_loud: bool, length: Duration) -> Option<Duration> {
        let began = *self.began.get_or_insert(at);
        if self.rules.span.is_some_and(|span| at.saturating_duration_since(began) >= span) {
            return None;
        }
        if is_loud {
            self.quiet = Duration::ZERO;
            self.talking_since.get_or_insert(at);
            return None;
        }
        self.quiet += length;
        if self.quiet <= self.rules.silence {
            return None;
        }
        let since = self.talking_since.take()?;
        let talk = (at + length).saturating_duration_since(since).saturating_sub(self.quiet);
        let fits = talk > self.rules.least && self.rules.most.is_none_or(|most| talk < most);
        fits.then_some(talk)
    }
}

impl SoundHook for Detector {
    fn take(&mut self, frame: &mut HookFrame<'_>) -> bool {
        let is_loud = obelus_core::media::loudness(frame.samples) >= LOUD;
        if let Some(talk) = self.hear(frame.at, is_loud, frame.duration())
            && let Some(tell) = self.tell.take()
        {
            // Whoever listened may have gone on already.
            let _ = tell.send(talk);
        }
        false
    }
}

/// Where the call goes on after talk of this length.
fn talked(channel: &mut Channel, talk: Duration) -> Flow {
    channel.set_variable("TALK_DETECTED", talk.as_millis().to_string());
    let place = Position::new(channel.position().context, "talk", 1);
    if !channel.extension_exists(&place) {
        return Flow::Continue;
    }
    channel.go_to(place);
    Flow::Jump
}

/// Whether a digit is an extension of the context or its beginning.
fn begins_extension(channel: &Channel, digit: char) -> bool {
    let (context, digit) = (channel.position().context, digit.to_string());
    channel.could_match_more(&context, &digit) || channel.extension_exists(&Position::new(context, digit, 1))
}

async fn listen(channel: &mut Channel, mut told: oneshot::Receiver<Duration>) -> Result<Flow, AppError> {
    loop {
        match channel.next_event_or(None, &mut told).await? {
            Either::Side(Ok(talk)) => return Ok(talked(channel, talk)),
            Either::Side(Err(_)) | Either::Event(Event::Finished { .. }) => return Ok(Flow::Continue),
            Either::Event(Event::Digit { digit, .. }) if begins_extension(channel, digit) => {
                return Ok(Flow::Dialled(digit.to_string()));
            }
            Either::Event(_) => {}
        }
    }
}

#[async_trait]
impl App for BackgroundDetect {
    fn name(&self) -> &'static str {
        "BackgroundDetect"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        Rules::parse(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let rules = Rules::parse(arguments).map_err(AppError::Failed)?;
        channel.answer_and_settle().await?;
        let Some(port) = channel.media().cloned() else {
            return Err(AppError::Failed("the channel has no audio".to_owned()));
        };
        channel.stop_playing();
        let (detector, told) = Detector::new(rules);
        let hooked = port.hook(Direction { send: false, receive: true }, Box::new(detector));
        let _hooked = hooked.map_err(|error| AppError::Failed(error.to_string()))?;
        if !channel.begin_to_play(arguments.text(0)).await {
            return Ok(Flow::Continue);
        }
        let end = listen(channel, told).await;
        channel.stop_playing();
        end
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::engine::{Sound, Way};
    use obelus_core::media::Codec;

    use super::*;
    use crate::testing::{complaint, pbx};

    /// Frames of 20 ms, as `(loud, count)`; the milliseconds of talk that are told.
    fn check(arguments: &str, frames: &[(bool, u32)], expected: &[u128]) {
        let arguments = Arguments::parse(&HELP, arguments).unwrap();
        let (mut detector, _told) = Detector::new(Rules::parse(&arguments).unwrap());
        let length = Duration::from_millis(20);
        let mut at = Instant::now();
        let mut told = Vec::new();
        for &(is_loud, count) in frames {
            for _ in 0..count {
                told.extend(detector.hear(at, is_loud, length).map(|talk| talk.as_millis()));
                at += length;
            }
        }
        assert_eq!(told, expected, "{arguments:?}");
    }

    #[test]
    fn talk_counts_when_silence_follows_it() {
        check("x", &[(false, 100), (true, 25), (false, 50)], &[]);
        check("x", &[(false, 100), (true, 25), (false, 51)], &[500]);
        check("x,200", &[(true, 25), (false, 11), (true, 10), (false, 11)], &[500, 200]);
        check("x,200", &[(true, 25), (false, 10), (true, 15), (false, 11)], &[1000]);
    }

    #[test]
    fn talk_too_short_or_too_long_does_not_count() {
        check("x", &[(true, 5), (false, 60)], &[]);
        check("x,,300", &[(true, 15), (false, 60), (true, 16), (false, 60)], &[320]);
        check("x,,,400", &[(true, 20), (false, 60), (true, 19), (false, 60)], &[380]);
    }

    #[test]
    fn it_listens_for_a_while_only() {
        check("x,200,,,1000", &[(true, 25), (false, 60)], &[500]);
        check("x,200,,,700", &[(true, 25), (false, 60)], &[]);
    }

    #[test]
    fn times_are_numbers() {
        assert!(complaint("BackgroundDetect(hello,soon)").contains("soon"));
    }

    const PLAN: &str = "[internal]\nexten => s,1,BackgroundDetect(hello,40)\n same => n,Set(WAY=on)\n\
        same => n,Wait(9)\nexten => talk,1,Set(WAY=talk ${TALK_DETECTED})\n same => n,Wait(9)\n\
        exten => 12,1,Set(WAY=twelve)\n same => n,Wait(9)\n";

    /// Where a caller is after he has spoken for `frames`, or pressed these digits.
    async fn way(frames: u32, digits: &str) -> String {
        let pbx = pbx(PLAN);
        let sound = Sound::new(Codec::Ulaw, vec![0xff; 40_000]).expect("a codec of constant size");
        pbx.core.sounds.put("hello", sound);
        let far = pbx.call("internal", "s");
        tokio::time::sleep(Duration::from_millis(100)).await;
        for (level, count) in [(2000, frames), (0, 10)] {
            for _ in 0..count {
                far.port().carry(Way::Received, 8000, &mut [level; 160]);
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        digits.chars().for_each(|digit| far.presses(digit));
        tokio::time::sleep(Duration::from_secs(7)).await;
        let channel = far.channel.as_ref().expect("it came in");
        let way =
            channel.run(|channel| Box::pin(async { channel.variable("WAY").map(|way| way.to_string()) }));
        way.await.expect("it lives").unwrap_or_default()
    }

    #[tokio::test(start_paused = true)]
    async fn the_call_goes_on_where_the_caller_leads_it() {
        assert_eq!(way(0, "").await, "on");
        assert_eq!(way(0, "9").await, "on");
        assert_eq!(way(0, "12").await, "twelve");
        assert!(way(10, "").await.starts_with("talk "));
    }
}
