//! `TALK_DETECT(action)`: tells when the channel's far end begins to talk and falls silent.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use obelus_core::channel::{Channel, SILENCE_THRESHOLD};
use obelus_core::engine::{Direction, HookFrame, Hooked, PortEvent, SoundHook};
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct TalkDetect;

static HELP: Help = Help {
    synopsis: "Raises notifications when silence or talking is detected on a channel.",
    arguments: &[Argument::required(
        "action",
        "set: listen from now on; the value is the milliseconds of silence after which talking is over (2500 by default), and behind a comma the average magnitude below which there is silence (256 by default). remove: listen no more.",
    )],
    description: "Can only be written. AMI tells ChannelTalkingStart and ChannelTalkingStop. Functions that change the sound belong before it.",
    see_also: &["VOLUME"],
};

/// How long silence lasts before talking is over.
const SILENCE: Duration = Duration::from_millis(2500);

/// What listens, kept on the channel.
struct Listener {
    _hooked: Hooked,
}

/// Tells talk from silence.
#[derive(Debug)]
struct Detector {
    silence: Duration,
    threshold: u32,
    quiet: Duration,
    talking_since: Option<Instant>,
}

impl Detector {
    fn parse(value: &str) -> Result<Detector, FunctionError> {
        let arguments = FunctionArguments::split(value, 2);
        let number = |index: usize, what: &str| match arguments.get(index) {
            None => Ok(None),
            Some(text) => match text.trim().parse::<i32>().ok().and_then(|number| u32::try_from(number).ok())
            {
                Some(number) if number > 0 => Ok(Some(number)),
                _ => Err(FunctionError::arguments(format!("`{text}` is no {what}"))),
            },
        };
        let silence = number(0, "number of milliseconds")?;
        Ok(Detector {
            silence: silence.map_or(SILENCE, |silence| Duration::from_millis(silence.into())),
            threshold: number(1, "threshold of talking")?.unwrap_or(SILENCE_THRESHOLD),
            quiet: Duration::ZERO,
            talking_since: None,
        })
    }
}

impl SoundHook for Detector {
    fn take(&mut self, frame: &mut HookFrame<'_>) -> bool {
        if obelus_core::media::loudness(frame.samples) >= self.threshold {
            self.quiet = Duration::ZERO;
            if self.talking_since.is_none() {
                self.talking_since = Some(frame.at);
                frame.tell = Some(PortEvent::Talking { on: true, duration: Duration::ZERO });
            }
            return false;
        }
        self.quiet += frame.duration();
        if self.quiet >= self.silence
            && let Some(since) = self.talking_since.take()
        {
            let duration = frame.at.saturating_duration_since(since).saturating_sub(self.silence);
            frame.tell = Some(PortEvent::Talking { on: false, duration });
        }
        false
    }
}

#[async_trait]
impl DialplanFunction for TalkDetect {
    fn name(&self) -> &'static str {
        "TALK_DETECT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(TALK_DETECT(set)=1200,128)\nSet(TALK_DETECT(remove)=)\n", "")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        if arguments.eq_ignore_ascii_case("remove") {
            let removed = channel.datastore.remove::<Listener>();
            return removed
                .map(drop)
                .ok_or_else(|| FunctionError::failed("nobody listens for talk on this channel"));
        }
        if !arguments.eq_ignore_ascii_case("set") {
            return Err(FunctionError::arguments(format!("`{arguments}` is neither set nor remove")));
        }
        let detector = Detector::parse(value)?;
        let port = channel.media().ok_or_else(|| FunctionError::failed("the channel has no audio"))?;
        let hooked = port.hook(Direction { send: false, receive: true }, Box::new(detector));
        let hooked = hooked.map_err(|error| FunctionError::failed(error.to_string()))?;
        channel.datastore.insert(Listener { _hooked: hooked });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::media_event::MediaEvent;

    use super::*;

    /// Frames of 20 ms, as `loudness x count`; what is told, as `+` and `-` with the milliseconds of talk.
    fn check(value: &str, frames: &[(i16, usize)], expected: &str) {
        let mut detector = Detector::parse(value).unwrap();
        let mut at = Instant::now();
        let mut told = Vec::new();
        for &(level, count) in frames {
            for _ in 0..count {
                let samples = &mut [level; 160];
                let mut frame = HookFrame {
                    way: obelus_core::engine::Way::Received,
                    rate: 8000,
                    samples,
                    at,
                    tell: None,
                };
                assert!(!detector.take(&mut frame));
                told.extend(frame.tell.map(|event| match event {
                    PortEvent::Talking { on: true, .. } => "+".to_owned(),
                    PortEvent::Talking { on: false, duration } => format!("-{}", duration.as_millis()),
                    other => panic!("{other:?}"),
                }));
                at += Duration::from_millis(20);
            }
        }
        assert_eq!(told.join(" "), expected, "{value}");
    }

    #[test]
    fn pauses_shorter_than_the_threshold_belong_to_the_talk() {
        check("", &[(0, 200), (1000, 50), (0, 100), (1000, 50), (0, 125)], "+ -3980");
        check("500", &[(1000, 50), (0, 100), (1000, 50), (0, 125)], "+ -980 + -980");
        check("", &[(255, 50)], "");
        check("1500,128", &[(-200, 50), (0, 75)], "+ -980");
    }

    #[test]
    fn wrong_numbers_are_refused() {
        for value in ["0", "-1", "x", "1,0", "3000000000"] {
            assert!(Detector::parse(value).is_err(), "{value}");
        }
    }

    #[tokio::test]
    async fn talk_is_told_on_the_bus() {
        use obelus_core::engine::Way;
        use obelus_core::events::{Delivery, Event, EventKind};
        let mut bench = crate::testing::Bench::new();
        let mut listener = bench.pbx.core.events.listen(EventKind::Media.bit(), None);
        bench.run("Set(TALK_DETECT(set)=)\n").await;
        let port = bench.far.port();
        port.settle().await;
        port.carry(Way::Received, 8000, &mut [1000; 160]);
        bench.channel.wait(Duration::from_millis(10)).await.unwrap();
        let Some(Delivery::Event(record)) = listener.try_next() else { panic!("nothing was told") };
        assert!(matches!(&record.event, Event::Media { what: MediaEvent::TalkingStart, .. }));
        bench.run("Set(TALK_DETECT(remove)=)\n").await;
        assert!(bench.channel.assign("TALK_DETECT(remove)", "").await.is_err());
        assert!(bench.channel.assign("TALK_DETECT(pause)", "").await.is_err());
    }
}
