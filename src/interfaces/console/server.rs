//! The PBX's side of the consoles: takes connections, runs their commands and sends them the log.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use obelus_core::Core;
use obelus_core::cli::{CliError, Console};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::permissions::{Peer, Permissions};
use super::protocol::{Reply, Request, Requests, Welcome, pieces, send};
use super::socket::{ConsoleSocket, SocketError, SocketPlace};
use crate::logger::{Fed, Feed, Logger, VerboseDial};
use crate::version::VERSION;

/// How long consoles have to read the last words when the PBX ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// Consoles at once; more are turned away.
const CONSOLES: usize = 128;

/// Takes consoles until it is stopped.
pub struct ConsoleServer {
    shared: Arc<Shared>,
    tasks: Arc<Mutex<JoinSet<()>>>,
    listening: tokio::task::JoinHandle<()>,
}

struct Shared {
    core: Arc<Core>,
    logger: Arc<Logger>,
    permissions: Arc<Permissions>,
    welcome: Welcome,
    stopping: watch::Sender<bool>,
}

/// Which console is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// One of many, with a verbosity of its own.
    Remote,
    /// The one in the foreground, whose verbosity is the root's.
    Root,
}

impl ConsoleServer {
    /// Listens at `place`; a living other PBX there is an error that names its process.
    pub fn start(
        core: &Arc<Core>,
        logger: &Arc<Logger>,
        permissions: &Arc<Permissions>,
        place: &SocketPlace,
    ) -> Result<ConsoleServer, SocketError> {
        let socket = ConsoleSocket::open(place)?;
        let welcome =
            Welcome { version: VERSION.to_owned(), host: crate::host::name(), pid: std::process::id() };
        let stopping = watch::Sender::new(false);
        let (core, logger, permissions) = (core.clone(), logger.clone(), permissions.clone());
        let shared = Arc::new(Shared { core, logger, permissions, welcome, stopping });
        let tasks = Arc::default();
        let listening = tokio::spawn(listen(socket, shared.clone(), Arc::clone(&tasks)));
        Ok(ConsoleServer { shared, tasks, listening })
    }

    /// Connects the console in the foreground; the other end is for [`super::client`].
    pub fn attach_root(&self) -> io::Result<std::os::unix::net::UnixStream> {
        let (ours, theirs) = UnixStream::pair()?;
        take(&self.tasks, self.shared.clone(), ours, Role::Root);
        let theirs = theirs.into_std()?;
        theirs.set_nonblocking(false)?;
        Ok(theirs)
    }

    /// Turns new consoles away, lets the others read their last words, and removes the socket.
    pub async fn stop(self) {
        self.listening.abort();
        let _ = self.listening.await;
        self.shared.stopping.send_replace(true);
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async { while tasks.join_next().await.is_some() {} };
        // A console that does not read any more is cut off when the set is dropped.
        let _ = tokio::time::timeout(FAREWELL, all).await;
    }
}

async fn listen(socket: ConsoleSocket, shared: Arc<Shared>, tasks: Arc<Mutex<JoinSet<()>>>) {
    loop {
        match socket.listener.accept().await {
            Ok((stream, _)) => take(&tasks, shared.clone(), stream, Role::Remote),
            Err(error) => {
                tracing::error!(%error, "the console's socket");
                tokio::time::sleep(FAREWELL).await;
            }
        }
    }
}

fn take(tasks: &Mutex<JoinSet<()>>, shared: Arc<Shared>, stream: UnixStream, role: Role) {
    let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
    while tasks.try_join_next().is_some() {}
    if tasks.len() >= CONSOLES {
        tracing::warn!(consoles = CONSOLES, "a console was turned away: there are too many");
        return;
    }
    tasks.spawn(async move {
        // A console that leaves in the middle of something is no fault of ours.
        if let Err(error) = Talk::new(shared, stream, role).go_on().await {
            tracing::debug!(%error, "a console has gone");
        }
    });
}

/// One connected console.
struct Talk {
    shared: Arc<Shared>,
    requests: Requests<OwnedReadHalf>,
    stream: OwnedWriteHalf,
    role: Role,
    /// Who is there; nobody for the root console, which may do everything.
    peer: Option<Peer>,
    feed: Option<Feed>,
    colours: bool,
    stopping: watch::Receiver<bool>,
}

impl Talk {
    fn new(shared: Arc<Shared>, stream: UnixStream, role: Role) -> Talk {
        let peer = (role == Role::Remote).then(|| peer_of(&stream));
        let (reader, stream) = stream.into_split();
        let stopping = shared.stopping.subscribe();
        let requests = Requests::new(reader);
        Talk { shared, requests, stream, role, peer, feed: None, colours: false, stopping }
    }

