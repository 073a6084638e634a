//! Stories of consoles and a PBX: a real socket, the real client.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::conf::{MemoryFiles, Problems};
use obelus_core::files::ConfigFolder;
use obelus_core::testing::TestPbx;
use tokio::sync::Notify;

use super::*;
use crate::console::{ConsoleServer, Permissions, SocketPlace};
use crate::logger::{Logger, LoggerConfig, LoggerSettings};

/// `say <text>`: says it; a second word is refused.
struct Say;

#[async_trait]
impl CliCommand for Say {
    fn syntax(&self) -> &'static str {
        "say <text>"
    }

    fn synopsis(&self) -> &'static str {
        "Says it"
    }

    fn complete(&self, _core: &Core, _words: &[&str]) -> Vec<String> {
        ["apple", "apricot", "banana"].map(str::to_owned).into()
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        match call.arguments() {
            [text] => Ok(format!("said {text}")),
            _ => Err(CliError::failed("one text")),
        }
    }
}

/// `wait`: ends when the test says so.
struct Wait(Arc<Notify>);

#[async_trait]
impl CliCommand for Wait {
    fn syntax(&self) -> &'static str {
        "wait"
    }

    fn synopsis(&self) -> &'static str {
        "Waits"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        self.0.notified().await;
        Ok("waited".to_owned())
    }
}

/// `loud <level>`: sets this console's verbosity.
struct Loud;

#[async_trait]
impl CliCommand for Loud {
    fn syntax(&self) -> &'static str {
        "loud <level>"
    }

    fn synopsis(&self) -> &'static str {
        "Sets it"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let console = call.console.ok_or_else(|| CliError::failed("no console"))?;
        let old = console.verbose();
        console.set_verbose(call.argument(0).and_then(|level| level.parse().ok()).unwrap_or(0));
        Ok(format!("{old} to {}", console.verbose()))
    }
}

struct Pbx {
    server: ConsoleServer,
    path: PathBuf,
    go: Arc<Notify>,
    _folder: tempfile::TempDir,
}

fn pbx() -> Pbx {
    pbx_that_permits("")
}

/// A PBX with these permissions.
fn pbx_that_permits(permissions: &str) -> Pbx {
    let folder = tempfile::tempdir().unwrap();
    let settings = LoggerSettings {
        directory: folder.path().to_owned(),
        host: "box".into(),
        syslog: folder.path().join("no-syslog"),
        journal: folder.path().join("no-journal"),
        verbose: 0,
        debug: 0,
    };
    let (logger, _) = Logger::install(&LoggerConfig::default(), settings).unwrap();
    let go = Arc::new(Notify::new());
    let pbx = TestPbx::new(|_, registry| {
        registry.add_command(Say);
        registry.add_command(Wait(go.clone()));
        registry.add_command(Loud);
    });
    let path = folder.path().join("obelus.ctl");
    let files = ConfigFolder::of(MemoryFiles::new().file("cli_permissions.conf", permissions));
    let permissions = Arc::new(Permissions::load(&files, &mut Problems::new()));
    let server =
        ConsoleServer::start(&pbx.core, &logger, &permissions, &SocketPlace::private(&path)).unwrap();
    Pbx { server, path, go, _folder: folder }
}

/// Does something with a blocking client while the PBX runs.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn once(path: &Path, line: &str) -> (bool, String) {
    let mut out = Vec::new();
    let good = run_once(path, line, &mut out).unwrap();
    (good, String::from_utf8(out).unwrap())
}

/// A session whose log lines come out of a channel.
fn session(path: &Path, verbose: u8) -> (Session, mpsc::Receiver<String>) {
    let (sender, lines) = mpsc::channel();
    let mut session = Session::new(connect(path).unwrap()).unwrap();
    session.listen(move |line| drop(sender.send(line)), || {}).unwrap();
    session.attach(verbose, false).unwrap();
    // The answer shows that the request before it has been obeyed.
    session.run("say ready", &mut Vec::new()).unwrap();
    (session, lines)
}

