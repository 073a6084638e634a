//! `RECORD FILE`: what the caller says, in a file.

use std::time::Duration;

use obelus_core::channel::{Channel, RecordEnd, RecordRules};
use obelus_core::media::file::FileFormat;

use super::{Entry, Reply, word};
use crate::agi::playing::{End, open};
use crate::agi::session::Session;
use crate::agi::words::number;

pub(super) const COMMANDS: &[Entry] = &[Entry {
    name: "record file",
    synopsis: "Records what the caller says.",
    syntax: "RECORD FILE FILENAME FORMAT ESCAPE_DIGITS TIMEOUT [OFFSET_SAMPLES] [BEEP] [S=SILENCE]",
    description: "Records into a file, which lies among the sounds unless its name begins with a slash, until a digit of the escape digits, for TIMEOUT milliseconds or without end for -1, or until so many seconds of silence. With an offset it goes on at the end of a file that is there. Result is 0 (timeout), the digit's code (dtmf), or -1 (hangup), each with endpos=samples; -1 (writefile) if the file cannot be written; and if a digit stops the beep its code (randomerror).",
    runs_dead: false,
    run: |session, channel, words| Box::pin(record_file(session, channel, words)),
}];

/// So much of the end is cut off, where a digit may be heard.
const DIGIT_CUT: Duration = Duration::from_millis(200);

/// What stands behind the timeout.
struct Wishes {
    offset: u64,
    beep: bool,
    silence: Option<Duration>,
}

impl Wishes {
    /// Each of the three may be left out: an offset is a number, the silence begins with `s=`, anything else is a beep.
    fn read(words: &[String]) -> Wishes {
        let (first, second) = (words.get(6), words.get(7));
        let offset = first.and_then(|text| number(text));
        let is_silence = |text: &String| text.starts_with("s=");
        let silence =
            words.iter().skip(6).take(3).find_map(|text| text.split_once("s=")).map(|(_, text)| text);
        let seconds = silence.and_then(number).and_then(|seconds| u64::try_from(seconds).ok());
        Wishes {
            offset: offset.and_then(|offset| u64::try_from(offset).ok()).unwrap_or(0),
            beep: first.is_some_and(|text| offset.is_none() && !is_silence(text))
                || second.is_some_and(|text| !is_silence(text)),
            silence: seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs),
        }
    }
}

async fn record_file(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    let (6.., Some(timeout)) = (words.len(), words.get(5).and_then(|text| number(text))) else {
        return Reply::Usage;
    };
    let wishes = Wishes::read(words);
    let stop = word(words, 4);
    if wishes.beep
        && let Some(reply) = beep(session, channel, stop, wishes.offset).await
    {
        return reply;
    }
    let extension = word(words, 3);
    let Some(format) = FileFormat::from_name(extension) else {
        tracing::warn!(channel = %channel.name(), "RECORD FILE: there is no format `{extension}`");
        return unwritten();
    };
    let path = channel.recording_path(word(words, 2), extension);
    let rules = RecordRules {
        path: &path,
        format,
        append: wishes.offset > 0,
        silence: wishes.silence,
        keep_silence: false,
        most: u64::try_from(timeout).ok().map(Duration::from_millis),
        stop,
        digit_cut: DIGIT_CUT,
    };
    let (end, recorded) = match channel.record(rules).await {
        Ok(ended) => ended,
        Err(error) => {
            tracing::warn!(channel = %channel.name(), %error, "RECORD FILE");
            return unwritten();
        }
    };
    let samples = recorded.duration.as_micros() * u128::from(format.codec().sample_rate()) / 1_000_000;
    let position = u128::from(wishes.offset) + samples;
    match end {
        RecordEnd::Digit(digit) => Reply::result(format_args!("{} (dtmf) endpos={position}", digit as u32)),
        RecordEnd::Silence | RecordEnd::Timeout => {
            Reply::result(format_args!("0 (timeout) endpos={position}"))
        }
        RecordEnd::Interrupted(_) => Reply::Bad(format!("result=-1 (hangup) endpos={position}")),
    }
}

fn unwritten() -> Reply {
    Reply::Bad("result=-1 (writefile)".to_owned())
}

/// Plays the beep; what is answered if nothing is to be recorded after it.
async fn beep(session: &mut Session, channel: &mut Channel, stop: &str, offset: u64) -> Option<Reply> {
    let failed = |result: i64| Some(Reply::result(format_args!("{result} (randomerror) endpos={offset}")));
    let Some(source) = open(channel, "beep").await else { return failed(-1) };
    match session.play(channel, source, stop, Duration::ZERO).await.end {
        Ok(End::Digit(digit)) => failed(i64::from(digit as u32)),
        Ok(End::Finished | End::NextCommand | End::Missing) => None,
        Err(_) => failed(-1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agi::words;

    #[test]
    fn what_stands_behind_the_timeout_may_be_left_out() {
        let check = |rest: &str, offset: u64, beep: bool, silence: Option<u64>| {
            let wishes = Wishes::read(&words::split(&format!("RECORD FILE x wav # 5000 {rest}")));
            let expected = (offset, beep, silence.map(Duration::from_secs));
            assert_eq!((wishes.offset, wishes.beep, wishes.silence), expected, "{rest}");
        };
        check("", 0, false, None);
        check("BEEP", 0, true, None);
        check("0 BEEP s=3", 0, true, Some(3));
        check("800 s=3", 800, false, Some(3));
        check("s=3", 0, false, Some(3));
        check("BEEP s=3", 0, true, Some(3));
        check("0 s=0", 0, false, None);
    }
}
