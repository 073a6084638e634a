//! `CONTROL STREAM FILE`: a prompt that the caller can wind and hold.

use std::time::Duration;

use obelus_core::channel::{Channel, Either, Event, Interrupted};
use obelus_core::engine::{PlayId, PlayOptions, Seek};
use tokio::time::Instant;

use super::{Entry, Reply, word};
use crate::agi::playing::{begin, open};
use crate::agi::session::Session;
use crate::agi::words::number;

pub(super) const COMMANDS: &[Entry] = &[Entry {
    name: "control stream file",
    synopsis: "Plays a prompt that the caller controls.",
    syntax: "CONTROL STREAM FILE FILENAME ESCAPE_DIGITS [SKIPMS] [FFCHAR] [REWCHR] [PAUSECHR] [OFFSETMS]",
    description: "Plays a prompt; FFCHAR (#) and REWCHR (*) wind it by SKIPMS (3000), PAUSECHR holds it and lets it go on, the escape digits end it. Result 0, the digit's code, or -1, with endpos=milliseconds, -1 at the end of the prompt; sets CPLAYBACKSTATUS, CPLAYBACKOFFSET and CPLAYBACKSTOPKEY.",
    runs_dead: false,
    run: |session, channel, words| Box::pin(control_stream_file(session, channel, words)),
}];

/// What the digits do.
struct Keys<'a> {
    stop: &'a str,
    forward: &'a str,
    back: &'a str,
    pause: &'a str,
    skip: Duration,
}

/// Where the play is, on the channel's own clock.
struct Place {
    base: Duration,
    since: Option<Instant>,
    whole: Option<Duration>,
    /// It was played to its end.
    ended: bool,
}

impl Place {
    fn now(&self) -> Duration {
        let position = self.base + self.since.map_or(Duration::ZERO, |since| since.elapsed());
        self.whole.map_or(position, |whole| position.min(whole))
    }

    fn go_to(&mut self, position: Duration) {
        self.base = position;
        self.since = self.since.map(|_| Instant::now());
    }
}

async fn control_stream_file(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    if !(5..=10).contains(&words.len()) {
        return Reply::Usage;
    }
    let read = |index: usize, default: i64| words.get(index).map_or(Some(default), |text| number(text));
    let (Some(skip), Some(offset)) = (read(5, 3000), read(9, 0)) else { return Reply::Usage };
    let milliseconds = |number: i64| Duration::from_millis(u64::try_from(number).unwrap_or(0));
    let key = |index: usize, default: &'static str| match word(words, index) {
        "" => default,
        key => key,
    };
    let keys = Keys {
        stop: word(words, 4),
        forward: key(6, "#"),
        back: key(7, "*"),
        pause: key(8, ""),
        skip: milliseconds(skip),
    };
    let offset = milliseconds(offset);
    let Some(source) = open(channel, word(words, 3)).await else {
        return ended(channel, Err(()), None);
    };
    let mut place =
        Place { base: offset, since: Some(Instant::now()), whole: source.duration(), ended: false };
    let play = begin(channel, source, PlayOptions { from: offset, ..PlayOptions::default() });
    let Some(play) = play else { return ended(channel, Err(()), None) };
    let end = control(session, channel, play, &keys, &mut place).await;
    let position = (!place.ended).then(|| place.now());
    ended(channel, end.map_err(|_| ()), position)
}

/// Sets the variables and answers; neither the end of the prompt nor a prompt that is missing is a position, which Asterisk writes as -1.
fn ended(channel: &mut Channel, end: Result<Option<char>, ()>, position: Option<Duration>) -> Reply {
    let position = position.map_or("-1".to_owned(), |position| position.as_millis().to_string());
    let status = match end {
        Ok(Some(digit)) => {
            channel.set_variable("CPLAYBACKSTOPKEY", digit.to_string());
            "USERSTOPPED"
        }
        Ok(None) => "SUCCESS",
        Err(()) => "ERROR",
    };
    channel.set_variable("CPLAYBACKSTATUS", status);
    channel.set_variable("CPLAYBACKOFFSET", position.clone());
    match end {
        Ok(digit) => {
            Reply::result(format_args!("{} endpos={position}", digit.map_or(0, |digit| digit as u32)))
        }
        Err(()) => Reply::Bad(format!("result=-1 endpos={position}")),
    }
}

/// Plays to the end, until a stop digit or until the program goes.
async fn control(
    session: &mut Session,
    channel: &mut Channel,
    play: PlayId,
    keys: &Keys<'_>,
    place: &mut Place,
) -> Result<Option<char>, Interrupted> {
    let end = loop {
        match channel.next_event_or(None, session.connection.ready()).await {
            Ok(Either::Event(Event::Finished { play: finished, .. })) if finished == play => {
                place.ended = true;
                return Ok(None);
            }
            Ok(Either::Event(Event::Digit { digit, .. })) if keys.stop.contains(digit) => {
                break Ok(Some(digit));
            }
            Ok(Either::Event(Event::Digit { digit, .. })) => press(channel, digit, keys, place),
            Ok(Either::Event(_)) => {}
            Ok(Either::Side(())) => break Ok(None),
            Err(interrupted) => break Err(interrupted),
        }
    };
    channel.stop_playing();
    place.base = place.now();
    place.since = None;
    end
}

/// A refusal of the engine leaves the play as it is.
fn press(channel: &Channel, digit: char, keys: &Keys<'_>, place: &mut Place) {
    let Some(port) = channel.media() else { return };
    let now = place.now();
    if keys.pause.contains(digit) {
        let pausing = place.since.is_some();
        let done = if pausing { port.pause() } else { port.resume() };
        if done.is_ok() {
            place.base = now;
            place.since = (!pausing).then(Instant::now);
        }
    } else if keys.forward.contains(digit) {
        if port.seek(Seek::Forward(keys.skip)).is_ok() {
            place.go_to(now + keys.skip);
        }
    } else if keys.back.contains(digit) && port.seek(Seek::Back(keys.skip)).is_ok() {
        place.go_to(now.saturating_sub(keys.skip));
    }
}
