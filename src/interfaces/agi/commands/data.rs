//! `GET DATA`: a prompt and the digits that follow.

use std::time::Duration;

use obelus_core::channel::{Channel, DIGITS, Interrupted};

use super::{Entry, Reply, word};
use crate::agi::playing::{End, open};
use crate::agi::session::Session;
use crate::agi::words::number;

pub(super) const COMMANDS: &[Entry] = &[Entry {
    name: "get data",
    synopsis: "Plays a prompt and reads digits.",
    syntax: "GET DATA FILE [TIMEOUT] [MAXDIGITS]",
    description: "Plays a prompt, which the first digit stops, and reads digits up to # or the most. TIMEOUT milliseconds count for the first digit and between two; without it 6 and 2 seconds do, a negative one has no end. Result is the digits, with (timeout) if the time ended them, or -1.",
    runs_dead: false,
    run: |session, channel, words| Box::pin(get_data(session, channel, words)),
}];

/// Until the first digit, and between two.
const USUAL: (Duration, Duration) = (Duration::from_secs(6), Duration::from_secs(2));

/// The most digits where nobody says how many.
const MOST: usize = 1024;

/// What was read.
enum Data {
    Whole(String),
    TimedOut(String),
    NextCommand,
}

async fn get_data(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    if words.len() < 3 {
        return Reply::Usage;
    }
    let timeout = number(word(words, 3)).unwrap_or(0);
    let times = match u64::try_from(timeout) {
        Ok(0) => (Some(USUAL.0), Some(USUAL.1)),
        Ok(milliseconds) => {
            (Some(Duration::from_millis(milliseconds)), Some(Duration::from_millis(milliseconds)))
        }
        Err(_) => (None, None),
    };
    let most = words.get(4).map_or(Some(MOST), |text| most(text));
    let Some(most) = most else { return Reply::result(-1) };
    match read(session, channel, word(words, 2), times, most).await {
        Ok(Some(Data::Whole(digits))) => Reply::result(digits),
        Ok(Some(Data::TimedOut(digits))) => Reply::result(format_args!("{digits} (timeout)")),
        Ok(Some(Data::NextCommand)) => Reply::None,
        Ok(None) | Err(_) => Reply::result(-1),
    }
}

/// How many digits a text allows; `None` for none at all, which nothing can fulfil.
fn most(text: &str) -> Option<usize> {
    let most = number(text).and_then(|most| usize::try_from(most).ok());
    most.filter(|most| *most > 0).map(|most| most.min(MOST))
}

/// Plays and reads; `None` where there is no such prompt.
async fn read(
    session: &mut Session,
    channel: &mut Channel,
    prompt: &str,
    (first, next): (Option<Duration>, Option<Duration>),
    most: usize,
) -> Result<Option<Data>, Interrupted> {
    let mut digits = String::new();
    if !prompt.is_empty() {
        let Some(source) = open(channel, prompt).await else { return Ok(None) };
        match session.play(channel, source, DIGITS, Duration::ZERO).await.end? {
            End::Digit('#') => return Ok(Some(Data::Whole(digits))),
            End::Digit(digit) => digits.push(digit),
            End::NextCommand => return Ok(Some(Data::NextCommand)),
            End::Finished | End::Missing => {}
        }
    }
    while digits.len() < most {
        let timeout = if digits.is_empty() { first } else { next };
        match session.digit(channel, timeout).await? {
            Some(End::Digit('#')) => break,
            Some(End::Digit(digit)) => digits.push(digit),
            Some(_) => return Ok(Some(Data::NextCommand)),
            None => return Ok(Some(Data::TimedOut(digits))),
        }
    }
    Ok(Some(Data::Whole(digits)))
}
