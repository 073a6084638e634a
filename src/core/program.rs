//! Programs that the PBX runs: through the shell, with its environment, within a time limit, their output in the log.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use crate::Core;
use crate::channel::Channel;

/// What was written without an end of line is logged in pieces of this size.
const LONGEST_LINE: usize = 4096;

/// How long a program may take when nobody says how long.
pub const TIME_LIMIT: Duration = Duration::from_secs(600);

/// How a program came to no end of its own.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It could not be started.
    #[error("it cannot be started: {0}")]
    Start(std::io::Error),
    /// It took too long, and was killed with everything that it had started.
    #[error("it took longer than {0:?} and was killed")]
    TimedOut(Duration),
}

impl Core {
    /// Runs a shell command to its end; returns its exit status, 128 and the signal's number if a signal ended it.
    ///
    /// What it writes is logged line by line, also what is written after its end by others that it leaves running.
    pub async fn run_shell(&self, command: &str, limit: Duration) -> Result<i32, ProgramError> {
        let mut child = self.start_shell(command).map_err(ProgramError::Start)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let text: Box<str> = command.into();
        tokio::spawn(log_lines(stdout, text.clone(), |command, line| tracing::info!(command, "{line}")));
        tokio::spawn(log_lines(stderr, text, |command, line| tracing::warn!(command, "{line}")));
        match tokio::time::timeout(limit, child.wait()).await {
            Ok(status) => status.map(code_of).map_err(ProgramError::Start),
            Err(_) => {
                kill_all(&mut child).await;
                Err(ProgramError::TimedOut(limit))
            }
        }
    }

    fn start_shell(&self, text: &str) -> std::io::Result<Child> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", text]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that it can be ended with its children.
        command.process_group(0).kill_on_drop(true);
        self.environment.prepare(&mut command);
        command.spawn()
    }
}

impl Channel {
    /// Runs a shell command on behalf of the dialplan and sets `SYSTEMSTATUS`; says whether it could be run.
    ///
    /// Quotes around the whole command are taken away, as Asterisk does.
    pub async fn run_system(&mut self, command: &str) -> bool {
        let core = self.core().clone();
        let ended = self.meanwhile(core.run_shell(unquoted(command), TIME_LIMIT)).await;
        let status = match ended {
            Ok(0) => "SUCCESS",
            Ok(NOT_FOUND) => {
                tracing::warn!(channel = %self.name(), command, "unable to execute: there is no such program");
                "FAILURE"
            }
            Ok(_) => "APPERROR",
            Err(error) => {
                tracing::warn!(channel = %self.name(), command, %error, "unable to execute");
                "FAILURE"
            }
        };
        self.set_variable("SYSTEMSTATUS", status);
        status != "FAILURE"
    }
}

/// What the shell ends with when there is no program of the name.
const NOT_FOUND: i32 = 127;

fn unquoted(command: &str) -> &str {
    let command = command.trim();
    let within = |quote| command.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(command)
}

fn code_of(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

async fn kill_all(child: &mut Child) {
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // It may have ended in this moment.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.wait().await;
}

/// Logs what is written until the last writer closes its end.
async fn log_lines(pipe: Option<impl AsyncRead + Unpin>, command: Box<str>, log: fn(&str, &str)) {
    let Some(mut pipe) = pipe else { return };
    let (mut buffer, mut lines) = ([0; 1024], Lines::default());
    while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
        lines.feed(buffer.get(..count).unwrap_or_default(), |line| log(&command, line));
    }
    lines.end(|line| log(&command, line));
}

/// Splits what is written into lines.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(&str)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.0.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.0.len() >= LONGEST_LINE {
                self.end(&mut line);
            }
        }
    }

    fn end(&mut self, mut line: impl FnMut(&str)) {
        let text = String::from_utf8_lossy(&self.0);
        if !text.trim_end().is_empty() {
            line(text.trim_end());
        }
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::testing::TestPbx;

    #[test]
    fn output_is_logged_by_lines() {
        let mut seen = Vec::new();
        let mut lines = Lines::default();
        for bytes in ["one\ntw", "o\r\n\n", &"x".repeat(LONGEST_LINE), "rest"] {
            lines.feed(bytes.as_bytes(), |line| seen.push(line.to_owned()));
        }
        lines.end(|line| seen.push(line.to_owned()));
        assert_eq!(seen, ["one", "two", &"x".repeat(LONGEST_LINE), "rest"]);
    }

    #[tokio::test]
    async fn the_exit_status_and_the_signal_are_told() {
        let pbx = TestPbx::new(|_, _| {});
        pbx.core.environment.set("OBELUS_TEST_STATUS", Some("3"));
        let run = async |command: &str| pbx.core.run_shell(command, TIME_LIMIT).await.expect("a shell");
        assert_eq!(run("exit $OBELUS_TEST_STATUS").await, 3);
        assert_eq!(run("kill -9 $$").await, 137);
        assert_eq!(run("/no/such/program").await, 127);
    }

    #[tokio::test]
    async fn the_dialplan_learns_what_came_of_it() {
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, _far) = pbx.channel();
        for (command, could_run, status) in [
            ("true", true, "SUCCESS"),
            ("\"exit 0\"", true, "SUCCESS"),
            ("'exit 2'", true, "APPERROR"),
            ("/no/such/program", false, "FAILURE"),
        ] {
            assert_eq!(channel.run_system(command).await, could_run, "{command}");
            assert_eq!(channel.variable("SYSTEMSTATUS").as_deref(), Some(status), "{command}");
        }
    }

    #[tokio::test]
    async fn a_program_that_takes_too_long_is_killed_with_its_children() {
        let pbx = TestPbx::new(|_, _| {});
        let folder = tempfile::tempdir().expect("a folder");
        let mark = folder.path().join("mark");
        let command = format!("(sleep 1; touch {}) & wait", mark.display());
        let began = Instant::now();
        let ended = pbx.core.run_shell(&command, Duration::from_millis(50)).await;
        assert!(matches!(ended, Err(ProgramError::TimedOut(_))), "{ended:?}");
        assert!(began.elapsed() < Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(1100)).await;
        assert!(!mark.exists());
    }
}
