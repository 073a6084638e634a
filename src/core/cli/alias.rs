//! Other names for console commands: `cli_aliases.conf`.

use std::sync::Arc;

/// A beginning of a line that stands for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// What is typed: `show version`.
    pub name: Arc<str>,
    /// What runs: `core show version`.
    pub command: Arc<str>,
}

/// How often an alias may stand for another one: two that name each other have no end.
const DEEPEST: usize = 8;

/// All aliases.
#[derive(Clone, Debug, Default)]
pub(super) struct Aliases(pub(super) Vec<Alias>);

impl Alias {
    /// Its words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.name.split_whitespace()
    }
}

impl Aliases {
    /// The line for which the words stand, if their beginning is an alias of more than `least` words.
    pub(super) fn expand(&self, words: &[String], least: impl Fn(&[String]) -> usize) -> Option<Vec<String>> {
        let mut line: Option<Vec<String>> = None;
        for _ in 0..DEEPEST {
            let now = line.as_deref().unwrap_or(words);
            let Some((alias, count)) = self.best(now).filter(|found| found.1 > least(now)) else { break };
            let rest = now.get(count..).unwrap_or_default().iter().cloned();
            line = Some(super::split_line(&alias.command).into_iter().chain(rest).collect());
        }
        line
    }

    /// The longest alias that the words begin with, and how many words it has.
    fn best(&self, words: &[String]) -> Option<(&Alias, usize)> {
        let fits = |alias: &&Alias| {
            let mut typed = words.iter();
            alias.words().all(|word| typed.next().is_some_and(|typed| typed.eq_ignore_ascii_case(word)))
        };
        let found = self.0.iter().filter(fits).max_by_key(|alias| alias.words().count())?;
        Some((found, found.words().count()))
    }

    /// The words that may follow the beginning of an alias.
    pub(super) fn next_words(&self, words: &[String]) -> Vec<String> {
        let next = |alias: &Alias| {
            let mut own = alias.words();
            words
                .iter()
                .all(|typed| own.next().is_some_and(|word| word.eq_ignore_ascii_case(typed)))
                .then(|| own.next().map(str::to_owned))
                .flatten()
        };
        self.0.iter().filter_map(next).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&str>) {
        let alias = |name: &str, command: &str| Alias { name: name.into(), command: command.into() };
        let aliases = Aliases(vec![
            alias("show version", "core show version"),
            alias("reload", "module reload"),
            alias("show", "core show"),
            alias("one", "two"),
            alias("two", "one"),
        ]);
        let words = crate::cli::split_line(line);
        let expanded =
            aliases.expand(&words, |words| usize::from(words.first().is_some_and(|w| w == "core")) * 3);
        assert_eq!(expanded.map(|words| words.join(" ")).as_deref(), expected, "{line}");
    }

    #[test]
    fn the_longest_alias_stands_for_its_command() {
        check("Show Version", Some("core show version"));
        check("show calls uptime", Some("core show calls uptime"));
        check("reload res_pjsip.so", Some("module reload res_pjsip.so"));
        check("core show version", None);
        check("rel", None);
        check("one", Some("one"));
    }
}
