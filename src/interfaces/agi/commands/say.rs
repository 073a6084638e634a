//! Numbers, letters and times that are said: the `SAY` family.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use obelus_core::channel::Channel;
use obelus_core::say::{self, Case, Saying};

use super::{Entry, Reply, word};
use crate::agi::playing::End;
use crate::agi::session::Session;
use crate::agi::words::number;

/// How `SAY DATE` says a day.
const DATE: &str = "ABdY";

/// How `SAY TIME` says a time.
const TIME: &str = "IMp";

/// How `SAY DATETIME` says both.
const DATE_TIME: &str = "ABdY 'digits/at' IMp";

macro_rules! entry {
    ($name:literal, $syntax:literal, $synopsis:literal, $run:path) => {
        Entry {
            name: $name,
            synopsis: $synopsis,
            syntax: $syntax,
            description: concat!(
                $synopsis,
                " A digit of the escape digits stops it. Result 0, the digit's code, or -1 if the channel is gone."
            ),
            runs_dead: false,
            run: |session, channel, words| Box::pin($run(session, channel, words)),
        }
    };
}

pub(super) const COMMANDS: &[Entry] = &[
    entry!("say alpha", "SAY ALPHA TEXT ESCAPE_DIGITS [CASE]", "Says a text letter by letter.", alpha),
    entry!("say date", "SAY DATE DATE ESCAPE_DIGITS", "Says the day of a Unix time.", date),
    entry!(
        "say datetime",
        "SAY DATETIME TIME ESCAPE_DIGITS [FORMAT] [TIMEZONE]",
        "Says a Unix time by a format.",
        date_time
    ),
    entry!("say digits", "SAY DIGITS NUMBER ESCAPE_DIGITS", "Says a number digit by digit.", digits),
    entry!("say number", "SAY NUMBER NUMBER ESCAPE_DIGITS [GENDER]", "Says a number.", whole_number),
    entry!(
        "say phonetic",
        "SAY PHONETIC TEXT ESCAPE_DIGITS",
        "Says a text by the spelling alphabet.",
        phonetic
    ),
    entry!("say time", "SAY TIME TIME ESCAPE_DIGITS", "Says the time of day of a Unix time.", time),
];

async fn say(session: &mut Session, channel: &mut Channel, saying: Saying<'_>, stop: &str) -> Reply {
    let language = channel.facts().language.clone();
    let prompts = say::prompts(&language, saying);
    match session.play_all(channel, &prompts, stop).await {
        Ok(End::Finished) => Reply::result(0),
        Ok(End::Digit(digit)) => Reply::result(digit as u32),
        Ok(End::NextCommand) => Reply::None,
        Ok(End::Missing) | Err(_) => Reply::failed(),
    }
}

async fn digits(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, digits, stop] = words else { return Reply::Usage };
    if number(digits).is_none() {
        return Reply::Usage;
    }
    say(session, channel, Saying::Digits(digits), stop).await
}

async fn whole_number(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    let (4..=5, Some(number)) = (words.len(), number(word(words, 2))) else { return Reply::Usage };
    say(session, channel, Saying::Number(number), word(words, 3)).await
}

async fn phonetic(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, text, stop] = words else { return Reply::Usage };
    say(session, channel, Saying::Phonetic(text), stop).await
}

async fn alpha(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    if !(4..=5).contains(&words.len()) {
        return Reply::Usage;
    }
    let case = match word(words, 4).chars().next().map(|letter| letter.to_ascii_lowercase()) {
        None | Some('n') => Case::Ignored,
        Some('a') => Case::All,
        Some('l') => Case::Lower,
        Some('u') => Case::Upper,
        Some(_) => return Reply::Usage,
    };
    say(session, channel, Saying::Letters(word(words, 2), case), word(words, 3)).await
}

async fn date(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, text, stop] = words else { return Reply::Usage };
    say_moment(session, channel, text, stop, DATE, "").await
}

async fn time(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, text, stop] = words else { return Reply::Usage };
    say_moment(session, channel, text, stop, TIME, "").await
}

async fn date_time(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    if words.len() < 4 {
        return Reply::Usage;
    }
    let german = channel.facts().language.eq_ignore_ascii_case("de");
    let usual = if german { "A dBY HMS" } else { DATE_TIME };
    let format = words.get(4).map_or(usual, String::as_str);
    say_moment(session, channel, word(words, 2), word(words, 3), format, word(words, 5)).await
}

async fn say_moment(
    session: &mut Session,
    channel: &mut Channel,
    seconds: &str,
    stop: &str,
    format: &str,
    zone: &str,
) -> Reply {
    let moment = number(seconds).and_then(|seconds| Timestamp::from_second(seconds).ok());
    let Some(moment) = moment else { return Reply::Usage };
    let zone = match zone {
        "" => TimeZone::system(),
        name => TimeZone::get(name).unwrap_or_else(|_| {
            tracing::warn!(channel = %channel.name(), "SAY DATETIME: `{name}` is no time zone");
            TimeZone::system()
        }),
    };
    let (at, now): (Zoned, Zoned) =
        (moment.to_zoned(zone.clone()), channel.core().clock.now().to_zoned(zone));
    say(session, channel, Saying::Date { at: &at, now: &now, format }, stop).await
}
