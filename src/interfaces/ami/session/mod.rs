//! A session: one connection, one task, one cursor on the bus.
//!
//! A program that does not read stops its own task alone: its cursor stays behind, and what the bus has dropped
//! meanwhile is counted.

mod cursor;
mod deliver;
mod listen;
mod login;
mod process;
mod report;
mod resume;
mod transmit;
mod wait;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use obelus_core::action::{Asker, Classes, Message};
use obelus_core::events::Delivery;
use obelus_core::verbose;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Instant;

pub(crate) use listen::{EVENTS, FILTER};
pub(crate) use login::{CHALLENGE, LOGIN, LOGOFF};
pub(crate) use process::OWN;
pub(crate) use wait::{More, WAIT_EVENT};

use crate::ami::{Ami, Connected, End};
use crate::config::User;
use crate::filter::Filters;
use crate::protocol::{Input, Reader};
use cursor::Cursor;

/// What AMI of Asterisk 22 calls itself.
pub(crate) const VERSION: &str = "11.0.0";

/// How much is read at once.
const PIECE: usize = 4096;

/// Where a program comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) remote: SocketAddr,
    pub(crate) local: SocketAddr,
    /// `TCP`, `TLS` or [`HTTP`].
    pub(crate) protocol: &'static str,
}

/// What is said of a session whose requests come over HTTP, each perhaps on a connection of its own.
pub(crate) const HTTP: &str = "HTTP";

/// A program, what is known of it, and what it is to be told, however that is carried.
pub(crate) struct Conversation {
    ami: Arc<Ami>,
    peer: Peer,
    place: Place,
    ended: watch::Receiver<End>,
    /// What is to be written.
    pub(crate) out: String,
    /// Events that came while an action took its time.
    held: VecDeque<Delivery>,
    challenge: Option<String>,
    login: Option<Login>,
}

/// A conversation over one connection.
pub(crate) struct Session<S> {
    talk: Conversation,
    stream: S,
    reader: Reader,
    /// When it must have logged in.
    login_by: Instant,
}

/// A program that has logged in.
struct Login {
    user: Arc<User>,
    asker: Asker,
    /// The classes that it wants now.
    wants: Classes,
    filters: Filters,
    /// None where it wants nothing.
    cursor: Option<Cursor>,
    /// From this number on the cursor has left nothing out.
    since: u64,
    /// Events carry their number and their time on the clock that never jumps.
    numbered: bool,
}

/// Why a session goes on or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    GoOn,
    End,
}

/// What a session waits for.
enum Wake {
    Bytes(std::io::Result<usize>),
    Event(Delivery),
    LoginTimeIsOver,
    Ended(End),
}

/// The bytes that a program sends, as what may end the waiting of `WaitEvent`.
struct Inlet<'a, S> {
    stream: &'a mut S,
    reader: &'a mut Reader,
}

