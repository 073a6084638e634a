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
        if let Some(history) = history {
            // There is none the first time.
            let _ = line.load_history(history);
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
