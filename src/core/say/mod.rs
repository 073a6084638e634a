//! Numbers, digits and the like as lists of prompts, by language.
//!
//! Everything here is pure: a value in, the prompts' names out; [`crate::channel::Channel::say`] plays them.

mod english;

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Saying<'a> {
    /// `12` as "one two", with `*`, `#` and `-`.
    Digits(&'a str),
    /// `12` as "twelve".
    Number(i64),
}

/// A language's way of saying things.
type Speaker = fn(Saying<'_>) -> Vec<String>;

/// The languages that are known; others are spoken as English, with their own prompts.
const LANGUAGES: &[(&str, Speaker)] = &[("en", english::say)];

/// The prompts for `saying` in `language` (`en`, `en_GB`, …).
pub fn prompts(language: &str, saying: Saying<'_>) -> Vec<String> {
    let bare = language.split(['_', '-']).next().unwrap_or(language);
    let speaker =
        LANGUAGES.iter().find(|known| known.0 == bare).map_or(english::say as Speaker, |known| known.1);
    speaker(saying)
}
