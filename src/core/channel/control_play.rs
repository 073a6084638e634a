//! A prompt that the listener pauses, winds and stops with digits: `ControlPlayback`.

use std::time::Duration;

use obelus_engine::{PlayId, PlayOptions, PortError, PortHandle, Seek};
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
    /// A program stopped it at this position.
    StoppedByProgram(Duration),
    /// There is nothing to play; the reason is in the log.
    Missing,
}

/// What a program asks of what a channel plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// To end it.
    Stop,
    /// To go on by the length of a wind.
    Forward,
    /// To go back by it.
    Reverse,
    /// To pause, or to play on.
    Pause,
    /// To begin again.
    Restart,
}

/// How far programs wind a prompt whose player has not said.
const DEFAULT_SKIP: Duration = Duration::from_secs(3);

/// The play that is under control, kept on the channel meanwhile.
struct Controlled {
    play: PlayId,
    skip: Duration,
    paused: bool,
    stopped: bool,
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
        self.datastore.insert(Controlled { play, skip: keys.skip, paused: false, stopped: false });
        let end = self.control(&port, play, keys).await;
        self.datastore.remove::<Controlled>();
        if end.is_err() {
            self.stop_playing();
        }
        end
    }

    /// Does to what the channel plays what a program asks.
    ///
    /// A prompt that is not under its listener's control can be wound; to pause it or to begin again ends it, as in
    /// Asterisk.
    pub fn steer(&mut self, steer: Steer) {
        let Some(port) = self.media().cloned() else { return };
        let Some(controlled) = self.datastore.get_mut::<Controlled>() else {
            match steer {
                Steer::Forward => obey(self.name(), port.seek(Seek::Forward(DEFAULT_SKIP))),
                Steer::Reverse => obey(self.name(), port.seek(Seek::Back(DEFAULT_SKIP))),
                Steer::Stop | Steer::Pause | Steer::Restart => self.stop_playing(),
            }
            return;
        };
        let done = match steer {
            Steer::Stop => {
                controlled.stopped = true;
                port.stop_play(controlled.play)
            }
            Steer::Pause => controlled.pause(&port),
            Steer::Restart => controlled.seek(&port, Seek::To(Duration::ZERO)),
            Steer::Forward => controlled.seek(&port, Seek::Forward(controlled.skip)),
            Steer::Reverse => controlled.seek(&port, Seek::Back(controlled.skip)),
        };
        obey(self.name(), done);
    }

    async fn control(
        &mut self,
        port: &PortHandle,
        play: PlayId,
        keys: PlayKeys<'_>,
    ) -> Result<ControlledEnd, Interrupted> {
        loop {
            let digit = match self.next_event(None).await? {
                Event::Finished { play: finished, position, .. } if finished == play => {
                    let stopped = self.datastore.get::<Controlled>().is_some_and(|play| play.stopped);
                    return Ok(match stopped {
                        true => ControlledEnd::StoppedByProgram(position),
                        false => ControlledEnd::Finished,
                    });
                }
                Event::Digit { digit, .. } => digit,
                _ if port.is_closed() => return Ok(ControlledEnd::Missing),
                _ => continue,
            };
            let Some(controlled) = self.datastore.get_mut::<Controlled>() else { continue };
            let done = match keys.control(digit) {
                Control::Stop => {
                    let position = self.stopped_at(port, play).await?;
                    return Ok(ControlledEnd::Stopped(digit, position));
                }
                Control::Pause => controlled.pause(port),
                Control::Seek(seek) => controlled.seek(port, seek),
                Control::Nothing => Ok(()),
            };
            obey(self.name(), done);
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

impl Controlled {
    fn pause(&mut self, port: &PortHandle) -> Result<(), PortError> {
        self.paused = !self.paused;
        if self.paused { port.pause() } else { port.resume() }
    }

    fn seek(&mut self, port: &PortHandle, seek: Seek) -> Result<(), PortError> {
        let sought = port.seek(seek);
        // Whoever winds wants to listen.
        if std::mem::take(&mut self.paused) { sought.and_then(|()| port.resume()) } else { sought }
    }
}

fn obey(channel: &str, done: Result<(), PortError>) {
    if let Err(error) = done {
        tracing::debug!(%channel, %error, "the play did not obey");
    }
}
