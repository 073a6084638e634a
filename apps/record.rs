//! `Record(filename.format[,silence[,maxduration[,options]]])`: record what the caller says.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, DIGITS, LastRecording, RecordEnd, RecordRules};
use obelus_core::help::{Argument, Help, OptionHelp};
use obelus_core::media::file::FileFormat;
use tokio::time::Instant;

pub(crate) struct Record;

static HELP: Help = Help {
    synopsis: "Record to a file.",
    arguments: &[
        Argument::required(
            "filename.format",
            "The file, among the sounds if it has no path, and its format as extension (wav, wav16, sln, ulaw, alaw …). %d becomes the first number that makes a new name.",
        ),
        Argument::optional("silence", "Seconds of silence that end it; none by default."),
        Argument::optional("maxduration", "The most seconds; no limit by default."),
        Argument::options(OPTIONS),
    ],
    description: "Answers the call, plays a beep and records what the caller says, until he presses # or one of the limits is reached. When he hangs up meanwhile, the file is deleted.\n\n\
        RECORDED_FILE becomes the name without its extension. RECORD_STATUS becomes DTMF, OPERATOR, SILENCE, TIMEOUT, HANGUP, SKIP or ERROR.",
    see_also: &["RECORDING_INFO", "MixMonitor"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('a', "Append to a file that is there."),
    OptionHelp::flag('n', "Do not answer the call first."),
    OptionHelp::flag('o', "0 ends the recording as well; RECORD_STATUS becomes OPERATOR."),
    OptionHelp::flag('q', "Play no beep."),
    OptionHelp::flag('s', "Do nothing unless the call is answered."),
    OptionHelp::flag('t', "* ends the recording, instead of #."),
    OptionHelp::flag('u', "Do not cut the silence off that ended the recording."),
    OptionHelp::flag('x', "No digit ends the recording."),
    OptionHelp::flag('k', "Keep the file when the caller hangs up."),
    OptionHelp::flag('y', "Any digit ends the recording."),
];

/// A digit is heard a little before it is known.
const DIGIT_CUT: Duration = Duration::from_millis(250);

/// Name and extension: behind the last dot, or a colon where there is none.
fn split_name(file: &str) -> Option<(&str, &str)> {
    file.rsplit_once('.').or_else(|| file.split_once(':'))
}

/// The name with its `%d` replaced by the first number that makes a new one.
fn numbered(channel: &Channel, name: &str, extension: &str) -> String {
    if !name.contains("%d") {
        return name.to_owned();
    }
    let names = (0_u32..).map(|number| name.replace("%d", &number.to_string()));
    let mut free = names.filter(|name| !channel.recording_path(name, extension).exists());
    free.next().unwrap_or_else(|| name.to_owned())
}

/// The digits that end the recording.
fn stop_digits(arguments: &Arguments) -> String {
    let mut digits = match arguments {
        arguments if arguments.option('y') => DIGITS.to_owned(),
        arguments if arguments.option('x') => String::new(),
        arguments if arguments.option('t') => "*".to_owned(),
        _ => "#".to_owned(),
    };
    if arguments.option('o') && !digits.contains('0') {
        digits.push('0');
    }
    digits
}

/// Whole seconds; what is none counts as nothing, and is logged.
fn limit(channel: &Channel, arguments: &Arguments, index: usize) -> Option<Duration> {
    let text = arguments.get(index)?.trim();
    match text.parse::<u32>() {
        Ok(seconds) => Some(Duration::from_secs(seconds.into())).filter(|limit| !limit.is_zero()),
        Err(_) => {
            tracing::warn!(channel = %channel.name(), text, "Record: not a number of seconds");
            None
        }
    }
}

/// Records; returns `RECORD_STATUS`, and the interruption if there was one.
async fn record(
    channel: &mut Channel,
    arguments: &Arguments,
    path: PathBuf,
    format: FileFormat,
) -> Result<&'static str, AppError> {
    let stop = stop_digits(arguments);
    let rules = RecordRules {
        path: &path,
        format,
        append: arguments.option('a'),
        silence: limit(channel, arguments, 1),
        keep_silence: arguments.option('u'),
        most: limit(channel, arguments, 2),
        stop: &stop,
        digit_cut: DIGIT_CUT,
    };
    let started = Instant::now();
    let recorded = channel.record(rules).await;
    channel.datastore.insert(LastRecording(started.elapsed()));
    match recorded {
        Err(error) => {
            tracing::warn!(channel = %channel.name(), %error, "nothing is recorded");
            Ok("ERROR")
        }
        Ok((_, recorded)) if recorded.failed.is_some() => Ok("ERROR"),
        Ok((RecordEnd::Digit('0'), _)) if arguments.option('o') => Ok("OPERATOR"),
        Ok((RecordEnd::Digit(_), _)) => Ok("DTMF"),
        Ok((RecordEnd::Silence, _)) => Ok("SILENCE"),
        Ok((RecordEnd::Timeout, _)) => Ok("TIMEOUT"),
        Ok((RecordEnd::Interrupted(interrupted), _)) => {
            channel.set_variable("RECORD_STATUS", "HANGUP");
            if !arguments.option('k')
                && let Err(error) = tokio::fs::remove_file(&path).await
            {
                tracing::debug!(%error, path = %path.display(), "a recording is not deleted");
            }
            Err(interrupted.into())
        }
    }
}

