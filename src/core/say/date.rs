//! Dates and times by Asterisk's format letters, in English.

use jiff::Zoned;

use crate::say::english::{say_number, say_ordinal};

/// What `SayUnixTime` says when nobody says what: "Monday March second two thousand twenty six at twelve thirty p m".
pub const DATE_FORMAT: &str = "ABdY 'digits/at' IMp";

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// The twelfth part of a year, and half of one, in Asterisk's seconds.
const MONTH: i64 = 2_628_000;
const HALF_YEAR: i64 = 6 * MONTH;

/// Whether a format has only letters that mean something; the error names the first other one.
pub fn check_date_format(format: &str) -> Result<(), String> {
    let mut parts = format.split('\'');
    while let Some(letters) = parts.next() {
        if let Some(wrong) = letters.chars().find(|letter| !LETTERS.contains(*letter)) {
            return Err(format!("`{wrong}` is no letter of a date format; there are `{}`", LETTERS.trim()));
        }
        // The prompt between two quotes.
        parts.next();
    }
    Ok(())
}

const LETTERS: &str = "AaBbhmdeYIlHkMNPpQqRST \t";

pub(super) fn say(at: &Zoned, now: &Zoned, format: &str) -> Vec<String> {
    let mut speaker = Speaker { at, now, prompts: Vec::new() };
    for (index, part) in format.split('\'').enumerate() {
        match index % 2 {
            0 => part.chars().for_each(|letter| speaker.letter(letter)),
            _ => speaker.prompt(part),
        }
    }
    speaker.prompts
}

struct Speaker<'a> {
    at: &'a Zoned,
    now: &'a Zoned,
    prompts: Vec<String>,
}

