//! Dialplan applications: the trait, the parsed arguments, and how an application may end.

use std::borrow::Cow;
use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_dialplan::Timing;
use smallvec::SmallVec;

use crate::channel::{Channel, Interrupted};
use crate::function::Privilege;
use crate::help::{ArgumentKind, Help, OptionHelp};
use crate::mention::Mention;

/// A dialplan application, such as `Dial`; one file in `apps/` each.
#[async_trait]
pub trait App: Send + Sync {
    /// The name in `extensions.conf`; case does not matter there.
    fn name(&self) -> &'static str;

    /// What it does, its arguments and its option letters; arguments are read by this table.
    fn help(&self) -> &'static Help;

    /// Who may run it from outside the dialplan.
    fn privilege(&self) -> Privilege {
        Privilege::Anyone
    }

    /// Looks at arguments that hold no variable when the plan is loaded, beyond what the table says.
    fn check(&self, _arguments: &Arguments) -> Result<(), String> {
        Ok(())
    }

    /// What the arguments name, for the checks while a plan is loaded.
    fn mentions<'a>(&self, _arguments: &'a Arguments) -> Vec<Mention<'a>> {
        Vec::new()
    }

    /// Runs on the channel's own task.
    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError>;
}

/// What the interpreter does after an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on with the next priority.
    Continue,
    /// Go on at the position that the application has set with [`Channel::go_to`].
    Jump,
    /// These digits were dialled while it ran: collect more, then look for the extension.
    Dialled(String),
    /// The caller dialled nothing in time: go to `t`.
    TimedOut,
    /// The extension is not complete: collect more digits behind those dialled, then look for the longer one.
    Incomplete,
    /// Hang the channel up.
    Hangup,
}

/// Why an application did not end by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// The channel is gone, or somebody sends it elsewhere.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// It cannot be done; the reason is logged with file and line, and the channel is hung up.
    #[error("{0}")]
    Failed(String),
}

impl AppError {
    /// A failure with its reason.
    pub fn failed(reason: impl Into<String>) -> AppError {
        AppError::Failed(reason.into())
    }
}

/// The arguments of one run, split and checked by the application's [`Help`].
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    text: Box<str>,
    pieces: SmallVec<[Piece; 4]>,
    options: Options,
}

/// Letters and their values.
type Options = SmallVec<[(char, Option<Box<str>>); 4]>;

/// One argument: a part of the text, or a copy where quotes or backslashes were taken away.
#[derive(Clone, Debug)]
enum Piece {
    Part(Range<u32>),
    Copy(Box<str>),
}

impl Arguments {
    /// Splits `text` by the table; the error says what is wrong in the user's words.
    pub fn parse(help: &Help, text: &str) -> Result<Arguments, String> {
        Arguments::read_by(help, text, None)
    }

    /// Splits a text in which [`Mention::UNKNOWN`] stands for what is not known yet; the error is wrong whatever comes.
    pub fn sketch(help: &Help, text: &str) -> Result<Arguments, String> {
        Arguments::read_by(help, text, Some(Mention::UNKNOWN))
    }

    fn read_by(help: &Help, text: &str, unknown: Option<char>) -> Result<Arguments, String> {
        if help.arguments.is_empty() && !text.trim().is_empty() {
            return Err("it takes no arguments".to_owned());
        }
        let rest = help.arguments.iter().position(|argument| matches!(argument.kind, ArgumentKind::Rest));
        let mut arguments = Arguments { text: text.into(), ..Arguments::default() };
        arguments.pieces = pieces(text, rest.map_or(usize::MAX, |index| index + 1));
        for (index, argument) in help.arguments.iter().enumerate() {
            // A substitution may bring the commas, and with them what seems to be missing.
            let is_settled = || unknown.is_none_or(|unknown| !text.contains(unknown));
            if argument.required && arguments.text(index).is_empty() && is_settled() {
                return Err(format!("the argument `{}` is missing", argument.name));
            }
            if let ArgumentKind::Options(known) = argument.kind {
                arguments.options = read_options(known, arguments.text(index), unknown)?;
            }
        }
        Ok(arguments)
    }