#[async_trait]
impl App for Record {
    fn name(&self) -> &'static str {
        "Record"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let Some((name, extension)) = split_name(arguments.text(0)) else {
            channel.set_variable("RECORD_STATUS", "ERROR");
            return Err(AppError::failed("the file name has no extension"));
        };
        let name = numbered(channel, name, extension);
        channel.set_variable("RECORDED_FILE", name.as_str());
        if !channel.is_up() {
            if arguments.option('s') {
                channel.set_variable("RECORD_STATUS", "SKIP");
                return Ok(Flow::Continue);
            }
            if !arguments.option('n') {
                channel.answer_and_settle().await?;
            }
        }
        let Some(format) = FileFormat::from_extension(extension) else {
            tracing::warn!(channel = %channel.name(), extension, "Record: there is no such format");
            channel.set_variable("RECORD_STATUS", "ERROR");
            return Ok(Flow::Continue);
        };
        if !arguments.option('q')
            && let Err(interrupted) = channel.play("beep", "").await
        {
            channel.set_variable("RECORD_STATUS", "HANGUP");
            return Err(interrupted.into());
        }
        let path = channel.recording_path(&name, extension);
        let status = record(channel, arguments, path, format).await?;
        channel.set_variable("RECORD_STATUS", status);
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use obelus_core::engine::Way;
    use obelus_core::engine::testing::{FakePort, Seen};

    use super::*;
    use crate::testing::pbx;

    /// Records to `voice` in an empty folder while a second of voice is heard and then `happens`; the status and the
    /// milliseconds in the file, if there is one.
    async fn check(options: &str, happens: impl FnOnce(&FakePort, &Caller), expected: (&str, Option<u64>)) {
        let folder = tempfile::tempdir().unwrap();
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        channel.answer().await.unwrap();
        let handle = Caller(channel.handle().clone());
        let arguments = format!("{}/voice.sln,,60,q{options}", folder.path().display());
        let port = far.port();
        let speaks = async {
            // The files are opened by a thread that knows no virtual time.
            while !port.seen().iter().any(|seen| matches!(seen, Seen::Hook(_))) {
                tokio::task::yield_now().await;
            }
            (0..50).for_each(|_| port.carry(Way::Received, 8000, &mut [1000; 160]));
            happens(&port, &handle);
        };
        let (_, ()) = tokio::join!(channel.run_app("Record", &arguments), speaks);
        let size = std::fs::metadata(folder.path().join("voice.sln")).ok().map(|facts| facts.len() / 16);
        assert_eq!(
            (channel.variable("RECORD_STATUS").as_deref(), size),
            (Some(expected.0), expected.1),
            "{options}"
        );
    }

    struct Caller(obelus_core::channel::ChannelHandle);

    fn press(digit: char) -> impl FnOnce(&FakePort, &Caller) {
        move |port, _| port.press(digit, Duration::from_millis(100))
    }

    #[tokio::test(start_paused = true)]
    async fn digits_end_it_as_the_options_say() {
        check("", press('#'), ("DTMF", Some(750))).await;
        check("t", press('*'), ("DTMF", Some(750))).await;
        check("o", press('0'), ("OPERATOR", Some(750))).await;
        check("y", press('5'), ("DTMF", Some(750))).await;
        check("x", press('#'), ("TIMEOUT", Some(1000))).await;
        check("", press('5'), ("TIMEOUT", Some(1000))).await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_hangs_up_leaves_no_file_unless_it_is_to_be_kept() {
        let hang_up = |_: &FakePort, channel: &Caller| channel.0.hangup(Cause::NORMAL_CLEARING);
        check("", hang_up, ("HANGUP", None)).await;
        check("k", hang_up, ("HANGUP", Some(1000))).await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_recorded_is_an_error() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        channel.run_app("Record", "x.sln,,,s").await.unwrap();
        assert_eq!(channel.variable("RECORD_STATUS").as_deref(), Some("SKIP"));
        for (file, goes_on) in
            [("/proc/never/x.wav", true), ("/tmp/x.gsm", true), ("/tmp/x.nonsense", true), ("x", false)]
        {
            let ran = channel.run_app("Record", &format!("{file},,,q")).await;
            assert_eq!(
                (ran.is_ok(), channel.variable("RECORD_STATUS").as_deref()),
                (goes_on, Some("ERROR")),
                "{file}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_number_makes_the_name_new() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a0.sln"), "").unwrap();
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let name = format!("{}/a%d", folder.path().display());
        channel.run_app("Record", &format!("{name}.sln,,1,q")).await.unwrap();
        let expected = name.replace("%d", "1");
        assert_eq!(channel.variable("RECORDED_FILE").as_deref(), Some(expected.as_str()));
        assert!(std::path::Path::new(&format!("{expected}.sln")).exists());
    }
}