impl Speaker<'_> {
    fn prompt(&mut self, name: &str) {
        self.prompts.push(name.to_owned());
    }

    fn digits(&mut self, name: impl std::fmt::Display) {
        self.prompts.push(format!("digits/{name}"));
    }

    fn letters(&mut self, format: &str) {
        format.chars().for_each(|letter| self.letter(letter));
    }

    fn letter(&mut self, letter: char) {
        let at = self.at;
        let number = |number: i8| u64::from(number.unsigned_abs());
        match letter {
            'A' | 'a' => self.digits(format_args!("day-{}", at.weekday().to_sunday_zero_offset())),
            'B' | 'b' | 'h' => self.digits(format_args!("mon-{}", at.month() - 1)),
            'm' => say_ordinal(number(at.month()), &mut self.prompts),
            'd' | 'e' => say_ordinal(number(at.day()), &mut self.prompts),
            'Y' => self.year(i64::from(at.year())),
            'I' | 'l' => self.digits((at.hour() + 11) % 12 + 1),
            'H' => self.hour(number(at.hour()), 10),
            'k' => self.hour(number(at.hour()), 1),
            'M' => self.two_digits(number(at.minute()), "oclock"),
            'N' => self.two_digits(number(at.minute()), "hundred"),
            'P' | 'p' => self.digits(if at.hour() > 11 { "p-m" } else { "a-m" }),
            'Q' | 'q' => self.relative_day(),
            'R' => self.letters("HM"),
            'S' => self.two_digits(number(at.second()), "0"),
            'T' => self.letters("HMS"),
            _ => {}
        }
    }

    /// There are no words for the years before 1901.
    fn year(&mut self, year: i64) {
        match year {
            2000.. => say_number(year.unsigned_abs(), &mut self.prompts),
            1901..=1999 => {
                self.digits(19);
                if year < 1910 {
                    self.digits("oh");
                }
                say_number(year.unsigned_abs() - 1900, &mut self.prompts);
            }
            _ => {}
        }
    }

    /// "oh" stands before hours below `oh_below`; midnight is nothing but "oh".
    fn hour(&mut self, hour: u64, oh_below: u64) {
        if hour < oh_below {
            self.digits("oh");
        }
        if hour > 0 {
            say_number(hour, &mut self.prompts);
        }
    }

    fn two_digits(&mut self, number: u64, none: &str) {
        match number {
            0 => return self.digits(none),
            1..10 => self.digits("oh"),
            _ => {}
        }
        say_number(number, &mut self.prompts);
    }

    /// "today", "tomorrow", a weekday, or a date with as much of it as its distance needs.
    fn relative_day(&mut self) {
        let since_midnight = i64::from(self.now.hour()) * HOUR
            + i64::from(self.now.minute()) * 60
            + i64::from(self.now.second());
        let midnight = self.now.timestamp().as_second() - since_midnight;
        match self.at.timestamp().as_second() - midnight {
            after if after > HALF_YEAR => self.letters("BdY"),
            after if after > MONTH => self.letters("Bd"),
            after if after > 6 * DAY => self.letters("ABd"),
            after if after > 2 * DAY => self.letters("A"),
            after if after > DAY => self.digits("tomorrow"),
            after if after > 0 => self.digits("today"),
            after if after > -DAY => self.digits("yesterday"),
            after if after > -6 * DAY => self.letters("A"),
            after if after > -MONTH => self.letters("ABd"),
            after if after > -HALF_YEAR => self.letters("Bd"),
            _ => self.letters("BdY"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(at: &str, format: &str, expected: &str) {
        let zoned = |text: &str| format!("{text}[Europe/Berlin]").parse::<Zoned>().unwrap();
        let said = say(&zoned(at), &zoned("2026-03-02T13:00:00+01:00"), format);
        assert_eq!(said.join(" ").replace("digits/", ""), expected, "{at} {format}");
    }

    #[test]
    fn the_usual_format_names_day_date_and_time() {
        check("2026-03-02T00:00:00+01:00", DATE_FORMAT, "day-1 mon-2 h-2 2 thousand 20 6 at 12 oclock a-m");
        check("1907-12-31T23:05:00+01:00", DATE_FORMAT, "day-2 mon-11 30 h-1 19 oh 7 at 11 oh 5 p-m");
        check("1899-06-10T12:30:00+01:00", "YIMp", "12 30 p-m");
    }

    #[test]
    fn hours_of_the_long_day_have_their_oh() {
        check("2026-03-02T00:00:00+01:00", "HN", "oh hundred");
        check("2026-03-02T08:09:00+01:00", "R", "oh 8 oh 9");
        check("2026-03-02T08:09:00+01:00", "kM", "8 oh 9");
        check("2026-03-02T23:59:00+01:00", "T", "20 3 50 9 0");
        check("2026-03-02T23:59:07+01:00", "S 'beep' m", "oh 7 beep h-3");
    }

    #[test]
    fn a_day_nearby_has_a_name() {
        for (at, expected) in [
            ("2026-03-02T18:00:00+01:00", "today"),
            ("2026-03-03T00:30:00+01:00", "tomorrow"),
            ("2026-03-01T23:00:00+01:00", "yesterday"),
            ("2026-03-05T12:00:00+01:00", "day-4"),
            ("2026-02-26T12:00:00+01:00", "day-4"),
            ("2026-03-20T12:00:00+01:00", "day-5 mon-2 h-20"),
            ("2026-02-10T12:00:00+01:00", "day-2 mon-1 h-10"),
            ("2026-06-20T12:00:00+02:00", "mon-5 h-20"),
            ("2025-12-20T12:00:00+01:00", "mon-11 h-20"),
            ("2027-01-20T12:00:00+01:00", "mon-0 h-20 2 thousand 20 7"),
            ("2025-01-20T12:00:00+01:00", "mon-0 h-20 2 thousand 20 5"),
        ] {
            check(at, "Q", expected);
        }
    }

    #[test]
    fn a_wrong_letter_is_named() {
        assert_eq!(check_date_format("ABdY 'any/Thing' IMp"), Ok(()));
        assert_eq!(check_date_format("'open"), Ok(()));
        let wrong = check_date_format("ABx").unwrap_err();
        assert!(wrong.starts_with("`x` is no letter of a date format"), "{wrong}");
    }
}
