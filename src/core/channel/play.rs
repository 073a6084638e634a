//! What a channel plays to its far end: prompts, sayings, tones.

use std::time::Duration;

use obelus_engine::{PlayId, PlayOptions, Source};
use obelus_media::Codec;
use obelus_media::tone::Tone;

use crate::app::{AppError, Flow};
use crate::cause::Cause;
use crate::channel::{Channel, DIGITS, Event, Interrupted};
use crate::channel_tech::LegCommand;
use crate::events::{Event as PbxEvent, EventKind};
use crate::say::{self, Saying};
use crate::test_event;

/// How a play ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayEnd {
    /// It was played whole.
    Finished,
    /// This digit stopped it.
    Digit(char),
    /// There is nothing to play; the reason is in the log.
    Missing,
}

impl Channel {
    /// Plays a prompt to its end, or until one of the digits in `stop` is pressed.
    pub async fn play(&mut self, name: &str, stop: &str) -> Result<PlayEnd, Interrupted> {
        match self.open_sound(name).await {
            Some(source) => self.play_source(source, stop).await,
            None => Ok(PlayEnd::Missing),
        }
    }

    /// Plays several prompts in a row without a gap.
    pub async fn play_all(&mut self, names: &[String], stop: &str) -> Result<PlayEnd, Interrupted> {
        let mut last = None;
        let mut end = PlayEnd::Finished;
        for name in names {
            match self.open_sound(name).await {
                Some(source) => last = self.begin(source, last.is_some()).or(last),
                None => end = PlayEnd::Missing,
            }
        }
        match last {
            Some(last) => self.until_finished(last, stop).await,
            None => Ok(end),
        }
    }

    /// Says something in the channel's language.
    pub async fn say(&mut self, saying: Saying<'_>, stop: &str) -> Result<PlayEnd, Interrupted> {
        let language = self.facts().language.clone();
        self.play_all(&say::prompts(&language, saying), stop).await
    }

    /// Says something; with `SAY_DTMF_INTERRUPT` true a digit stops it and is the first of an extension.
    pub async fn say_and_listen(&mut self, saying: Saying<'_>) -> Result<Flow, AppError> {
        let listens = self.variable("SAY_DTMF_INTERRUPT").is_some_and(|value| obelus_conf::is_true(&value));
        self.say_until(saying, listens).await
    }

    /// Says something; with `listens` a digit stops it and is the first of an extension, as with `BackGround`.
    pub async fn say_until(&mut self, saying: Saying<'_>, listens: bool) -> Result<Flow, AppError> {
        let stop = if listens { DIGITS } else { "" };
        match self.say(saying, stop).await? {
            PlayEnd::Digit(digit) => Ok(Flow::Dialled(digit.to_string())),
            PlayEnd::Finished | PlayEnd::Missing => Ok(Flow::Continue),
        }
    }

    /// Begins to play a prompt and does not wait for its end.
    pub async fn play_over(&mut self, name: &str) {
        self.begin_to_play(name).await;
    }

    /// Begins to play a prompt, whose end is an [`Event::Finished`]; says whether there is something to play.
    pub async fn begin_to_play(&mut self, name: &str) -> bool {
        match self.open_sound(name).await {
            Some(source) => self.begin(source, false).is_some(),
            None => false,
        }
    }

    /// Says how many minutes and seconds are left, over the call.
    pub(crate) async fn say_time_left(&mut self, left: Duration) {
        let (minutes, seconds) = ((left.as_secs() / 60) as i64, (left.as_secs() % 60) as i64);
        let mut prompts = vec!["vm-youhave".to_owned()];
        for (count, unit) in [(minutes, "queue-minutes"), (seconds, "queue-seconds")] {
            if count > 0 {
                prompts.extend(say::prompts("en", Saying::Number(count)));
                prompts.push(unit.to_owned());
            }
        }
        let mut queue = false;
        for prompt in &prompts {
            if let Some(source) = self.open_sound(prompt).await {
                queue = self.begin(source, queue).is_some();
            }
        }
    }

    pub(super) async fn open_sound(&self, name: &str) -> Option<Source> {
        let language = self.facts().language.clone();
        let codec = self.codec().unwrap_or(Codec::Ulaw);
        let opened = self.core().sounds.open(name, &language, codec).await;
        let warn = |error: &dyn std::fmt::Display| tracing::warn!(channel = %self.name(), prompt = name, %error, "unable to play");
        let opened = opened.inspect_err(|error| warn(error)).ok()?;
        self.publish_with(EventKind::Prompt, |channel| PbxEvent::Prompt { channel, name: name.into() });
        test_event!(self.core(), "PLAYBACK", [("Message", name), ("Channel", self.name())]);
        Some(opened)
    }