    /// The argument at `index`, `None` where it was left away.
    pub fn get(&self, index: usize) -> Option<&str> {
        let piece = self.pieces.get(index)?;
        Some(self.read(piece)).filter(|text| !text.is_empty())
    }

    /// The argument at `index`, empty where it was left away.
    pub fn text(&self, index: usize) -> &str {
        self.get(index).unwrap_or("")
    }

    /// All arguments from `index` on, empty ones included.
    pub fn from(&self, index: usize) -> impl Iterator<Item = &str> {
        self.pieces.iter().skip(index).map(|piece| self.read(piece))
    }

    /// How many arguments stand there.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The text as it was written, after substitution.
    pub fn whole(&self) -> &str {
        &self.text
    }

    /// The argument at `index` as seconds, perhaps with a fraction; nothing, zero and less are `None`.
    pub fn seconds(&self, index: usize) -> Result<Option<Duration>, String> {
        seconds(self.text(index))
    }

    /// The argument at `index` as milliseconds, perhaps with a unit; nothing, zero and less are `None`.
    pub fn milliseconds(&self, index: usize) -> Result<Option<Duration>, String> {
        milliseconds(self.text(index))
    }

    /// The argument at `index` as a whole number that is not negative.
    pub fn number(&self, index: usize) -> Result<Option<u32>, String> {
        let read = |text: &str| text.trim().parse().map_err(|_| format!("`{text}` is no number"));
        self.get(index).map(read).transpose()
    }

    /// Whether the option letter was given.
    pub fn option(&self, letter: char) -> bool {
        self.options.iter().any(|option| option.0 == letter)
    }

    /// The value in the option's parentheses; `None` where letter or parentheses are missing.
    pub fn option_value(&self, letter: char) -> Option<&str> {
        self.options.iter().find(|option| option.0 == letter)?.1.as_deref()
    }

    fn read<'a>(&'a self, piece: &'a Piece) -> &'a str {
        match piece {
            Piece::Part(range) => self.text.get(range.start as usize..range.end as usize).unwrap_or(""),
            Piece::Copy(text) => text,
        }
    }
}

/// Reads seconds, perhaps with a fraction or another unit (`h`, `m`, `s`, `ms`); nothing, zero and less are `None`.
pub fn seconds(text: &str) -> Result<Option<Duration>, String> {
    length_of_time(text, 1.0).ok_or_else(|| format!("`{}` is no number of seconds", text.trim()))
}

/// Reads milliseconds, perhaps with a fraction or another unit; nothing, zero and less are `None`.
pub fn milliseconds(text: &str) -> Result<Option<Duration>, String> {
    length_of_time(text, 0.001).ok_or_else(|| format!("`{}` is no number of milliseconds", text.trim()))
}

/// The outer `None` is for what cannot be read; `unit` is in seconds.
fn length_of_time(text: &str, unit: f64) -> Option<Option<Duration>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    let is_number = |char: char| char.is_ascii_digit() || matches!(char, '.' | '-' | '+');
    let (number, word) = text.split_at(text.find(|char| !is_number(char)).unwrap_or(text.len()));
    let unit = match word.trim().to_ascii_lowercase().as_str() {
        "" => unit,
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        "ms" => 0.001,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Some(Duration::try_from_secs_f64(number * unit).ok().filter(|duration| !duration.is_zero()))
}

/// Whether a condition holds, as `GotoIf` and others see it: a text that begins with a whole number by that number
/// (so `0.5` does not), any other unless it is empty.
pub fn is_true(condition: &str) -> bool {
    let condition = condition.trim();
    let digits = condition.strip_prefix(['-', '+']).unwrap_or(condition);
    let digits = digits.split(|char: char| !char.is_ascii_digit()).next().unwrap_or("");
    match digits {
        "" => !condition.is_empty(),
        digits => digits.bytes().any(|digit| digit != b'0'),
    }
}

