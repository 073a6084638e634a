//! The commands of AGI: what each is called with, does and answers.

mod call;
mod control_stream;
mod data;
mod database;
mod exec;
mod gosub;
mod place;
mod record;
mod say;
mod speech;
mod stream;
mod text;
mod variable;

use std::fmt::Display;

use obelus_core::channel::{BoxFuture, Channel};

use super::session::Session;

/// Carries a command out; the words are all of the line.
type Run = for<'a> fn(&'a mut Session, &'a mut Channel, &'a [String]) -> BoxFuture<'a, Reply>;

/// One command.
pub(super) struct Entry {
    /// The words that it begins with, in small letters.
    pub(super) name: &'static str,
    /// One line.
    pub(super) synopsis: &'static str,
    /// The line that a program sends.
    pub(super) syntax: &'static str,
    /// What it does, and what the results mean.
    pub(super) description: &'static str,
    /// Whether it may be used when the channel is hung up.
    pub(super) runs_dead: bool,
    pub(super) run: Run,
}

/// What a command answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// `200 ` and this.
    Good(String),
    /// The same, but the run of the program counts as failed unless the call has ended.
    Bad(String),
    /// 520 and how it is used.
    Usage,
    /// Nothing, since the program has sent its next command already.
    None,
    /// Success, and the end of Async AGI.
    Break,
}

impl Reply {
    /// `result=…`.
    fn result(value: impl Display) -> Reply {
        Reply::Good(format!("result={value}"))
    }

    /// `result=-1`.
    fn failed() -> Reply {
        Reply::Bad("result=-1".to_owned())
    }
}

/// Every command, by family.
const FAMILIES: [&[Entry]; 13] = [
    call::COMMANDS,
    control_stream::COMMANDS,
    data::COMMANDS,
    database::COMMANDS,
    exec::COMMANDS,
    gosub::COMMANDS,
    place::COMMANDS,
    record::COMMANDS,
    say::COMMANDS,
    speech::COMMANDS,
    stream::COMMANDS,
    text::COMMANDS,
    variable::COMMANDS,
];

/// Every command in the order of their names.
pub(super) fn all() -> Vec<&'static Entry> {
    let mut all: Vec<&Entry> = FAMILIES.into_iter().flatten().collect();
    all.sort_by_key(|entry| entry.name);
    all
}

/// The command that a line begins with, in any case.
pub(super) fn find(words: &[String]) -> Option<&'static Entry> {
    FAMILIES.into_iter().flatten().find(|entry| {
        let mut given = words.iter();
        entry.name.split(' ').all(|word| given.next().is_some_and(|given| given.eq_ignore_ascii_case(word)))
    })
}

/// The word at `index`, empty where there is none.
fn word(words: &[String], index: usize) -> &str {
    words.get(index).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agi::words;

    #[test]
    fn a_command_is_found_by_its_first_words() {
        let name = |line: &str| find(&words::split(line)).map(|entry| entry.name);
        assert_eq!(name("Stream FILE hello \"\""), Some("stream file"));
        assert_eq!(name("get full variable ${X}"), Some("get full variable"));
        assert_eq!((name("STREAM"), name(""), name("answers")), (None, None, None));
    }

    #[test]
    fn the_catalogue_is_complete_and_tidy() {
        let all = all();
        assert_eq!(all.len(), 47);
        for entry in all {
            assert!(entry.syntax.to_lowercase().starts_with(entry.name), "{}", entry.name);
            assert!(entry.description.ends_with('.') && entry.synopsis.ends_with('.'), "{}", entry.name);
        }
    }
}
