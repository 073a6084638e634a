//! How a line looks in a file, on a console, in syslog and as JSON.

use std::fmt::Write;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::date::DateFormat;
use super::filter::Format;
use super::level::Level;
use super::line::Line;

/// What all formats share.
#[derive(Clone, Debug)]
pub(super) struct Look {
    /// How times are written.
    pub(super) dates: DateFormat,
    /// The zone that they are shown in.
    pub(super) zone: TimeZone,
    /// Whether lines name their call.
    pub(super) call_ids: bool,
    /// The machine, for JSON.
    pub(super) host: Arc<str>,
}

/// What stands before a verbose line of level 1, 2, …, 10 on a console.
const VERBOSE_PREFIXES: [&str; 10] = [
    " ",
    "  == ",
    "    -- ",
    "       > ",
    "        > ",
    "         > ",
    "          > ",
    "           > ",
    "            > ",
    "             > ",
];

const RESET: &str = "\x1b[0m";
const WHITE: &str = "\x1b[1;37m";
const GRAY: &str = "\x1b[1;30m";

impl Look {
    /// A line of a file, without its end.
    pub(super) fn in_file(&self, line: &Line, format: Format) -> String {
        match format {
            Format::Json => self.json(line),
            Format::Plain => self.plain(line),
            Format::Default => {
                let mut text = self.head(line);
                let _ = write!(text, " {}: ", line.origin.room());
                push_body(&mut text, line, "\n| ");
                text
            }
        }
    }

    /// One or more lines of a console, without the last end.
    pub(super) fn on_console(&self, line: &Line, format: Format, colours: bool) -> String {
        match (line.level, format) {
            (Level::Verbose, Format::Default | Format::Json) => verbose(line, colours),
            (_, Format::Json) => self.json(line),
            (_, Format::Plain) => self.plain(line),
            (_, Format::Default) => self.coloured(line, colours),
        }
    }

    /// The text of a syslog message.
    pub(super) fn in_syslog(&self, line: &Line) -> String {
        let mut text = format!("{}[{}]{}: ", line.level_name(), line.thread, self.call(line));
        let _ = write!(text, "{}:{} in {}: ", line.origin.file_name(), line.origin.line, line.origin.path());
        push_body(&mut text, line, "\n| ");
        text
    }

    /// The text of an entry of the journal, whose fields say the rest.
    pub(super) fn in_journal(&self, line: &Line) -> String {
        let mut text = String::new();
        push_body(&mut text, line, "\n");
        text
    }

    fn head(&self, line: &Line) -> String {
        let date = self.dates.show(line.time, &self.zone);
        format!("[{date}] {}[{}]{}", line.level_name(), line.thread, self.call(line))
    }

    /// `[C-00000001]`, or nothing.
    fn call(&self, line: &Line) -> String {
        line.call.filter(|_| self.call_ids).map_or_else(String::new, |call| format!("[C-{call:08x}]"))
    }

    fn plain(&self, line: &Line) -> String {
        let mut text = self.head(line);
        let _ = write!(text, ": {}:{} {}: ", line.origin.file_name(), line.origin.line, line.origin.path());
        push_body(&mut text, line, "\n| ");
        text
    }

    fn coloured(&self, line: &Line, colours: bool) -> String {
        let paint = Paint(colours);
        let date = self.dates.show(line.time, &self.zone);
        let mut text = format!("[{date}] ");
        paint.push(&mut text, colour(line.level), line.level_name());
        let _ = write!(text, "[{}]{}: ", line.thread, self.call(line));
        paint.push(&mut text, WHITE, line.origin.file_name());
        text.push(':');
        paint.push(&mut text, WHITE, &line.origin.line.to_string());
        text.push(' ');
        paint.push(&mut text, WHITE, line.origin.path());
        text.push_str(": ");
        push_body(&mut text, line, "\n");
        text
    }

