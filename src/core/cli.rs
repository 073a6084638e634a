//! Console commands: the trait that the console, `-rx` and AMI's `Command` run.

mod alias;
mod missing;

use std::fmt::Write;
use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;

pub use alias::Alias;
use alias::Aliases;

use crate::Core;

/// One console command.
#[async_trait]
pub trait CliCommand: Send + Sync {
    /// The words, with `[a|b]` for optional and `{a|b}` for required choices and `<name>` for values, as help shows them:
    /// `core show channels [concise|verbose]`.
    fn syntax(&self) -> &'static str;

    /// One line.
    fn synopsis(&self) -> &'static str;

    /// More than the one line, where it is needed.
    fn description(&self) -> &'static str {
        ""
    }

    /// The possible continuations of the word being typed; `words` are those before it.
    fn complete(&self, _core: &Core, _words: &[&str]) -> Vec<String> {
        Vec::new()
    }

    /// Runs it.
    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError>;
}

/// One call of a command.
#[derive(Clone, Copy)]
pub struct CliCall<'a> {
    /// The PBX.
    pub core: &'a Arc<Core>,
    /// All words of the line.
    pub words: &'a [&'a str],
    /// How many words the command's fixed part has; arguments follow.
    pub fixed: usize,
    /// The console that asks, for settings that belong to it; `None` for AMI and `-rx`.
    pub console: Option<&'a dyn Console>,
}

impl<'a> CliCall<'a> {
    /// The argument at `index`, counted after the fixed words.
    pub fn argument(&self, index: usize) -> Option<&'a str> {
        self.words.get(self.fixed + index).copied()
    }

    /// All arguments.
    pub fn arguments(&self) -> &'a [&'a str] {
        self.words.get(self.fixed..).unwrap_or(&[])
    }
}

/// What a command may ask of the console that runs it.
pub trait Console: Send + Sync {
    /// Sets how verbose this console is.
    fn set_verbose(&self, level: u8);
    /// How verbose it is.
    fn verbose(&self) -> u8;
    /// Shows lines of a log level on it, or does not; `false` if there is no such level.
    fn set_level(&self, level: &str, on: bool) -> bool;
    /// Keeps the log from it, or gives it the log again; whether it is kept from it now.
    fn toggle_mute(&self) -> bool;
}

/// Why a command failed; its exit status is then 1.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// No command begins with these words.
    #[error(
        "No such command '{line}' (type 'core show help {line}' for other possible commands){suggestion}"
    )]
    Unknown {
        /// What was typed.
        line: String,
        /// `; did you mean …?`, why Obelus does not have it, or nothing.
        suggestion: String,
    },
    /// The arguments do not fit: the usage is shown.
    #[error("Usage: {0}")]
    Usage(String),
    /// It could not be done.
    #[error("{0}")]
    Failed(String),
}

impl CliError {
    /// A failure with its reason.
    pub fn failed(reason: impl Into<String>) -> CliError {
        CliError::Failed(reason.into())
    }
}

/// The fixed words at the beginning of a command's syntax: `["core", "show", "channels"]`.
pub fn fixed_words(syntax: &str) -> impl Iterator<Item = &str> {
    syntax.split_whitespace().take_while(|word| !word.starts_with(['[', '{', '<']))
}

/// Splits a line into words: blanks separate, double quotes and backslashes hold together.
pub fn split_line(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut open, mut quoted, mut escaped) = (String::new(), false, false, false);
    for letter in line.chars() {
        match letter {
            _ if escaped => {
                word.push(letter);
                escaped = false;
            }
            '\\' => (escaped, open) = (true, true),
            '"' => (quoted, open) = (!quoted, true),
            _ if letter.is_whitespace() && !quoted => {
                if open {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            _ => {
                word.push(letter);
                open = true;
            }
        }
    }
    if open {
        words.push(word);
    }
    words
}

/// The commands of the whole PBX, sorted by their words.
#[derive(Default)]
pub struct Commands {
    all: Vec<Arc<dyn CliCommand>>,
    aliases: ArcSwap<Aliases>,
}

/// A line with the command that it asks for.
pub struct Resolved {
    command: Arc<dyn CliCommand>,
    words: Vec<String>,
    fixed: usize,
}

impl Resolved {
    /// The line as it would be written in full: without aliases and abbreviations.
    pub fn line(&self) -> String {
        let full = fixed_words(self.command.syntax()).map(str::to_owned);
        full.chain(self.words.iter().skip(self.fixed).cloned()).collect::<Vec<_>>().join(" ")
    }

    /// Runs it; the text is what the console prints.
    pub async fn run(&self, core: &Arc<Core>, console: Option<&dyn Console>) -> Result<String, CliError> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        self.command.run(CliCall { core, words: &words, fixed: self.fixed, console }).await
    }
}

impl Commands {
    /// Sorts the commands.
    pub fn new(mut commands: Vec<Arc<dyn CliCommand>>) -> Commands {
        commands.sort_by_key(|command| command.syntax());
        Commands { all: commands, aliases: ArcSwap::default() }
    }

    /// Takes these aliases in the place of the others; returns those that commands have as their names.
    pub fn set_aliases(&self, aliases: Vec<Alias>) -> Vec<Alias> {
        let is_command = |alias: &Alias| {
            let words: Vec<&str> = alias.words().collect();
            self.all.iter().any(|command| {
                let mut fixed = fixed_words(command.syntax());
                words.iter().all(|word| fixed.next().is_some_and(|fixed| fixed.eq_ignore_ascii_case(word)))
                    && fixed.next().is_none()
            })
        };
        let (refused, taken) = aliases.into_iter().partition(is_command);
        self.aliases.store(Arc::new(Aliases(taken)));
        refused
    }