fn line_with(lines: &mpsc::Receiver<String>, word: &str) -> String {
    loop {
        let line = lines.recv_timeout(Duration::from_secs(10)).expect("a line");
        if line.contains(word) {
            return line;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_command_prints_and_tells_whether_it_was_done() {
    let pbx = pbx();
    let path = pbx.path.clone();
    let said = aside(move || [once(&path, "say hello"), once(&path, "say"), once(&path, "sey hello")]).await;
    assert_eq!(said[0], (true, "said hello\n".to_owned()));
    assert_eq!(said[1], (false, "one text\n".to_owned()));
    assert!(!said[2].0 && said[2].1.starts_with("No such command 'sey hello'"), "{said:?}");
    pbx.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_running_is_said_clearly() {
    let pbx = pbx();
    let path = pbx.path.clone();
    pbx.server.stop().await;
    let error = run_once(&path, "say hello", &mut Vec::new()).unwrap_err().to_string();
    let expected = format!("Unable to connect to remote Obelus (does {} exist?): ", path.display());
    assert!(error.starts_with(&expected), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_consoles_see_the_log_each_as_verbose_as_it_wishes() {
    let pbx = pbx();
    let path = pbx.path.clone();
    aside(move || {
        let (quiet, quiet_lines) = session(&path, 0);
        let (loud, loud_lines) = session(&path, 3);
        tracing::info!(target: "verbose", level = 3_u8, "lemon: details");
        tracing::warn!("lemon: warning");
        assert_eq!(line_with(&loud_lines, "lemon"), "    -- lemon: details");
        assert!(line_with(&quiet_lines, "lemon").ends_with("lemon: warning"));
        let mut out = Vec::new();
        quiet.run("loud 3", &mut out).unwrap();
        assert_eq!(out, b"0 to 3\n");
        tracing::info!(target: "verbose", level = 3_u8, "lemon: more");
        assert_eq!(line_with(&quiet_lines, "lemon"), "    -- lemon: more");
        assert_eq!(loud.complete("say ap"), ["apple", "apricot"]);
        assert_eq!(loud.complete("s"), ["say"]);
    })
    .await;
    pbx.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_takes_long_stops_neither_the_log_nor_the_others() {
    let pbx = pbx();
    let (path, other, go) = (pbx.path.clone(), pbx.path.clone(), pbx.go.clone());
    let waiting = tokio::task::spawn_blocking(move || {
        let (session, lines) = session(&path, 0);
        let asking = std::thread::spawn(move || {
            let mut out = Vec::new();
            session.run("wait", &mut out).unwrap();
            out
        });
        tracing::warn!("mango: meanwhile");
        line_with(&lines, "mango: meanwhile");
        asking.join().unwrap()
    });
    assert_eq!(aside(move || once(&other, "say other")).await.1, "said other\n");
    go.notify_one();
    assert_eq!(waiting.await.unwrap(), b"waited\n");
    pbx.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_does_not_read_delays_nobody_and_is_told_what_it_lost() {
    let pbx = pbx();
    let path = pbx.path.clone();
    aside(move || {
        // Asks for the log and reads nothing, until long after the socket is full.
        use std::io::{BufRead, BufReader};
        let mut slow = connect(&path).unwrap();
        slow.write_all(
            b"{\"ask\":\"attach\",\"verbose\":0,\"colours\":false}\n{\"ask\":\"run\",\"line\":\"say x\"}\n",
        )
        .unwrap();
        let mut reader = BufReader::new(slow.try_clone().unwrap()).lines();
        let mut next = move || reader.next().unwrap().unwrap();
        while !next().contains("done") {}
        let filler = "x".repeat(1000);
        for number in 0..3000 {
            tracing::warn!("nectarine: {number} {filler}");
        }
        assert_eq!(once(&path, "say quick").1, "said quick\n");
        tracing::warn!("nectarine: last");
        let mut lost = false;
        loop {
            let line = next();
            lost |= line.contains("\"tell\":\"lost\"");
            if lost {
                break;
            }
        }
    })
    .await;
    pbx.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_the_pbx_ends_the_consoles() {
    let pbx = pbx();
    let path = pbx.path.clone();
    let (ready, attached) = tokio::sync::oneshot::channel();
    let console = tokio::task::spawn_blocking(move || {
        let (session, lines) = session(&path, 0);
        ready.send(()).unwrap();
        line_with(&lines, "Disconnected from Obelus server");
        (session.is_over(), session.run("say x", &mut Vec::new()).is_err())
    });
    attached.await.unwrap();
    pbx.server.stop().await;
    assert_eq!(console.await.unwrap(), (true, true));
    assert!(!pbx.path.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_without_a_terminal_prints_the_log_until_the_end() {
    let pbx = pbx();
    let stream = pbx.server.attach_root().unwrap();
    let (sender, lines) = mpsc::channel();
    let watching = tokio::task::spawn_blocking(move || {
        watch(Session::new(stream).unwrap(), 0, false, move |line| drop(sender.send(line)))
    });
    let lines = aside(move || {
        // The request to attach is on its way: the log is heard from some line on.
        while lines.recv_timeout(Duration::from_millis(10)).is_err() {
            tracing::warn!("orange: again");
        }
        lines
    })
    .await;
    pbx.server.stop().await;
    watching.await.unwrap().unwrap();
    assert_eq!(lines.iter().last().as_deref(), Some("Disconnected from Obelus server"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_user_types_and_leaves() {
    let pbx = pbx();
    let path = pbx.path.clone();
    let check = move |lines: &[&str], is_remote: bool, left: Left, printed: &str| {
        let (session, _lines) = session(&path, 0);
        let mut typed: VecDeque<Typed> = lines.iter().map(|line| Typed::Line((*line).to_owned())).collect();
        let mut out = Vec::new();
        let console = Console { options: ClientOptions::default(), is_remote };
        let found =
            console.read_lines(&session, &mut || Ok(typed.pop_front().unwrap_or(Typed::Interrupt)), &mut out);
        assert_eq!((found.unwrap(), String::from_utf8(out).unwrap().as_str()), (left, printed), "{lines:?}");
    };
    aside(move || {
        check(&["", "say a", "  say b  ", "quit", "say c"], true, Left::Quit, "said a\nsaid b\n");
        check(&["exit"], true, Left::Quit, "");
        check(&["!exit 3", "say a"], true, Left::Interrupted, "said a\n");
        check(&["quit"], false, Left::Interrupted, "This is the PBX itself; 'core stop now' ends it.\n");
    })
    .await;
    pbx.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_in_the_foreground_is_the_root() {
    let pbx = pbx();
    let stream = pbx.server.attach_root().unwrap();
    aside(move || {
        let mut root = Session::new(stream).unwrap();
        root.listen(|_| {}, || {}).unwrap();
        root.attach(0, false).unwrap();
        let mut out = Vec::new();
        root.run("loud 4", &mut out).unwrap();
        root.run("loud 0", &mut out).unwrap();
        assert_eq!(out, b"0 to 4\n4 to 0\n");
    })
    .await;
    pbx.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_runs_only_what_he_may() {
    let me = nix::unistd::User::from_uid(nix::unistd::Uid::current()).unwrap().unwrap().name;
    let pbx = pbx_that_permits(&format!("[{me}]\ndeny = all\npermit = say\n"));
    let path = pbx.path.clone();
    aside(move || {
        assert_eq!(once(&path, "say hello"), (true, "said hello\n".to_owned()));
        // Also where the command is shortened, and for the root console nothing is denied.
        let refused = "You don't have permissions to run 'loud 3' command\n".to_owned();
        assert_eq!(once(&path, "lou 3"), (false, refused));
    })
    .await;
    let stream = pbx.server.attach_root().unwrap();
    aside(move || {
        let mut root = Session::new(stream).unwrap();
        root.listen(|_| {}, || {}).unwrap();
        root.attach(0, false).unwrap();
        let mut out = Vec::new();
        assert!(root.run("loud 3", &mut out).unwrap());
    })
    .await;
    pbx.server.stop().await;
}

#[test]
fn the_shell_can_be_switched_off() {
    let mut out = Vec::new();
    let options = ClientOptions { no_shell: true, ..ClientOptions::default() };
    let console = Console { options, is_remote: true };
    let (stream, mut far) = UnixStream::pair().unwrap();
    let welcome = b"{\"tell\":\"welcome\",\"version\":\"1\",\"host\":\"box\",\"pid\":1}\n";
    far.write_all(welcome).unwrap();
    let session = Session::new(stream).unwrap();
    assert!(!console.obey(&session, "!touch /tmp/never", &mut out).unwrap());
    assert_eq!(out, b"Shell commands are switched off by disable_remote_console_shell.\n");
}
