//! What the arguments of `MixMonitor` ask for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use obelus_core::app::Arguments;
use obelus_core::engine::{RecordFile, RecordOptions, Voices};
use obelus_core::help::OptionHelp;
use obelus_core::media::file::FileFormat;

pub(super) static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('a', "Append to files that are there."),
    OptionHelp::flag('b', "Write only what is heard while the channel is bridged."),
    OptionHelp::maybe('B', "interval", "Play a beep every so many seconds, 15 by default."),
    OptionHelp::flag('d', "Delete the files as soon as the command is done."),
    OptionHelp::value('v', "x", "Change the volume of what the channel says, by -4 to 4."),
    OptionHelp::value('V', "x", "Change the volume of what the channel hears, by -4 to 4."),
    OptionHelp::value('W', "x", "Change both volumes, by -4 to 4."),
    OptionHelp::value('r', "file", "Write what the channel says into a file of its own."),
    OptionHelp::value('t', "file", "Write what the channel hears into a file of its own."),
    OptionHelp::flag(
        'D',
        "Write both voices side by side, as stereo without a header; the extension must be raw.",
    ),
    OptionHelp::flag('n', "Lay no silence into the files of r and t to keep them in step."),
    OptionHelp::flag('S', "Accepted from earlier times; files are in step unless n is given."),
    OptionHelp::value('i', "chanvar", "Put the id of this recording into a variable."),
    OptionHelp::flag('p', "Play a beep at the start."),
    OptionHelp::flag('P', "Play a beep at the stop."),
    OptionHelp::value('s', "seconds", "Begin so late."),
];

/// A recording that is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    /// Where both voices go, if they are wanted.
    pub(super) mixed: Option<PathBuf>,
    pub(super) received: Option<PathBuf>,
    pub(super) sent: Option<PathBuf>,
    pub(super) append: bool,
    pub(super) interleaved: bool,
    pub(super) in_step: bool,
    pub(super) only_bridged: bool,
    pub(super) volume: [i32; 2],
    pub(super) after: Duration,
    pub(super) delete: bool,
    pub(super) id_variable: Option<String>,
    pub(super) beep_at_start: bool,
    pub(super) beep_at_stop: bool,
    pub(super) beep_every: Option<Duration>,
}

impl Request {
    /// Reads the arguments; files without a path lie in `folder`.
    pub(super) fn parse(arguments: &Arguments, folder: &Path) -> Result<Request, String> {
        let file = |name: &str| folder.join(with_known_extension(name.trim()));
        let of = |letter: char| arguments.option_value(letter).map(file);
        let mixed = arguments.get(0).filter(|name| !name.trim().is_empty()).map(file);
        if mixed.is_none() && !arguments.option('r') && !arguments.option('t') {
            return Err("it needs a file name".to_owned());
        }
        let both = volume(arguments, 'W')?;
        Ok(Request {
            mixed,
            received: of('r'),
            sent: of('t'),
            append: arguments.option('a'),
            interleaved: arguments.option('D'),
            in_step: !arguments.option('n'),
            only_bridged: arguments.option('b'),
            volume: [both.or(volume(arguments, 'v')?), both.or(volume(arguments, 'V')?)]
                .map(Option::unwrap_or_default),
            after: after(arguments)?,
            delete: arguments.option('d'),
            id_variable: arguments.option_value('i').map(str::to_owned),
            beep_at_start: arguments.option('p'),
            beep_at_stop: arguments.option('P'),
            beep_every: arguments.option('B').then(|| every(arguments)).transpose()?,
        })
    }

    /// What the engine is to do; `is_bridged` says whether the channel is in a bridge.
    pub(super) fn options(
        &self,
        is_bridged: impl Fn() -> bool + Send + 'static,
    ) -> Result<RecordOptions, String> {
        let together = if self.interleaved { Voices::Interleaved } else { Voices::Mixed };
        let wanted =
            [(&self.mixed, together), (&self.received, Voices::Received), (&self.sent, Voices::Sent)];
        let files = wanted.into_iter().filter_map(|(path, voices)| Some((path.clone()?, voices)));
        let files = files.map(|(path, voices)| {
            let (path, format) = with_format(path)?;
            Ok(RecordFile { path, format, voices, append: self.append })
        });
        Ok(RecordOptions {
            files: files.collect::<Result<_, String>>()?,
            in_step: self.in_step,
            volume: self.volume,
            after: self.after,
            only_while: self.only_bridged.then(|| Box::new(is_bridged) as Box<dyn Fn() -> bool + Send>),
        })
    }

