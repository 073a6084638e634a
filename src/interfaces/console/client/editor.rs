//! The line editor: history, completion by asking the PBX, and the log above the line being typed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustyline::completion::Completer;
use rustyline::config::{BellStyle, CompletionType};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, ExternalPrinter, Helper};

use super::ClientError;
use super::session::Session;

/// Lines that are remembered.
const REMEMBERED: usize = 1000;

/// What the user did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// A line.
    Line(String),
    /// Ctrl-D, or the end of a file.
    End,
    /// Ctrl-C.
    Interrupt,
}

pub(super) struct Editor {
    line: rustyline::Editor<AskThePbx, FileHistory>,
    history: Option<PathBuf>,
}

impl Editor {
    /// An editor that remembers lines in `history`.
    pub(super) fn new(history: Option<&Path>) -> Result<Editor, ClientError> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .bell_style(BellStyle::None)
            .max_history_size(REMEMBERED)
            .and_then(|config| config.history_ignore_dups(true))
            .map_err(|error| wrong(&error))?
            .auto_add_history(true)
            .build();
        let mut line = rustyline::Editor::with_config(config).map_err(|error| wrong(&error))?;
        if let Some(history) = history
            && line.load_history(history).is_err()
        {
            // The first time: what was typed to Asterisk.
            for typed in inherited(history) {
                let _ = line.add_history_entry(typed);
            }
        }
        Ok(Editor { line, history: history.map(Path::to_owned) })
    }

    /// Shows texts above the line that is being typed, or plainly where the input is no terminal.
    pub(super) fn printer(&mut self) -> impl FnMut(String) + Send + 'static {
        let mut above = self.line.create_external_printer().ok();
        move |mut text: String| {
            text.push('\n');
            let printed = above.as_mut().is_some_and(|above| above.print(text.clone()).is_ok());
            if !printed {
                let _ = io::stdout().write_all(text.as_bytes());
            }
        }
    }

    /// Lets the tab key ask the PBX.
    pub(super) fn complete_with(&mut self, session: Arc<Session>) {
        self.line.set_helper(Some(AskThePbx(session)));
    }

    /// Reads a line and remembers it.
    pub(super) fn read(&mut self, prompt: &str) -> Result<Typed, ClientError> {
        match self.line.readline(prompt) {
            Ok(line) => {
                self.remember();
                Ok(Typed::Line(line))
            }
            Err(ReadlineError::Eof) => Ok(Typed::End),
            Err(ReadlineError::Interrupted) => Ok(Typed::Interrupt),
            Err(error) => Err(wrong(&error)),
        }
    }

    /// Writes down what is new at once: the console may end while the next line is being waited for.
    fn remember(&mut self) {
        if let Some(history) = &self.history {
            // A home that cannot be written to is no reason to complain at every line.
            let _ = self.line.append_history(history);
        }
    }
}

/// The lines of Asterisk's history, which lies beside ours.
fn inherited(history: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(history.with_file_name(".asterisk_history")).unwrap_or_default();
    text.lines().filter(|line| *line != "_HiStOrY_V2_").map(unescaped).collect()
}

/// A line as vis(3) has written it: `core\\040show`.
fn unescaped(line: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(line.len()), line.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.and_then(|digits| u8::from_str_radix(digits, 8).ok()).filter(|_| first == b'\\');
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wrong(error: &ReadlineError) -> ClientError {
    ClientError::Editor(error.to_string())
}

struct AskThePbx(Arc<Session>);

impl Completer for AskThePbx {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = line.get(..at).unwrap_or(line);
        let word = typed.rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
        let mut words = self.0.complete(typed);
        if let [only] = &mut words[..] {
            only.push(' ');
        }
        Ok((word, words))
    }
}

impl Hinter for AskThePbx {
    type Hint = String;
}

impl Highlighter for AskThePbx {}
impl Validator for AskThePbx {}
impl Helper for AskThePbx {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asterisks_history_is_inherited() {
        let folder = tempfile::tempdir().unwrap();
        let text = "_HiStOrY_V2_\ncore\\040show\\040version\nquit\nodd\\9\n";
        std::fs::write(folder.path().join(".asterisk_history"), text).unwrap();
        let lines = inherited(&folder.path().join(".obelus_history"));
        assert_eq!(lines, ["core show version", "quit", "odd\\9"]);
        assert_eq!(inherited(Path::new("/nowhere/.obelus_history")), Vec::<String>::new());
    }
}
