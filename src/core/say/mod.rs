//! Numbers, letters, dates and the like as lists of prompts, by language.
//!
//! Everything here is pure: a value in, the prompts' names out; [`crate::channel::Channel::say`] plays them.

mod british;
mod counted;
mod date;
mod english;
mod letters;
mod money;

use jiff::Zoned;

pub use counted::Gender;
pub use date::{DATE_FORMAT, check_date_format};
pub use letters::Case;

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Saying<'a> {
    /// `12` as "one two", with `*`, `#` and `-`.
    Digits(&'a str),
    /// `12` as "twelve".
    Number(i64),
    /// `12` as "twelfth".
    Ordinal(i64),
    /// `a1` as "a one".
    Letters(&'a str, Case),
    /// `a1` as "alpha one".
    Phonetic(&'a str),
    /// `1.50` as "one dollar and fifty cents".
    Money(&'a str),
    /// A moment in its time zone, by Asterisk's format letters.
    Date {
        /// What is said.
        at: &'a Zoned,
        /// What "today" and "tomorrow" are seen from, in the same time zone.
        now: &'a Zoned,
        /// [`DATE_FORMAT`] or another.
        format: &'a str,
    },
    /// The form of a noun that goes with a count: `call`, `calls`.
    Noun {
        /// The prompt of the singular.
        stem: &'a str,
        /// How many there are.
        count: i64,
    },
    /// The form of an adjective that goes with a count.
    Adjective {
        /// The prompt without ending.
        stem: &'a str,
        /// How many there are.
        count: i64,
        /// Of the noun that it belongs to.
        gender: Option<Gender>,
    },
}

/// A language's way of saying things.
type Speaker = fn(Saying<'_>) -> Vec<String>;

/// The languages that are known, the more special before the general; others are spoken as English, with their own
/// prompts.
const LANGUAGES: &[(&str, Speaker)] = &[
    ("en_GB", british::say),
    ("en", english::say),
    ("ru", counted::say_slavic),
    ("ua", counted::say_slavic),
    ("pl", counted::say_slavic),
];

/// The prompts for `saying` in `language` (`en`, `en_GB`, …).
pub fn prompts(language: &str, saying: Saying<'_>) -> Vec<String> {
    let is_spoken = |known: &str| {
        let parts = language.split_at_checked(known.len());
        parts.is_some_and(|(start, rest)| {
            start.eq_ignore_ascii_case(known) && !rest.starts_with(char::is_alphanumeric)
        })
    };
    let speaker = LANGUAGES.iter().find(|known| is_spoken(known.0)).map(|known| known.1);
    speaker.unwrap_or(english::say)(saying)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: &str, expected: &str) {
        let said = prompts(language, Saying::Number(2_101)).join(" ").replace("digits/", "");
        assert_eq!(said, expected, "{language}");
    }

    #[test]
    fn a_country_may_have_its_own_way_and_an_unknown_language_has_the_english_one() {
        check("en", "2 thousand 1 hundred 1");
        check("en_AU", "2 thousand 1 hundred 1");
        check("en_gb", "2 thousand 1 hundred vm-and 1");
        check("en_GB_f_Jane", "2 thousand 1 hundred vm-and 1");
        check("english", "2 thousand 1 hundred 1");
        check("fr", "2 thousand 1 hundred 1");
        check("", "2 thousand 1 hundred 1");
        assert_eq!(prompts("ru", Saying::Noun { stem: "call", count: 5 }), ["callx2"]);
    }
}
