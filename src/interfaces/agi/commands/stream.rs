//! `STREAM FILE` and `GET OPTION`: a prompt that digits stop.

use std::fmt::Display;
use std::time::Duration;

use obelus_core::channel::Channel;
use obelus_core::verbose;

use super::{Entry, Reply, word};
use crate::agi::playing::{End, codec, open};
use crate::agi::session::Session;
use crate::agi::words::number;

pub(super) const COMMANDS: &[Entry] = &[
    Entry {
        name: "get option",
        synopsis: "Plays a prompt and waits for a digit.",
        syntax: "GET OPTION FILENAME ESCAPE_DIGITS [TIMEOUT]",
        description: "Plays a prompt until a digit of the escape digits comes, then waits so many milliseconds for one; without a timeout the channel's time between digits. Result is the digit's code or 0, with endpos=samples.",
        runs_dead: false,
        run: |session, channel, words| Box::pin(get_option(session, channel, words)),
    },
    Entry {
        name: "stream file",
        synopsis: "Plays a prompt.",
        syntax: "STREAM FILE FILENAME ESCAPE_DIGITS [OFFSET]",
        description: "Plays a prompt from a sample on, until a digit of the escape digits comes. Result 0, the digit's code, or -1, with endpos=samples.",
        runs_dead: false,
        run: |session, channel, words| Box::pin(stream_file(session, channel, words)),
    },
];

async fn stream_file(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    if !(4..=5).contains(&words.len()) {
        return Reply::Usage;
    }
    let offset = match words.get(4).map(|text| number(text)) {
        None => 0,
        Some(Some(offset)) => offset,
        Some(None) => return Reply::Usage,
    };
    let (name, stop) = (word(words, 2), word(words, 3));
    verbose!(
        channel.core(),
        3,
        "<{}> Playing '{name}' (escape_digits={stop}) (sample_offset {offset})",
        channel.name()
    );
    let Some(reply) = play(session, channel, name, stop, offset).await else { return Reply::None };
    let status = if matches!(&reply, Reply::Good(text) if text.starts_with("result=0 ")) {
        "SUCCESS"
    } else {
        "FAILED"
    };
    channel.set_variable("PLAYBACKSTATUS", status);
    reply
}

/// Plays; `None` when the program has sent its next command.
async fn play(
    session: &mut Session,
    channel: &mut Channel,
    name: &str,
    stop: &str,
    offset: i64,
) -> Option<Reply> {
    let failed = |position: &dyn Display| Some(Reply::Bad(format!("result=-1 endpos={position}")));
    let Some(source) = open(channel, name).await else { return failed(&offset) };
    let rate = codec(channel).sample_rate();
    let played = session.play(channel, source, stop, time_of(offset, rate)).await;
    let position = samples(played.position, rate);
    match played.end {
        Ok(End::NextCommand) => None,
        Ok(End::Missing) => failed(&offset),
        Err(_) => failed(&position),
        Ok(End::Digit(digit)) => Some(Reply::result(format_args!("{} endpos={position}", digit as u32))),
        Ok(End::Finished) => Some(Reply::result(format_args!("0 endpos={position}"))),
    }
}

async fn get_option(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    if !(4..=5).contains(&words.len()) {
        return Reply::Usage;
    }
    let timeout = match words.get(4) {
        Some(text) => {
            Duration::from_millis(number(text).and_then(|time| u64::try_from(time).ok()).unwrap_or(0))
        }
        None => channel.timeouts.digit,
    };
    let (name, stop) = (word(words, 2), word(words, 3));
    verbose!(channel.core(), 3, "Playing '{name}' (escape_digits={stop}) (timeout {})", timeout.as_millis());
    let reply = match play(session, channel, name, stop, 0).await {
        Some(reply) => reply,
        None => return Reply::None,
    };
    let Reply::Good(text) = &reply else { return reply };
    let Some(position) = text.strip_prefix("result=0 ") else { return reply };
    match session.digit(channel, Some(timeout)).await {
        Ok(Some(End::Digit(digit))) if stop.contains(digit) => {
            Reply::result(format_args!("{} {position}", digit as u32))
        }
        Ok(_) => reply,
        Err(_) => Reply::Bad(format!("result=-1 {position}")),
    }
}

/// How many samples a time has.
fn samples(time: Duration, rate: u32) -> u128 {
    time.as_micros() * u128::from(rate) / 1_000_000
}

/// When a sample comes; a negative one is the first.
fn time_of(sample: i64, rate: u32) -> Duration {
    let sample = u64::try_from(sample).unwrap_or(0);
    Duration::from_micros(sample.saturating_mul(1_000_000) / u64::from(rate.max(1)))
}