    fn json(&self, line: &Line) -> String {
        let call = self.call(line);
        let fields: Map<String, Value> = line
            .fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
            .collect();
        let mut object = json!({
            "hostname": &*self.host,
            "timestamp": self.dates.show(line.time, &self.zone),
            "identifiers": { "lwp": line.thread, "callid": call },
            "logmsg": {
                "location": {
                    "filename": line.origin.file_name(),
                    "function": line.origin.path(),
                    "line": line.origin.line,
                },
                "level": line.level_name(),
                "message": &line.message,
            },
        });
        if !fields.is_empty() {
            object["logmsg"]["fields"] = Value::Object(fields);
        }
        object.to_string()
    }
}

fn verbose(line: &Line, colours: bool) -> String {
    let level = usize::from(line.verbose.min(10));
    let prefix = level.checked_sub(1).and_then(|at| VERBOSE_PREFIXES.get(at));
    let mut before = String::new();
    if let Some(prefix) = prefix {
        Paint(colours).push(&mut before, GRAY, prefix);
    }
    let mut text = before.clone();
    push_body(&mut text, line, &format!("\n{before}"));
    text
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::Debug | Level::Trace | Level::Dtmf => "\x1b[1;32m",
        Level::Notice => "\x1b[1;33m",
        Level::Warning => "\x1b[1;31m",
        Level::Error => "\x1b[0;31m",
        Level::Verbose => "\x1b[0;32m",
        Level::Security | Level::Custom(_) => "\x1b[1;34m",
    }
}

struct Paint(bool);

impl Paint {
    fn push(&self, text: &mut String, colour: &str, word: &str) {
        match self.0 {
            true => [colour, word, RESET].iter().for_each(|part| text.push_str(part)),
            false => text.push_str(word),
        }
    }
}

/// Message and fields; `next_line` goes between the lines of a message that has several.
///
/// What comes from the network cannot end the line, forge another one or command the terminal: only verbose lines,
/// which show whole SIP messages, keep their ends of line, and in a file those go on behind a mark.
fn push_body(text: &mut String, line: &Line, next_line: &str) {
    let message = line.message.trim_end_matches('\n');
    push_clean(text, message, (line.level == Level::Verbose).then_some(next_line));
    for (name, value) in &line.fields {
        let _ = write!(text, " {name}=");
        push_value(text, value);
    }
}

fn push_value(text: &mut String, value: &str) {
    let is_word = !value.is_empty() && !value.contains([' ', '"', '=']);
    if is_word {
        return push_clean(text, value, None);
    }
    text.push('"');
    push_clean(text, &value.replace('\\', "\\\\").replace('"', "\\\""), None);
    text.push('"');
}

