//! The console's side: `obelus -r`, `obelus -rx` and the console in the foreground.
//!
//! It is synchronous: one thread reads what the PBX says, the other waits for the user.

mod editor;
mod session;
#[cfg(test)]
mod stories;
mod terminal;

use std::io::{self, IsTerminal, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use editor::{Editor, Typed};
use session::Session;
use terminal::Terminal;

/// Why a console could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nothing listens there.
    #[error("Unable to connect to remote Obelus (does {path} exist?): {error}")]
    NotRunning {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// What listens there is not an Obelus of this kind.
    #[error("what listens at the console's socket does not speak as Obelus does: {0}")]
    Stranger(String),
    /// The PBX has ended or cut the connection.
    #[error("Disconnected from Obelus server")]
    Disconnected,
    /// The terminal or the pipe does not work.
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// The line editor does not work.
    #[error("the line editor: {0}")]
    Editor(String),
}

/// How a console behaves.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// How verbose it is (`-vvv`).
    pub verbose: u8,
    /// Never with colours (`-n`).
    pub plain: bool,
    /// Where typed lines are remembered; nowhere if `None`.
    pub history: Option<PathBuf>,
    /// `!command` runs nothing.
    pub no_shell: bool,
}

/// How a console ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// `quit`, `exit`, or the end of the input.
    Quit,
    /// Ctrl-C.
    Interrupted,
    /// The PBX has ended.
    Disconnected,
}

/// `.obelus_history` in the user's home.
pub fn history_file(home: &Path) -> PathBuf {
    home.join(".obelus_history")
}

/// `obelus -rx`: runs one line and writes what it prints; says whether it did what it was asked.
pub fn run_once(socket: &Path, line: &str, out: &mut dyn Write) -> Result<bool, ClientError> {
    let mut session = Session::new(connect(socket)?)?;
    session.listen(|_| {}, || {})?;
    session.run(line, out)
}

/// `obelus -r`: runs the lines that the user types, with the log above the prompt.
pub fn interact(socket: &Path, options: &ClientOptions) -> Result<Left, ClientError> {
    let session = Session::new(connect(socket)?)?;
    let welcome = session.welcome();
    let mut out = io::stdout();
    writeln!(out, "Obelus {}: a PBX that runs Asterisk's configuration.", welcome.version)?;
    writeln!(out, "Type 'core show help' for the commands, 'quit' to leave.")?;
    writeln!(
        out,
        "Connected to Obelus {} currently running on {} (pid = {})",
        welcome.version,
        short(&welcome.host),
        welcome.pid
    )?;
    Console { options: options.clone(), is_remote: true }.go_on(session)
}

/// The console in the foreground, over [`super::ConsoleServer::attach_root`].
///
/// Where the input is no terminal it only prints the log, until the PBX ends.
pub fn foreground(stream: UnixStream, options: &ClientOptions) -> Result<Left, ClientError> {
    let session = Session::new(stream)?;
    if io::stdin().is_terminal() {
        return Console { options: options.clone(), is_remote: false }.go_on(session);
    }
    let colours = !options.plain && io::stdout().is_terminal();
    watch(session, options.verbose, colours, |line| {
        // A pipe that nobody reads any more is no reason to end the PBX.
        let _ = writeln!(io::stdout(), "{line}");
    })?;
    Ok(Left::Disconnected)
}

/// Prints the log until the PBX ends.
fn watch(
    mut session: Session,
    verbose: u8,
    colours: bool,
    print: impl FnMut(String) + Send + 'static,
) -> Result<(), ClientError> {
    session.listen(print, || {})?;
    session.attach(verbose, colours)?;
    session.wait_until_over();
    Ok(())
}

fn connect(path: &Path) -> Result<UnixStream, ClientError> {
    UnixStream::connect(path).map_err(|error| ClientError::NotRunning { path: path.to_owned(), error })
}

/// A host's name without its domain.
fn short(host: &str) -> &str {
    host.split('.').next().unwrap_or(host)
}

struct Console {
    options: ClientOptions,
    is_remote: bool,
}

impl Console {
    /// The line editor waits on a thread of its own: nothing can call it back when the PBX ends before the user does.
    fn go_on(self, mut session: Session) -> Result<Left, ClientError> {
        let _terminal = Terminal::remember();
        let colours = !self.options.plain && io::stdout().is_terminal();
        let mut editor = Editor::new(self.options.history.as_deref())?;
        let (ended, end) = mpsc::channel();
        let gone = ended.clone();
        session.listen(editor.printer(), move || drop(gone.send(Ok(Left::Disconnected))))?;
        session.attach(self.options.verbose, colours)?;
        let session = Arc::new(session);
        editor.complete_with(session.clone());
        let prompt = format!("{}*CLI> ", short(&session.welcome().host));
        thread::Builder::new().name("console-input".to_owned()).spawn(move || {
            let left = self.read_lines(&session, &mut || editor.read(&prompt), &mut io::stdout());
            drop(ended.send(left));
        })?;
        end.recv().unwrap_or(Ok(Left::Disconnected))
    }

    /// Runs line after line until the user leaves or the PBX is gone.
    fn read_lines(
        &self,
        session: &Session,
        read: &mut dyn FnMut() -> Result<Typed, ClientError>,
        out: &mut dyn Write,
    ) -> Result<Left, ClientError> {
        loop {
            let line = match read()? {
                Typed::Line(line) => line,
                Typed::End => return Ok(Left::Quit),
                Typed::Interrupt => return Ok(Left::Interrupted),
            };
            if session.is_over() {
                return Ok(Left::Disconnected);
            }
            match self.obey(session, line.trim(), out) {
                Ok(true) => return Ok(Left::Quit),
                Ok(false) => {}
                Err(ClientError::Disconnected) => return Ok(Left::Disconnected),
                Err(error) => return Err(error),
            }
        }
    }

    /// Does what a line says; true if it says to leave.
    fn obey(&self, session: &Session, line: &str, out: &mut dyn Write) -> Result<bool, ClientError> {
        match line {
            "" => {}
            "quit" | "exit" if self.is_remote => return Ok(true),
            "quit" | "exit" => writeln!(out, "This is the PBX itself; 'core stop now' ends it.")?,
            line => match line.strip_prefix('!') {
                Some(_) if self.options.no_shell => {
                    writeln!(out, "Shell commands are switched off by disable_remote_console_shell.")?;
                }
                Some(command) => shell(command.trim(), out)?,
                None => {
                    session.run(line, out)?;
                }
            },
        }
        Ok(false)
    }
}

/// `!command`, or a shell of its own.
fn shell(command: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut shell = match command {
        "" => std::process::Command::new(std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into())),
        command => {
            let mut shell = std::process::Command::new("/bin/sh");
            shell.arg("-c").arg(command);
            shell
        }
    };
    match shell.status() {
        Ok(_) => Ok(()),
        Err(error) => writeln!(out, "{error}"),
    }
}
