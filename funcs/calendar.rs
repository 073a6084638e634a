//! Times as text and text as times, by the directives of strftime(3) and strptime(3).

use jiff::fmt::strtime::{BrokenDownTime, Config};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use obelus_core::clock::Clock;
use obelus_core::function::FunctionError;

/// The time zone of this name, or rule such as `EST5EDT`; the clock's own for an empty text.
pub(crate) fn zone(clock: &Clock, name: &str) -> Result<TimeZone, FunctionError> {
    if name.is_empty() {
        return Ok(clock.zone());
    }
    TimeZone::get(name)
        .or_else(|_| TimeZone::posix(name))
        .map_err(|_| FunctionError::arguments(format!("`{name}` is no time zone")))
}

/// A time by a format; directives that there are not stay as they are written.
pub(crate) fn show(time: &Zoned, format: &str) -> Result<String, FunctionError> {
    BrokenDownTime::from(time)
        .to_string_with_config(&Config::new().lenient(true), translated(format))
        .map_err(|error| FunctionError::arguments(format!("`{format}`: {error}")))
}

/// The moment that a text names by a format, in a zone unless the text has its own.
///
/// What the format leaves open is the beginning of its unit: a day without a time is midnight.
pub(crate) fn read(text: &str, format: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (parts, _) = BrokenDownTime::parse_prefix(translated(format), text).ok()?;
    if let Some(timestamp) = parts.timestamp() {
        return Some(timestamp);
    }
    let date = parts.to_date().ok()?;
    let time = parts.to_time().unwrap_or(jiff::civil::Time::midnight());
    if let Some(offset) = parts.offset() {
        return offset.to_timestamp(date.to_datetime(time)).ok();
    }
    date.to_datetime(time).to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

/// The format in jiff's directives: `%q` is Asterisk's for fractions, `%3f` jiff's; the locale is always C.
fn translated(format: &str) -> String {
    let mut translated = String::with_capacity(format.len());
    let mut rest = format;
    while let Some((before, behind)) = rest.split_once('%') {
        translated.push_str(before);
        let (directive, length) = directive(behind);
        translated.push_str(&directive);
        rest = behind.get(length..).unwrap_or("");
    }
    translated.push_str(rest);
    translated
}

/// The directive behind a percent sign in jiff's words, and how long it was.
fn directive(text: &str) -> (String, usize) {
    let mut letters = text.chars();
    let (first, second) = (letters.next(), letters.next());
    match (first, second) {
        (Some('q'), _) => ("%3f".to_owned(), 1),
        (Some(digits @ '1'..='6'), Some('q')) => (format!("%{digits}f"), 2),
        (Some('c'), _) => ("%a %b %e %H:%M:%S %Y".to_owned(), 1),
        (Some('x'), _) => ("%m/%d/%y".to_owned(), 1),
        (Some('X'), _) => ("%H:%M:%S".to_owned(), 1),
        (Some('r'), _) => ("%I:%M:%S %p".to_owned(), 1),
        // Other digits and eras are those of the C locale: none.
        (Some('E' | 'O'), Some(letter)) => (format!("%{letter}"), 1 + letter.len_utf8()),
        (Some(letter), _) => (format!("%{letter}"), letter.len_utf8()),
        (None, _) => ("%%".to_owned(), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str, expected: &str) {
        let time = Timestamp::from_millisecond(1_772_452_805_123).unwrap().to_zoned(TimeZone::UTC);
        assert_eq!(show(&time, format).as_deref(), Ok(expected), "{format}");
    }

    #[test]
    fn the_directives_of_strftime_are_served() {
        check("%a %A %b %B %h", "Mon Monday Mar March Mar");
        check("%C %d %D %e %F", "20 02 03/02/26  2 2026-03-02");
        check("%g %G %H %I %j %k %l", "26 2026 12 12 061 12 12");
        check("%m %M %n%t%p %P", "03 00 \n\tPM pm");
        check("%R %s %S %T", "12:00 1772452805 05 12:00:05");
        check("%u %U %V %w %W %y %Y", "1 09 10 1 09 26 2026");
        check("%z %Z %%", "+0000 UTC %");
        check("%c|%x|%X|%r", "Mon Mar  2 12:00:05 2026|03/02/26|12:00:05|12:00:05 PM");
        check("%q|%1q|%6q|%Ey|%Od", "123|1|123000|26|02");
        check("%-d %_m 100%", "2  3 100%");
    }

    #[test]
    fn a_time_is_read_by_its_format() {
        let check = |text, format, expected: Option<i64>| {
            let read = read(text, format, &TimeZone::get("America/Chicago").unwrap());
            assert_eq!(read.map(Timestamp::as_second), expected, "{text}");
        };
        check("2006-03-01 07:30:35", "%Y-%m-%d %H:%M:%S", Some(1_141_219_835));
        check("2006-03-01", "%F", Some(1_141_192_800));
        check("1141219835", "%s", Some(1_141_219_835));
        check("2006-03-01 07:30:35 +0000", "%Y-%m-%d %H:%M:%S %z", Some(1_141_198_235));
        check("2006-03-01 07:30:35 more", "%Y-%m-%d %H:%M:%S", Some(1_141_219_835));
        check("yesterday", "%Y", None);
        check("07:30", "%H:%M", None);
    }
}