    /// All files, for who deletes them.
    pub(super) fn paths(&self) -> impl Iterator<Item = PathBuf> {
        let named = [&self.mixed, &self.received, &self.sent].into_iter().flatten().cloned();
        named.filter_map(|path| Some(with_format(path).ok()?.0))
    }
}

/// The name that the file gets: `wav49` is an old word for `WAV`.
fn with_known_extension(name: &str) -> String {
    match name.strip_suffix(".wav49") {
        Some(stem) => format!("{stem}.WAV"),
        None => name.to_owned(),
    }
}

/// The file, and its format by its extension; without one it holds bare samples and is called `.raw`.
fn with_format(path: PathBuf) -> Result<(PathBuf, FileFormat), String> {
    let Some(extension) = path.extension() else { return with_format(path.with_extension("raw")) };
    let extension = extension.to_string_lossy();
    let format = FileFormat::from_extension(&extension);
    let format = format.ok_or_else(|| format!("there is no format `{extension}` to record in"))?;
    Ok((path, format))
}

/// How many times louder or softer, of a step between -4 and 4.
fn volume(arguments: &Arguments, letter: char) -> Result<Option<i32>, String> {
    let Some(text) = arguments.option_value(letter) else { return Ok(None) };
    let step = text.trim().parse::<i32>().ok().filter(|step| (-4..=4).contains(step));
    let step = step.ok_or_else(|| format!("the volume must be a number between -4 and 4, not `{text}`"))?;
    let times = 1 << step.unsigned_abs();
    Ok(Some(match step {
        0 => 0,
        1.. => times,
        _ => -times,
    }))
}

fn after(arguments: &Arguments) -> Result<Duration, String> {
    let Some(text) = arguments.option_value('s') else { return Ok(Duration::ZERO) };
    let seconds = text.trim().parse::<f64>().ok().filter(|seconds| *seconds >= 1.0);
    let after = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    after.ok_or_else(|| format!("`{text}` is no number of seconds from 1 on"))
}

fn every(arguments: &Arguments) -> Result<Duration, String> {
    let text = arguments.option_value('B').filter(|text| !text.is_empty()).unwrap_or("15");
    let seconds = text.trim().parse::<u32>().ok().filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or_else(|| format!("`{text}` is no number of seconds"))?;
    Ok(Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use obelus_core::app::App;

    use super::*;
    use crate::mix_monitor::MixMonitor;

    fn parse(text: &str) -> Result<Request, String> {
        Request::parse(&Arguments::parse(MixMonitor.help(), text)?, Path::new("/m"))
    }

    fn check(text: &str, expected: Request) {
        assert_eq!(parse(text), Ok(expected), "{text}");
    }

    #[test]
    fn files_lie_in_the_folder_of_recordings_unless_they_say_where() {
        let plain = || Request { in_step: true, ..Request::default() };
        check("a/b.wav", Request { mixed: Some("/m/a/b.wav".into()), ..plain() });
        check("/x/b.wav49", Request { mixed: Some("/x/b.WAV".into()), ..plain() });
        let two = Request { received: Some("/m/in.wav".into()), sent: Some("/x/out.wav".into()), ..plain() };
        check(",r(in.wav)t(/x/out.wav)", two);
    }

    #[test]
    fn options_are_read() {
        let expected = Request {
            mixed: Some("/m/x.raw".into()),
            append: true,
            interleaved: true,
            volume: [4, -8],
            after: Duration::from_millis(2500),
            id_variable: Some("ID".to_owned()),
            ..Request::default()
        };
        check("x.raw,aDnv(2)V(-3)i(ID)s(2.5)", expected);
        let both =
            Request { mixed: Some("/m/x".into()), in_step: true, volume: [16, 16], ..Request::default() };
        check("x,W(4)", both);
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for text in ["", ",a", "x,v(5)", "x,W(loud)", "x,s(0)", "x,B(0)", "x,m(1000)", "x,c"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn formats_go_by_the_extension() {
        let check = |path: &str, expected: Result<(&str, &str), &str>| {
            let found = with_format(path.into());
            let found =
                found.as_ref().map(|(path, format)| (path.to_str().unwrap_or_default(), format.name()));
            assert_eq!(found.map_err(|reason| reason.as_str()), expected, "{path}");
        };
        check("/m/x", Ok(("/m/x.raw", "sln")));
        check("/m/x.wav", Ok(("/m/x.wav", "wav")));
        check("/m/x.WAV", Err("there is no format `WAV` to record in"));
    }
}