    fn begin(&self, source: Source, queue: bool) -> Option<PlayId> {
        self.media()?.play(source, PlayOptions { queue, ..PlayOptions::default() }).ok()
    }

    /// Plays a source to its end, or until one of the digits in `stop` is pressed.
    pub async fn play_source(&mut self, source: Source, stop: &str) -> Result<PlayEnd, Interrupted> {
        match self.begin(source, false) {
            Some(play) => self.until_finished(play, stop).await,
            None => Ok(PlayEnd::Missing),
        }
    }

    async fn until_finished(&mut self, play: PlayId, stop: &str) -> Result<PlayEnd, Interrupted> {
        let end = loop {
            match self.next_event(None).await {
                Ok(Event::Finished { play: finished, .. }) if finished == play => {
                    return Ok(PlayEnd::Finished);
                }
                Ok(Event::Digit { digit, .. }) if stop.contains(digit) => break Ok(PlayEnd::Digit(digit)),
                Ok(_) if self.port_events.is_none() => return Ok(PlayEnd::Missing),
                Ok(_) => {}
                Err(interrupted) => break Err(interrupted),
            }
        };
        self.stop_playing();
        end
    }

    /// Stops whatever plays.
    pub fn stop_playing(&mut self) {
        self.tone = None;
        if let Some(port) = self.media() {
            let _ = port.stop_playing();
        }
    }

    /// Plays a tone that has an end, or one without end until the channel is gone.
    pub async fn play_tone_through(&mut self, tone: Tone) -> Result<PlayEnd, Interrupted> {
        self.play_source(Source::Tone(tone.into()), "").await
    }

    /// Plays a tone until it is stopped: one of the zone's (`ring`, `busy`, …) or a script (`440+480/2000,0/4000`).
    pub fn play_tone(&mut self, tone: &str) -> Result<(), String> {
        self.stop_tone();
        let zone = self.facts().tone_zone.clone();
        let script = self.core().tone(&zone, tone).unwrap_or_else(|| tone.to_owned());
        let tone = Tone::parse(&script).map_err(|error| error.to_string())?;
        self.tone = self.begin(Source::Tone(tone.into()), false);
        Ok(())
    }

    /// Stops the tone.
    pub fn stop_tone(&mut self) {
        if let (Some(play), Some(port)) = (self.tone.take(), self.leg.media()) {
            let _ = port.stop_play(play);
        }
    }

    /// Tells the caller that it rings: a message before the answer, a tone after it.
    pub async fn ring(&mut self) {
        if self.is_up() {
            let _ = self.play_tone("ring");
        } else {
            self.tell(LegCommand::Ringing).await;
        }
    }

    /// Refuses an unanswered call with `cause`; plays `tone` to an answered one until it hangs up or the time is over.
    pub async fn refuse(
        &mut self,
        cause: Cause,
        tone: &str,
        timeout: Option<Duration>,
    ) -> Result<(), Interrupted> {
        if self.is_up() {
            let _ = self.play_tone(tone);
            self.wait_for_hangup(timeout).await?;
        }
        self.hang_up(cause);
        Ok(())
    }

    /// Sends the far end its own audio back, or stops that.
    fn loop_back(&self, on: bool) {
        if let Some(port) = self.media() {
            let _ = port.loop_back(on);
        }
    }

    /// Sends all audio and digits back until `#` is pressed.
    pub async fn echo(&mut self) -> Result<(), Interrupted> {
        self.loop_back(true);
        let ended = self.echo_digits().await;
        self.loop_back(false);
        ended
    }

    async fn echo_digits(&mut self) -> Result<(), Interrupted> {
        while let Some(digit) = self.wait_for_digit(None).await?.filter(|digit| *digit != '#') {
            self.echo_digit(digit).await;
        }
        Ok(())
    }

    /// Sends a digit back unless the audio path does so itself.
    async fn echo_digit(&mut self, digit: char) {
        if !self.media().is_some_and(obelus_engine::PortHandle::relays_digits) {
            self.send_digit(digit, None).await;
        }
    }
}
