//! A prompt that the listener pauses, winds and stops with digits: `ControlPlayback`.

use std::time::Duration;

use obelus_engine::{PlayId, PlayOptions, PortHandle, Seek};
use tokio::time::Instant;

use crate::channel::{Channel, Event, Interrupted};

/// How long the engine may take to say how far a stopped play had come.
const PATIENCE: Duration = Duration::from_secs(1);

/// Which digits do what; each may be any of several, or none.
#[derive(Clone, Copy, Debug)]
pub struct PlayKeys<'a> {
    /// Goes on by `skip`.
    pub forward: &'a str,
    /// Goes back by `skip`.
    pub rewind: &'a str,
    /// Ends it.
    pub stop: &'a str,
    /// Pauses, and plays on.
    pub pause: &'a str,
    /// Begins again.
    pub restart: &'a str,
    /// How far a wind goes.
    pub skip: Duration,
}

/// How a controlled play ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlledEnd {
    /// It was played to its end.
    Finished,
    /// This digit stopped it at this position.
    Stopped(char, Duration),
    /// There is nothing to play; the reason is in the log.
    Missing,
}

/// What a digit does to the play.
enum Control {
    Stop,
    Seek(Seek),
    Pause,
    Nothing,
}

impl PlayKeys<'_> {
    fn control(&self, digit: char) -> Control {
        match digit {
            digit if self.stop.contains(digit) => Control::Stop,
            digit if self.pause.contains(digit) => Control::Pause,
            digit if self.restart.contains(digit) => Control::Seek(Seek::To(Duration::ZERO)),
            digit if self.forward.contains(digit) => Control::Seek(Seek::Forward(self.skip)),
            digit if self.rewind.contains(digit) => Control::Seek(Seek::Back(self.skip)),
            _ => Control::Nothing,
        }
    }
}

impl Channel {
    /// Plays a prompt from a position on, under the listener's control.
    pub async fn play_controlled(
        &mut self,
        name: &str,
        keys: PlayKeys<'_>,
        from: Duration,
    ) -> Result<ControlledEnd, Interrupted> {
        let Some(source) = self.open_sound(name).await else { return Ok(ControlledEnd::Missing) };
        let Some(port) = self.media().cloned() else { return Ok(ControlledEnd::Missing) };
        let options = PlayOptions { from, ..PlayOptions::default() };
        let Ok(play) = port.play(source, options) else { return Ok(ControlledEnd::Missing) };
        let end = self.control(&port, play, keys).await;
        if end.is_err() {
            self.stop_playing();
        }
        end
    }

    async fn control(
        &mut self,
        port: &PortHandle,
        play: PlayId,
        keys: PlayKeys<'_>,
    ) -> Result<ControlledEnd, Interrupted> {
        let mut paused = false;
        loop {
            let digit = match self.next_event(None).await? {
                Event::Finished { play: finished, .. } if finished == play => {
                    return Ok(ControlledEnd::Finished);
                }
                Event::Digit { digit, .. } => digit,
                _ if port.is_closed() => return Ok(ControlledEnd::Missing),
                _ => continue,
            };
            let done = match keys.control(digit) {
                Control::Stop => {
                    let position = self.stopped_at(port, play).await?;
                    return Ok(ControlledEnd::Stopped(digit, position));
                }
                Control::Pause => {
                    paused = !paused;
                    if paused { port.pause() } else { port.resume() }
                }
                Control::Seek(seek) => {
                    let sought = port.seek(seek);
                    // Whoever winds wants to listen.
                    if std::mem::take(&mut paused) { sought.and_then(|()| port.resume()) } else { sought }
                }
                Control::Nothing => Ok(()),
            };
            if let Err(error) = done {
                tracing::debug!(channel = %self.name(), %error, "the play did not obey");
            }
        }
    }

    async fn stopped_at(&mut self, port: &PortHandle, play: PlayId) -> Result<Duration, Interrupted> {
        let deadline = Instant::now() + PATIENCE;
        let _ = port.stop_play(play);
        loop {
            match self.next_event(Some(deadline)).await? {
                Event::Finished { play: finished, position, .. } if finished == play => return Ok(position),
                Event::Deadline => return Ok(Duration::ZERO),
                _ => {}
            }
        }
    }
}