/// Splits `condition?yes:no`; the `:` of `yes` counts only outside of parentheses.
pub fn split_condition(text: &str) -> Result<(&str, &str, &str), String> {
    let (condition, rest) = text.split_once('?').ok_or("there is no `?` after the condition")?;
    let mut depth = 0_i32;
    let colon = rest.bytes().position(|byte| {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        byte == b':' && depth <= 0
    });
    let (yes, no) =
        colon.map_or((rest, ""), |at| (rest.get(..at).unwrap_or(""), rest.get(at + 1..).unwrap_or("")));
    Ok((condition, yes.trim(), no.trim()))
}

/// Splits `times,weekdays,days,months[,timezone]?rest`; the error says what is no time.
pub fn split_timing(text: &str) -> Result<(Timing, &str), String> {
    let (time, rest) = text.split_once('?').ok_or("there is no `?` after the time")?;
    let (timing, complaints) = Timing::parse(time, &|name| TimeZone::get(name).ok());
    match complaints.into_iter().next() {
        Some(complaint) => Err(complaint),
        None => Ok((timing, rest)),
    }
}

/// `Dial` and `PJSIP/1` of `Dial(PJSIP/1)`; `None` for an empty text.
pub fn call_of(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let (name, rest) = text.split_once('(').unwrap_or((text, ""));
    Some((name.trim(), rest.strip_suffix(')').unwrap_or(rest)))
}

fn pieces(text: &str, limit: usize) -> SmallVec<[Piece; 4]> {
    let start = text.as_ptr() as usize;
    let part = |piece: Cow<'_, str>| match piece {
        Cow::Borrowed(piece) => {
            let at = (piece.as_ptr() as usize - start) as u32;
            Piece::Part(at..at + piece.len() as u32)
        }
        Cow::Owned(piece) => Piece::Copy(piece.into()),
    };
    obelus_dialplan::split_arguments(text, limit).into_iter().map(part).collect()
}

/// Reads option letters with their values; `unknown` stands for letters and values that are not known yet.
fn read_options(known: &[OptionHelp], text: &str, unknown: Option<char>) -> Result<Options, String> {
    let mut options = SmallVec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((_, letter)) = letters.next() {
        if letter.is_whitespace() {
            continue;
        }
        if Some(letter) == unknown {
            // Its last letter may have the value that follows.
            skip_value(text, &mut letters);
            continue;
        }
        let option = known
            .iter()
            .find(|option| option.letter == letter)
            .ok_or_else(|| unknown_option(known, letter))?;
        let mut value = None;
        if let Some(&(open, '(')) = letters.peek() {
            let close = closing_parenthesis(text, open).ok_or(format!("option `{letter}`: missing `)`"))?;
            if option.value.is_empty() {
                return Err(format!("option `{letter}` takes no value"));
            }
            value = text.get(open + 1..close).map(Into::into);
            while letters.next_if(|(at, _)| *at <= close).is_some() {}
        } else if !option.value_optional && letters.peek().is_none_or(|(_, next)| Some(*next) != unknown) {
            return Err(format!("option `{letter}` needs a value: {letter}({})", option.value));
        }
        options.push((letter, value));
    }
    Ok(options)
}

fn skip_value(text: &str, letters: &mut Peekable<CharIndices<'_>>) {
    let Some(&(open, '(')) = letters.peek() else { return };
    let close = closing_parenthesis(text, open).unwrap_or(text.len());
    while letters.next_if(|(at, _)| *at <= close).is_some() {}
}

fn unknown_option(known: &[OptionHelp], letter: char) -> String {
    let letters: String = known.iter().map(|option| option.letter).collect();
    format!("unknown option `{letter}`; the options are `{letters}`")
}