    /// The aliases in their order.
    pub fn aliases(&self) -> Vec<Alias> {
        self.aliases.load().0.clone()
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn CliCommand>> {
        self.all.iter()
    }

    /// The command with the most fixed words that the line begins with; words may be shortened while they stay unique.
    pub fn find(&self, words: &[&str]) -> Option<(&Arc<dyn CliCommand>, usize)> {
        let exact = |command: &str, typed: &str| command.eq_ignore_ascii_case(typed);
        let short = |command: &str, typed: &str| {
            command.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
        };
        self.best(words, exact).or_else(|| self.best(words, short))
    }

    fn best(
        &self,
        words: &[&str],
        same: impl Fn(&str, &str) -> bool,
    ) -> Option<(&Arc<dyn CliCommand>, usize)> {
        let fits = |command: &&Arc<dyn CliCommand>| {
            let mut typed = words.iter();
            fixed_words(command.syntax()).all(|word| typed.next().is_some_and(|typed| same(word, typed)))
        };
        let found =
            self.all.iter().filter(fits).max_by_key(|command| fixed_words(command.syntax()).count())?;
        Some((found, fixed_words(found.syntax()).count()))
    }

    /// Runs a line; the text is what the console prints.
    pub async fn run(
        &self,
        core: &Arc<Core>,
        line: &str,
        console: Option<&dyn Console>,
    ) -> Result<String, CliError> {
        match self.resolve(line)? {
            Some(resolved) => resolved.run(core, console).await,
            None => Ok(String::new()),
        }
    }

    /// Finds the command that a line asks for; `None` for an empty one.
    pub fn resolve(&self, line: &str) -> Result<Option<Resolved>, CliError> {
        let words = split_line(line);
        let words = self.expand(&words).unwrap_or(words);
        if words.is_empty() {
            return Ok(None);
        }
        let shown: Vec<&str> = words.iter().map(String::as_str).collect();
        let (command, fixed) = self.find(&shown).ok_or_else(|| self.unknown(line, &shown))?;
        let command = command.clone();
        Ok(Some(Resolved { command, words, fixed }))
    }

    /// What an alias stands for; a command with as many words of its own comes first.
    fn expand(&self, words: &[String]) -> Option<Vec<String>> {
        let own = |words: &[String]| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let exact = |command: &str, typed: &str| command.eq_ignore_ascii_case(typed);
            self.best(&words, exact).map_or(0, |(_, fixed)| fixed)
        };
        self.aliases.load().expand(words, own)
    }

    fn unknown(&self, line: &str, words: &[&str]) -> CliError {
        let known: Vec<String> =
            self.all.iter().map(|c| fixed_words(c.syntax()).collect::<Vec<_>>().join(" ")).collect();
        let near = obelus_conf::suggest(&words.join(" "), known.iter().map(String::as_str));
        let mut suggestion = String::new();
        if let Some(why) = missing::why(&words.join(" ")) {
            let _ = write!(suggestion, ": {why}");
        } else if let Some(near) = near {
            let _ = write!(suggestion, "; did you mean '{near}'?");
        }
        CliError::Unknown { line: line.to_owned(), suggestion }
    }

    /// What may follow the beginning of a line, sorted and without repeats.
    pub fn complete(&self, core: &Core, line: &str) -> Vec<String> {
        let mut words = split_line(line);
        let typed = if line.is_empty() || line.ends_with(' ') {
            String::new()
        } else {
            words.pop().unwrap_or_default()
        };
        let mut found = self.aliases.load().next_words(&words);
        let words = self.expand(&words).unwrap_or(words);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        found.extend(self.all.iter().flat_map(|command| next_words(command.as_ref(), core, &words)));
        found.retain(|word| word.to_lowercase().starts_with(&typed.to_lowercase()));
        found.sort();
        found.dedup();
        found
    }
}

/// The words that `command` allows after `words`.
fn next_words(command: &dyn CliCommand, core: &Core, words: &[&str]) -> Vec<String> {
    let mut fixed = fixed_words(command.syntax());
    for typed in words {
        match fixed.next() {
            Some(word) if word.eq_ignore_ascii_case(typed) => {}
            Some(_) => return Vec::new(),
            None => {
                let mut found = choices(command.syntax(), words.len());
                found.extend(command.complete(core, words));
                return found;
            }
        }
    }
    match fixed.next() {
        Some(word) => vec![word.to_owned()],
        None => {
            let mut found = choices(command.syntax(), words.len());
            found.extend(command.complete(core, words));
            found
        }
    }
}

/// The literal choices of `[a|b]` or `{a|b}` at a word's place in the syntax.
fn choices(syntax: &str, place: usize) -> Vec<String> {
    let Some(word) = syntax.split_whitespace().nth(place) else { return Vec::new() };
    let Some(inner) = word.strip_prefix(['[', '{']).and_then(|word| word.strip_suffix([']', '}'])) else {
        return Vec::new();
    };
    inner.split('|').filter(|choice| !choice.starts_with('<')).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_into_words() {
        assert_eq!(split_line(r#"database put "a b" c\ d """#), ["database", "put", "a b", "c d", ""]);
        assert_eq!(split_line("  "), Vec::<String>::new());
    }

    #[test]
    fn fixed_words_and_choices_are_read_from_the_syntax() {
        assert_eq!(fixed_words("core show channels [concise|verbose]").count(), 3);
        assert_eq!(choices("core show channels [concise|verbose]", 3), ["concise", "verbose"]);
        assert_eq!(choices("core stop {now|gracefully}", 2), ["now", "gracefully"]);
    }
}
