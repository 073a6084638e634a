//! Prompts that a digit or the program's next command stops.

use std::time::Duration;

use obelus_core::channel::Either;
use obelus_core::channel::{Channel, Event, Interrupted};
use obelus_core::engine::{PlayId, PlayOptions, Source};
use obelus_core::media::Codec;
use tokio::time::Instant;

use super::session::Session;

/// How a play ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It was played whole.
    Finished,
    /// This digit stopped it.
    Digit(char),
    /// The program has sent its next command, or is gone.
    NextCommand,
    /// There is nothing to play, or nowhere to play it.
    Missing,
}

/// A play's end and how far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Played {
    /// What ended it, or that the channel is gone.
    pub(super) end: Result<End, Interrupted>,
    pub(super) position: Duration,
}

/// Opens a prompt in the channel's language.
pub(super) async fn open(channel: &Channel, name: &str) -> Option<Source> {
    let language = channel.facts().language.clone();
    let opened = channel.core().sounds.open(name, &language, codec(channel)).await;
    let warn = |error: &dyn std::fmt::Display| tracing::warn!(channel = %channel.name(), prompt = name, %error, "unable to play");
    opened.inspect_err(|error| warn(error)).ok()
}

/// The channel's codec.
pub(super) fn codec(channel: &Channel) -> Codec {
    channel.codec().unwrap_or(Codec::Ulaw)
}

impl Session {
    /// Plays one prompt from a position, until a digit of `stop` or the next command.
    pub(super) async fn play(
        &mut self,
        channel: &mut Channel,
        source: Source,
        stop: &str,
        from: Duration,
    ) -> Played {
        let whole = source.duration();
        let began = Instant::now();
        let play = begin(channel, source, PlayOptions { from, ..PlayOptions::default() });
        let end = self.until_end(channel, play, stop).await;
        let position = from + began.elapsed();
        let position = match (end, whole) {
            (Ok(End::Finished), Some(whole)) => whole,
            (_, Some(whole)) => position.min(whole),
            (_, None) => position,
        };
        Played { end, position }
    }

    /// Plays prompts without a gap, until a digit of `stop` or the next command; those that are missing are left out.
    pub(super) async fn play_all(
        &mut self,
        channel: &mut Channel,
        names: &[String],
        stop: &str,
    ) -> Result<End, Interrupted> {
        let mut last = None;
        for name in names {
            if let Some(source) = open(channel, name).await {
                let options = PlayOptions { queue: last.is_some(), ..PlayOptions::default() };
                last = begin(channel, source, options).or(last);
            }
        }
        match last {
            None if !names.is_empty() => Ok(End::Missing),
            None => Ok(End::Finished),
            last => self.until_end(channel, last, stop).await,
        }
    }

    async fn until_end(
        &mut self,
        channel: &mut Channel,
        play: Option<PlayId>,
        stop: &str,
    ) -> Result<End, Interrupted> {
        let Some(play) = play else { return Ok(End::Missing) };
        let end = loop {
            match channel.next_event_or(None, self.connection.ready()).await {
                Ok(Either::Event(Event::Finished { play: finished, .. })) if finished == play => {
                    return Ok(End::Finished);
                }
                Ok(Either::Event(Event::Digit { digit, .. })) if stop.contains(digit) => {
                    break Ok(End::Digit(digit));
                }
                Ok(Either::Event(_)) => {}
                Ok(Either::Side(())) => break Ok(End::NextCommand),
                Err(interrupted) => break Err(interrupted),
            }
        };
        channel.stop_playing();
        end
    }

    /// Waits for a digit; `None` when the time is over, [`End::NextCommand`] when the program does not wait for it.
    pub(super) async fn digit(
        &mut self,
        channel: &mut Channel,
        timeout: Option<Duration>,
    ) -> Result<Option<End>, Interrupted> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            match channel.next_event_or(deadline, self.connection.ready()).await? {
                Either::Event(Event::Digit { digit, .. }) => return Ok(Some(End::Digit(digit))),
                Either::Event(Event::Deadline) => return Ok(None),
                Either::Event(_) => {}
                Either::Side(()) => return Ok(Some(End::NextCommand)),
            }
        }
    }
}

pub(super) fn begin(channel: &Channel, source: Source, options: PlayOptions) -> Option<PlayId> {
    channel.media()?.play(source, options).ok()
}
