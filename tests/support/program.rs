//! `Program`: the PBX as a program of its own, with its standard output; and the console that asks it.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use super::{Etc, within};

const PROGRAM: &str = env!("CARGO_BIN_EXE_obelus");

pub struct Program {
    pub etc: Etc,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    count: watch::Receiver<usize>,
}

/// What a command that has ended has left.
#[derive(Debug)]
pub struct Done {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Program {
    /// Starts the program on a configuration and waits until its console answers.
    pub async fn boots(etc: Etc) -> Program {
        let program = Program::starts(etc);
        program.console_answers().await;
        program
    }

    /// Starts the program on a configuration.
    pub fn starts(etc: Etc) -> Program {
        let mut child = command(&etc, &["-vvvv", "-n"]).stdin(Stdio::piped()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let (counter, count) = watch::channel(0);
        let lines = Arc::new(Mutex::new(Vec::new()));
        let written = lines.clone();
        tokio::spawn(async move {
            let mut reader = BufReader::new(out).lines();
            while let Ok(Some(line)) = reader.next_line().await {
                written.lock().unwrap().push(line);
                counter.send_replace(written.lock().unwrap().len());
            }
        });
        Program { etc, child, lines, count }
    }

    /// The console's socket is there when everything else has started, and it is asked until the PBX says so.
    async fn console_answers(&self) {
        let asked = async {
            while run(&self.etc, &["-rx", "core waitfullybooted"]).await.status != 0 {
                tokio::task::yield_now().await;
            }
        };
        within(format_args!("the console answers; it printed {:#?}", self.printed()), asked).await;
    }

    /// Everything that it has printed.
    pub fn printed(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Waits until it has printed a line with this text.
    pub async fn prints(&self, text: &str) -> String {
        let find = || self.lines.lock().unwrap().iter().find(|line| line.contains(text)).cloned();
        let mut count = self.count.clone();
        let found = count.wait_for(|_| find().is_some());
        let found = within(format_args!("it prints `{text}`"), found).await.is_ok();
        assert!(found, "it ended and never printed `{text}`: {:#?}", self.printed());
        find().unwrap()
    }

    /// `obelus -rx`.
    pub async fn console(&self, line: &str) -> Done {
        run(&self.etc, &["-rx", line]).await
    }

    /// Sends it a signal, `TERM` or `HUP`.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().await.unwrap();
        assert!(status.success());
    }

    /// Waits until it has ended.
    pub async fn ends(mut self) -> (ExitStatus, Etc) {
        let status = within("the program ends", self.child.wait()).await.unwrap();
        (status, self.etc)
    }

    /// Asks it to end at once.
    pub async fn stops(self) -> Etc {
        self.signal("TERM").await;
        let (status, etc) = self.ends().await;
        assert!(status.success(), "{status}");
        etc
    }
}

/// Runs the program with these arguments to its end.
pub async fn run(etc: &Etc, arguments: &[&str]) -> Done {
    let output = command(etc, arguments).stdin(Stdio::null()).output();
    let output = within(format_args!("obelus {arguments:?}"), output).await.unwrap();
    Done {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn command(etc: &Etc, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("-C").arg(etc.file("obelus.conf")).args(arguments);
    command.env("HOME", etc.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}