fn push_clean(text: &mut String, part: &str, next_line: Option<&str>) {
    for letter in part.chars() {
        match (letter, next_line) {
            ('\n', Some(next_line)) => text.push_str(next_line),
            ('\r', Some(_)) => {}
            ('\t', _) => text.push('\t'),
            (letter, _) if letter.is_control() => text.extend(letter.escape_default()),
            (letter, _) => text.push(letter),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::logger::line::Origin;

    pub(in crate::logger) fn line(level: Level, verbose: u8, message: &str) -> Line {
        Line {
            time: "2026-11-21T02:39:00Z".parse().unwrap(),
            level,
            custom: None,
            verbose,
            call: Some(1),
            channel: Some(1),
            thread: 77,
            origin: Origin {
                module: "obelus_channel_sip::registrar",
                file: "channels/sip/registrar.rs",
                line: 12,
            },
            message: message.to_owned(),
            fields: Vec::new(),
        }
    }

    pub(in crate::logger) fn look() -> Look {
        Look { dates: DateFormat::default(), zone: TimeZone::UTC, call_ids: true, host: "box".into() }
    }

    #[test]
    fn lines_of_a_file_look_like_asterisks() {
        let notice = line(Level::Notice, 0, "Added contact");
        let expected = "[Nov 21 02:39:00] NOTICE[77][C-00000001] sip: Added contact";
        assert_eq!(look().in_file(&notice, Format::Default), expected);
        let expected =
            "[Nov 21 02:39:00] NOTICE[77][C-00000001]: registrar.rs:12 sip::registrar: Added contact";
        assert_eq!(look().in_file(&notice, Format::Plain), expected);
        let without = Look { call_ids: false, ..look() };
        let verbose = line(Level::Verbose, 3, "Executing");
        assert_eq!(
            without.in_file(&verbose, Format::Default),
            "[Nov 21 02:39:00] VERBOSE[77] sip: Executing"
        );
    }

    #[test]
    fn json_has_asterisks_keys() {
        let mut notice = line(Level::Warning, 0, "a \"b\"\n");
        notice.fields.push(("aor", "1001".to_owned()));
        let json: Value = serde_json::from_str(&look().in_file(&notice, Format::Json)).unwrap();
        assert_eq!(json["hostname"], "box");
        assert_eq!(json["timestamp"], "Nov 21 02:39:00");
        assert_eq!(json["identifiers"], json!({"lwp": 77, "callid": "[C-00000001]"}));
        let expected = json!({
            "location": {"filename": "registrar.rs", "function": "sip::registrar", "line": 12},
            "level": "WARNING",
            "message": "a \"b\"\n",
            "fields": {"aor": "1001"},
        });
        assert_eq!(json["logmsg"], expected);
    }

    #[test]
    fn a_console_shows_verbose_lines_indented_by_their_level() {
        let check = |level, message: &str, expected: &str| {
            let line = line(Level::Verbose, level, message);
            assert_eq!(look().on_console(&line, Format::Default, false), expected);
        };
        check(0, "plain", "plain");
        check(1, "one", " one");
        check(3, "Executing [1@a:1]", "    -- Executing [1@a:1]");
        check(4, "a\nb", "       > a\n       > b");
        check(200, "deep", "             > deep");
    }

    #[test]
    fn colours_are_asterisks_and_only_where_wished() {
        let error = line(Level::Error, 0, "x");
        let plain = "[Nov 21 02:39:00] ERROR[77][C-00000001]: registrar.rs:12 sip::registrar: x";
        assert_eq!(look().on_console(&error, Format::Default, false), plain);
        let coloured = look().on_console(&error, Format::Default, true);
        assert!(coloured.starts_with("[Nov 21 02:39:00] \x1b[0;31mERROR\x1b[0m[77]"), "{coloured}");
        assert_eq!(
            look().on_console(&line(Level::Verbose, 2, "x"), Format::Default, true),
            "\x1b[1;30m  == \x1b[0mx"
        );
    }

    #[test]
    fn fields_follow_the_text_and_are_quoted_where_needed() {
        let mut notice = line(Level::Notice, 0, "no such endpoint");
        notice.fields =
            vec![("user", "bob".into()), ("agent", "Phone \"9\"".into()), ("empty", String::new())];
        let text = look().in_file(&notice, Format::Default);
        assert!(text.ends_with(r#"no such endpoint user=bob agent="Phone \"9\"" empty="""#), "{text}");
    }

    #[test]
    fn nobody_forges_a_line_or_commands_the_terminal() {
        let forged = "bad\r\n[Nov 21 02:39:00] NOTICE[1] sip: forged \x1b[2J";
        let notice = line(Level::Notice, 0, forged);
        for text in [look().in_file(&notice, Format::Default), look().in_syslog(&notice)] {
            assert!(
                text.contains(r"bad\r\n[Nov 21") && text.contains(r"\u{1b}[2J") && !text.contains('\n'),
                "{text}"
            );
        }
        let verbose = look().in_file(&line(Level::Verbose, 0, forged), Format::Default);
        assert!(verbose.contains("bad\n| [Nov 21"), "{verbose}");
    }
}