    async fn go_on(mut self) -> io::Result<()> {
        send(&mut self.stream, &Reply::Welcome(self.shared.welcome.clone())).await?;
        loop {
            // All three are cancel safe.
            tokio::select! {
                request = self.requests.next() => match request? {
                    Some(request) => self.answer(request).await?,
                    None => return Ok(()),
                },
                fed = next_of(&mut self.feed) => self.tell(&fed).await?,
                () = stopped(&mut self.stopping) => return send(&mut self.stream, &Reply::Goodbye).await,
            }
        }
    }

    async fn answer(&mut self, request: Request) -> io::Result<()> {
        match request {
            Request::Attach { verbose, colours } => {
                self.attach(verbose);
                self.colours = colours;
                Ok(())
            }
            Request::Run { line } => self.run(&line).await,
            Request::Complete { line } => {
                let words = self.shared.core.registry().commands().complete(&self.shared.core, &line);
                send(&mut self.stream, &Reply::Words { words }).await
            }
        }
    }

    fn attach(&mut self, verbose: u8) {
        let logger = &self.shared.logger;
        self.feed = Some(match self.role {
            Role::Remote => logger.attach(verbose),
            Role::Root => logger.attach_root(),
        });
    }

    /// Runs a command; a console that leaves takes it along.
    async fn run(&mut self, line: &str) -> io::Result<()> {
        let shared = self.shared.clone();
        let dial = self.feed.as_ref().map(|feed| Dial(feed.dial()));
        let registry = shared.core.registry();
        let console = dial.as_ref().map(|dial| dial as &dyn Console);
        let resolved = match registry.commands().resolve(line) {
            Ok(Some(resolved)) => resolved,
            Ok(None) => return self.finish(Ok(String::new())).await,
            Err(error) => return self.finish(Err(error)).await,
        };
        let full = resolved.line();
        if self.peer.is_some_and(|peer| !shared.permissions.permit(peer, &full)) {
            let refused = format!("You don't have permissions to run '{full}' command");
            return self.finish(Err(CliError::failed(refused))).await;
        }
        let command = resolved.run(&shared.core, console);
        tokio::pin!(command);
        loop {
            tokio::select! {
                result = &mut command => return self.finish(result).await,
                fed = next_of(&mut self.feed) => self.tell(&fed).await?,
                request = self.requests.next() => return Err(interruption(request?.as_ref())),
            }
        }
    }

    async fn finish(&mut self, result: Result<String, CliError>) -> io::Result<()> {
        let good = result.is_ok();
        let mut text = result.unwrap_or_else(|error| error.to_string());
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for piece in pieces(&text) {
            send(&mut self.stream, &Reply::Output { text: piece.to_owned() }).await?;
        }
        send(&mut self.stream, &Reply::Done { good }).await
    }

    async fn tell(&mut self, fed: &Fed) -> io::Result<()> {
        let reply = match fed {
            Fed::Line(line) => Reply::Log { text: self.shared.logger.show(line, self.colours) },
            Fed::Lost(lines) => Reply::Lost { lines: *lines },
        };
        send(&mut self.stream, &reply).await
    }
}

/// Who is at the other end, as the system says.
fn peer_of(stream: &UnixStream) -> Peer {
    let credentials = stream.peer_cred().ok();
    Peer {
        user: credentials.as_ref().map(|credentials| credentials.uid()),
        group: credentials.map(|credentials| credentials.gid()),
    }
}

/// The next line of the log; a console that has not attached waits for ever.
async fn next_of(feed: &mut Option<Feed>) -> Fed {
    match feed {
        Some(feed) => feed.next().await,
        None => std::future::pending().await,
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn interruption(request: Option<&Request>) -> io::Error {
    match request {
        None => io::Error::new(io::ErrorKind::UnexpectedEof, "it left while a command was running"),
        Some(_) => io::Error::new(io::ErrorKind::InvalidData, "it asked again while a command was running"),
    }
}

/// A console as commands see it.
struct Dial(VerboseDial);

impl Console for Dial {
    fn set_verbose(&self, level: u8) {
        self.0.set_verbose(level);
    }

    fn verbose(&self) -> u8 {
        self.0.verbose()
    }

    fn set_level(&self, level: &str, on: bool) -> bool {
        self.0.set_level(level, on)
    }

    fn toggle_mute(&self) -> bool {
        self.0.toggle_mute()
    }
}
