//! What a log channel takes: `[json]notice,warning,verbose(3)`.

use std::sync::Arc;

use obelus_core::conf::suggest;

use super::level::{Level, Levels};

/// The levels that a log channel takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The levels.
    pub levels: Levels,
    /// How verbose; `None` follows the root console.
    pub verbose: Option<u8>,
}

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: date, level, call, module, text.
    #[default]
    Default,
    /// The same with the place in the source, and without colours on a console.
    Plain,
    /// One JSON object a line.
    Json,
}

const FORMATS: [(&str, Format); 3] =
    [("default", Format::Default), ("plain", Format::Plain), ("json", Format::Json)];

/// Levels that Asterisk knows and that nothing here writes.
const SILENT: [&str; 1] = ["fax"];

/// What is wrong with a list of levels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Complaint {
    /// Nobody knows the level.
    #[error("unknown level `{word}`")]
    Unknown {
        /// The word.
        word: String,
        /// What was probably meant.
        suggestion: Option<&'static str>,
    },
    /// Nothing writes lines of this level.
    #[error("nothing writes the level `{0}` yet; it is left out")]
    Silent(String),
    /// What stands in the brackets is no format.
    #[error("unknown format `[{0}]`; it can be `[default]`, `[plain]` or `[json]`")]
    Format(String),
    /// `verbose(` without a number or without its parenthesis.
    #[error("`{0}` is not `verbose(LEVEL)` with a level from 0 to 255")]
    Verbose(String),
}

impl Format {
    /// The name in `logger.conf`.
    pub fn name(self) -> &'static str {
        FORMATS.iter().find(|row| row.1 == self).map_or("default", |row| row.0)
    }
}

impl Filter {
    /// Whether a line of this level, and verbosity if it is a verbose one, passes.
    pub fn passes(&self, level: Level, verbose: u8, root_verbose: u8) -> bool {
        self.levels.contains(level)
            && (level != Level::Verbose || verbose <= self.verbose.unwrap_or(root_verbose))
    }
}

/// Reads the text after the arrow, in which `custom` levels may stand; what is wrong is left out and complained of.
pub(super) fn parse(text: &str, custom: &[Arc<str>]) -> (Format, Filter, Vec<Complaint>) {
    let mut complaints = Vec::new();
    let (format, levels) = split_format(text, &mut complaints);
    let mut filter = Filter::default();
    for word in levels.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match read_word(word, custom, &mut filter) {
            Ok(()) => {}
            Err(complaint) => complaints.push(complaint),
        }
    }
    (format, filter, complaints)
}

fn split_format<'a>(text: &'a str, complaints: &mut Vec<Complaint>) -> (Format, &'a str) {
    let text = text.trim();
    let Some(rest) = text.strip_prefix('[') else { return (Format::Default, text) };
    let (name, levels) = rest.split_once(']').unwrap_or((rest, ""));
    let known = FORMATS.iter().find(|row| row.0.eq_ignore_ascii_case(name.trim()));
    if known.is_none() {
        complaints.push(Complaint::Format(name.to_owned()));
    }
    (known.map_or(Format::Default, |row| row.1), levels)
}

fn read_word(word: &str, custom: &[Arc<str>], filter: &mut Filter) -> Result<(), Complaint> {
    if word == "*" {
        filter.levels = Levels::all();
        return Ok(());
    }
    if let Some(inner) =
        word.get(..8).filter(|start| start.eq_ignore_ascii_case("verbose(")).and_then(|_| word.get(8..))
    {
        let number = inner.strip_suffix(')').and_then(|number| number.trim().parse().ok());
        filter.verbose = Some(number.ok_or_else(|| Complaint::Verbose(word.to_owned()))?);
        filter.levels = filter.levels.with(Level::Verbose);
        return Ok(());
    }
    match Level::parse_with(word, custom) {
        Some(level) => filter.levels = filter.levels.with(level),
        None if SILENT.iter().any(|silent| silent.eq_ignore_ascii_case(word)) => {
            return Err(Complaint::Silent(word.to_owned()));
        }
        None => return Err(unknown(word)),
    }
    Ok(())
}

const WORDS: [&str; 8] = ["debug", "trace", "notice", "warning", "error", "verbose", "dtmf", "security"];

fn unknown(word: &str) -> Complaint {
    Complaint::Unknown { word: word.to_owned(), suggestion: suggest(word, WORDS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, format: Format, levels: &[Level], verbose: Option<u8>, complaints: &[&str]) {
        let (found_format, filter, found) = parse(text, &[]);
        assert_eq!(found_format, format, "{text}");
        assert_eq!(filter.levels.iter().collect::<Vec<_>>(), levels, "{text}");
        assert_eq!(filter.verbose, verbose, "{text}");
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, complaints, "{text}");
    }

    #[test]
    fn levels_are_read_as_asterisk_reads_them() {
        use Level::{Error, Notice, Verbose, Warning};
        check("notice,warning,error", Format::Default, &[Notice, Warning, Error], None, &[]);
        check("[json] NOTICE , verbose(3)", Format::Json, &[Notice, Verbose], Some(3), &[]);
        check("[plain]verbose", Format::Plain, &[Verbose], None, &[]);
        check("verbose(5),*", Format::Default, &Level::all().collect::<Vec<_>>(), Some(5), &[]);
        check("", Format::Default, &[], None, &[]);
    }

    #[test]
    fn what_is_wrong_is_left_out_and_said() {
        check("notice,warnig", Format::Default, &[Level::Notice], None, &["unknown level `warnig`"]);
        let silent = "nothing writes the level `fax` yet; it is left out";
        check("error,fax", Format::Default, &[Level::Error], None, &[silent]);
        let format = "unknown format `[xml]`; it can be `[default]`, `[plain]` or `[json]`";
        check("[xml]error", Format::Default, &[Level::Error], None, &[format]);
        let verbose = "`verbose(much)` is not `verbose(LEVEL)` with a level from 0 to 255";
        check("verbose(much)", Format::Default, &[], None, &[verbose]);
    }

    #[test]
    fn a_verbose_level_holds_for_verbose_lines_alone() {
        let (_, filter, _) = parse("error,verbose(3)", &[]);
        assert!(filter.passes(Level::Verbose, 3, 0) && !filter.passes(Level::Verbose, 4, 9));
        assert!(filter.passes(Level::Error, 0, 0) && !filter.passes(Level::Notice, 0, 0));
        let (_, follows, _) = parse("verbose", &[]);
        assert!(follows.passes(Level::Verbose, 4, 4) && !follows.passes(Level::Verbose, 5, 4));
    }
}
