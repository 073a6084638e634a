//! Dialplan applications: the traits, how an application may end, and what many of them read alike.

mod arguments;
mod instant;

use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_dialplan::Timing;

pub use arguments::Arguments;
pub use instant::InstantApp;

use crate::channel::{Channel, Interrupted};
use crate::function::Privilege;
use crate::help::Help;
use crate::mention::Mention;

/// A dialplan application, such as `Dial`; one file in `apps/` each.
///
/// One that never waits, such as `NoOp`, is an [`InstantApp`], and by that an `App`.
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

    /// Runs where it need not wait, which costs no allocation; `None` where it must, and then nothing has been done.
    ///
    /// For applications that wait only now and then, as `Set` does for a function.
    fn at_once(&self, _channel: &mut Channel, _arguments: &Arguments) -> Option<Result<Flow, AppError>> {
        None
    }

    /// Runs on the channel's own task, whether it must wait or not.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