#[async_trait]
impl<S: AsyncRead + Unpin + Send> More for Inlet<'_, S> {
    async fn comes(&mut self) -> bool {
        let mut piece = [0; PIECE];
        match self.stream.read(&mut piece).await {
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.reader.push(piece.get(..length).unwrap_or_default());
                true
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// A connection that has just been taken.
    pub(crate) fn new(ami: &Arc<Ami>, stream: S, peer: Peer) -> Session<S> {
        let mut talk = Conversation::new(ami, peer);
        talk.out = format!("Asterisk Call Manager/{VERSION}\r\n");
        let login_by = Instant::now() + ami.config.load().general.login_time;
        Session { talk, stream, reader: Reader::default(), login_by }
    }

    /// Serves the program until one of the two has enough.
    pub(crate) async fn run(mut self) {
        let mut piece = vec![0; PIECE];
        while self.transmit().await.is_ok() {
            match self.wake(&mut piece).await {
                Wake::Event(delivery) => {
                    if self.talk.deliver(delivery) == Next::End {
                        break;
                    }
                }
                Wake::Bytes(Ok(length)) if length > 0 => {
                    self.reader.push(piece.get(..length).unwrap_or_default());
                    if self.read_messages().await == Next::End {
                        let _ = self.transmit().await;
                        break;
                    }
                }
                Wake::Ended(End::Stopping) => {
                    let _ = self.talk.deliver_rest();
                    let _ = self.transmit().await;
                    break;
                }
                Wake::Bytes(_) | Wake::LoginTimeIsOver | Wake::Ended(_) => break,
            }
        }
        self.talk.close();
    }

    async fn wake(&mut self, piece: &mut [u8]) -> Wake {
        let Conversation { login, held, ended: end, .. } = &mut self.talk;
        let stranger = login.is_none();
        // Cancel safe: bytes are read or not, a cursor moves or not, and the rest are states.
        tokio::select! {
            result = self.stream.read(piece) => Wake::Bytes(result),
            delivery = next_delivery(login, held) => Wake::Event(delivery),
            () = tokio::time::sleep_until(self.login_by), if stranger => Wake::LoginTimeIsOver,
            end = ended(end) => Wake::Ended(end),
        }
    }

    /// Answers every whole message that has been read; events that came meanwhile follow each answer.
    async fn read_messages(&mut self) -> Next {
        while let Some(input) = self.reader.next_input() {
            let mut wants_events = true;
            let next = match input {
                Input::Message(lines) => {
                    let message = Message::new(lines);
                    wants_events = message.get("SuppressEvents").is_empty();
                    let mut more = Inlet { stream: &mut self.stream, reader: &mut self.reader };
                    self.talk.process(&message, &mut more).await
                }
                Input::LineTooLong(lines) => {
                    self.talk.refuse(&Message::new(lines), "Failed to parse message: line too long")
                }
                Input::TooManyLines(lines) => {
                    self.talk.refuse(&Message::new(lines), "Too many lines in message or allocation failure")
                }
            };
            // What came meanwhile follows the answer.
            let goes_on = next == Next::GoOn && (!wants_events || self.talk.deliver_rest() == Next::GoOn);
            if !goes_on || self.transmit().await.is_err() {
                return Next::End;
            }
        }
        Next::GoOn
    }
}

impl Conversation {
    /// A program that has just come.
    pub(crate) fn new(ami: &Arc<Ami>, peer: Peer) -> Conversation {
        let place = Place::take(ami, peer.remote);
        let ended = place.connected.end.subscribe();
        Conversation {
            ami: ami.clone(),
            peer,
            place,
            ended,
            out: String::new(),
            held: VecDeque::new(),
            challenge: None,
            login: None,
        }
    }

    /// Whether it has logged in.
    pub(crate) fn is_known(&self) -> bool {
        self.login.is_some()
    }

    /// What ends it from outside.
    pub(crate) fn ended(&self) -> watch::Receiver<End> {
        self.ended.clone()
    }

    /// The program has gone.
    pub(crate) fn close(self) {
        let Some(core) = self.ami.core() else { return };
        let by_http = if self.peer.protocol == HTTP { "HTTP " } else { "" };
        match self.login {
            Some(login) => {
                if login.user.display_connects {
                    let how = match *self.ended.borrow() {
                        End::Kicked => "kicked",
                        End::NotYet | End::Stopping => "logged off",
                    };
                    let (name, from) = (&login.user.name, self.peer.remote.ip());
                    verbose!(core, 2, "{by_http}Manager '{name}' {how} from {from}");
                }
                if let Some(cursor) = login.cursor.filter(|_| login.numbered) {
                    let mask = crate::events::mask(login.wants);
                    self.ami.keep_for(&login.user.name, mask, login.since, cursor.into_listener());
                }
            }
            None if self.ami.config.load().general.display_connects => {
                let from = self.peer.remote.ip();
                let connect = if by_http.is_empty() { "Connect" } else { "HTTP Connect" };
                verbose!(core, 2, "{connect} attempt from '{from}' unable to authenticate");
            }
            None => {}
        }
    }
}

/// Waits for the next event: those that came while an action took its time first. Cancel safe.
async fn next_delivery(login: &mut Option<Login>, held: &mut VecDeque<Delivery>) -> Delivery {
    if let Some(held) = held.pop_front() {
        return held;
    }
    match login.as_mut().and_then(|login| login.cursor.as_mut()) {
        Some(cursor) => cursor.next().await,
        None => std::future::pending().await,
    }
}

/// Waits until the session must end.
pub(crate) async fn ended(ended: &mut watch::Receiver<End>) -> End {
    let end = ended.wait_for(|end| *end != End::NotYet).await.map(|end| *end);
    match end {
        Ok(end) => end,
        // The sender is in `place`, which the session holds.
        Err(_) => std::future::pending().await,
    }
}

/// A place in the list of connections; given back however the session ends.
struct Place {
    ami: Arc<Ami>,
    connected: Arc<Connected>,
    is_stranger: bool,
}

impl Place {
    fn take(ami: &Arc<Ami>, remote: SocketAddr) -> Place {
        ami.strangers.fetch_add(1, Ordering::Relaxed);
        Place { ami: ami.clone(), connected: ami.enter(remote), is_stranger: true }
    }

    /// The program has logged in.
    fn is_known(&mut self) {
        if std::mem::replace(&mut self.is_stranger, false) {
            self.ami.strangers.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.is_known();
        self.ami.leave(self.connected.id);
    }
}
