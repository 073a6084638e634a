//! `dateformat`: how the time of a line is written.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A format in the manner of strftime(3), with Asterisk's `%q` for fractions of a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFormat {
    written: String,
    translated: String,
}

impl DateFormat {
    /// Asterisk's default.
    pub const DEFAULT: &'static str = "%b %e %T";

    /// Reads a format; the error says that strftime does not know it.
    pub fn parse(text: &str) -> Result<DateFormat, String> {
        let format = DateFormat { written: text.to_owned(), translated: translate(text) };
        let sample = Zoned::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        strtime::format(&format.translated, &sample)
            .map_err(|_| format!("`{text}` is no format of strftime(3)"))?;
        Ok(format)
    }

    /// The format as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// A time in a zone.
    pub fn show(&self, time: Timestamp, zone: &TimeZone) -> String {
        let zoned = time.to_zoned(zone.clone());
        // Tried when the format was read.
        strtime::format(&self.translated, &zoned).unwrap_or_default()
    }
}

impl Default for DateFormat {
    fn default() -> DateFormat {
        DateFormat { written: DateFormat::DEFAULT.to_owned(), translated: DateFormat::DEFAULT.to_owned() }
    }
}

/// `%3q` is strftime's `%3f`; `%q` alone means milliseconds.
fn translate(text: &str) -> String {
    let mut translated = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, directive) = rest.split_at(at);
        translated.push_str(before);
        let mut letters = directive.chars().skip(1);
        let length = match (letters.next(), letters.next()) {
            (Some('q'), _) => {
                translated.push_str("%3f");
                2
            }
            (Some(digits @ '1'..='6'), Some('q')) => {
                translated.push('%');
                translated.push(digits);
                translated.push('f');
                3
            }
            (Some(letter), _) => {
                translated.push('%');
                translated.push(letter);
                1 + letter.len_utf8()
            }
            (None, _) => {
                translated.push('%');
                1
            }
        };
        rest = directive.get(length..).unwrap_or("");
    }
    translated.push_str(rest);
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str, expected: &str) {
        let time: Timestamp = "2026-11-01T02:39:05.123456Z".parse().unwrap();
        let shown = DateFormat::parse(format).map(|format| format.show(time, &TimeZone::UTC));
        assert_eq!(shown.as_deref(), Ok(expected), "{format}");
    }

    #[test]
    fn asterisks_formats_are_known() {
        check(DateFormat::DEFAULT, "Nov  1 02:39:05");
        check("%F %T", "2026-11-01 02:39:05");
        check("%F %T.%3q", "2026-11-01 02:39:05.123");
        check("%T.%q|%1q|%6q", "02:39:05.123|1|123456");
        check("100%% %H", "100% 02");
    }

    #[test]
    fn an_unknown_directive_is_refused() {
        assert!(DateFormat::parse("%F %&").is_err());
        assert!(DateFormat::parse("%").is_err());
    }
}