fn closing_parenthesis(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::help::Argument;

    static DIAL: Help = Help {
        synopsis: "Test.",
        arguments: &[
            Argument::required("resource", ""),
            Argument::optional("timeout", ""),
            Argument::options(&[
                OptionHelp::flag('g', ""),
                OptionHelp::value('L', "x[:y[:z]]", ""),
                OptionHelp::maybe('m', "class", ""),
            ]),
        ],
        description: "",
        see_also: &[],
    };

    #[test]
    fn arguments_and_options_are_found_by_the_table() {
        let arguments = Arguments::parse(&DIAL, "PJSIP/1&Local/2@x(a,b),20,gL(1000:(2),x)m").expect("valid");
        assert_eq!(arguments.text(0), "PJSIP/1&Local/2@x(a,b)");
        assert_eq!(arguments.get(1), Some("20"));
        assert_eq!(arguments.option_value('L'), Some("1000:(2),x"));
        assert!(arguments.option('g') && arguments.option('m') && !arguments.option('x'));
        assert_eq!(arguments.option_value('m'), None);
    }

    #[test]
    fn a_condition_is_a_number_or_a_text() {
        for yes in ["1", "-2", " 10", "no", "-", "1x", ".5"] {
            assert!(is_true(yes), "{yes}");
        }
        for no in ["", " ", "0", "-0", "00", "0.5", "0x10"] {
            assert!(!is_true(no), "{no}");
        }
    }

    #[test]
    fn a_timing_ends_at_the_question_mark() {
        let split = |text| split_timing(text).map(|(_, rest)| rest);
        assert_eq!(split("9:00-17:00,mon-fri,*,*,Europe/Berlin?open,s,1:shut"), Ok("open,s,1:shut"));
        assert_eq!(split("*,*,*,*"), Err("there is no `?` after the time".to_owned()));
        assert_eq!(split("*,someday,*,*?x"), Err("`someday` is no day of the week".to_owned()));
        assert_eq!(split("*,*,*,*,Mars?x"), Err("`Mars` is no time zone".to_owned()));
    }

    #[test]
    fn a_time_may_name_its_unit() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(seconds(text), Ok(expected.map(Duration::from_millis)), "{text}");
        };
        check("", None);
        check("2.5", Some(2500));
        check("250ms", Some(250));
        check("2 m", Some(120_000));
        check("0.5H", Some(1_800_000));
        check("-1", None);
        assert_eq!(milliseconds("0.5s"), Ok(Some(Duration::from_millis(500))));
        assert_eq!(milliseconds("250"), Ok(Some(Duration::from_millis(250))));
        for wrong in ["soon", "5 parsecs", "mm", "1e9", "."] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check =
            |text: &str, error: &str| assert_eq!(Arguments::parse(&DIAL, text).err().as_deref(), Some(error));
        check("", "the argument `resource` is missing");
        check("a,,q", "unknown option `q`; the options are `gLm`");
        check("a,,L", "option `L` needs a value: L(x[:y[:z]])");
        check("a,,L(5", "option `L`: missing `)`");
        check("a,,g(5)", "option `g` takes no value");
    }

    #[test]
    fn a_sketch_is_wrong_only_where_no_value_can_help() {
        for fine in ["?", "a,,?", "a,,g?", "a,,L?", "a,,?(5)g", "a,?,L(?)g", "a,?", "?,,m(?)?(x)"] {
            let sketch = Arguments::sketch(&DIAL, &fine.replace('?', "\u{fffd}"));
            assert!(sketch.is_ok(), "{fine}: {sketch:?}");
        }
        for wrong in ["a,,q?", "a,,?q", "a,?,g(1)", ",20", "a,,?L"] {
            assert!(Arguments::sketch(&DIAL, &wrong.replace('?', "\u{fffd}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_rest_keeps_its_commas() {
        static REST: Help = Help {
            synopsis: "",
            arguments: &[Argument::required("level", ""), Argument::rest("text", false, "")],
            description: "",
            see_also: &[],
        };
        let arguments = Arguments::parse(&REST, "3,a,b,c").expect("valid");
        assert_eq!(arguments.text(1), "a,b,c");
    }
}
