//! A session: one connection, one task, one cursor on the bus.
//!
//! A program that does not read stops its own task alone: its cursor stays behind, and what the bus has dropped
//! meanwhile is counted.

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

use obelus_core::action::{Asker, Classes};
use obelus_core::events::{Delivery, Listener};
use obelus_core::verbose;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Instant;

pub(crate) use listen::{EVENTS, FILTER};
pub(crate) use login::{CHALLENGE, LOGIN, LOGOFF};
pub(crate) use process::OWN;
pub(crate) use wait::WAIT_EVENT;

use crate::ami::{Ami, Connected, End};
use crate::config::User;
use crate::filter::Filters;
use crate::protocol::Reader;

/// What AMI of Asterisk 22 calls itself.
pub(crate) const VERSION: &str = "11.0.0";

/// How much is read at once.
const PIECE: usize = 4096;

/// Where a program comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) remote: SocketAddr,
    pub(crate) local: SocketAddr,
    /// `TCP` or `TLS`.
    pub(crate) protocol: &'static str,
}

/// A connection and what is known of the program.
pub(crate) struct Session<S> {
    ami: Arc<Ami>,
    stream: S,
    peer: Peer,
    place: Place,
    ended: watch::Receiver<End>,
    reader: Reader,
    /// What is to be written.
    out: String,
    /// Events that came while an action took its time.
    held: VecDeque<Delivery>,
    challenge: Option<String>,
    login: Option<Login>,
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
    listener: Option<Listener>,
    /// From this number on the listener has left nothing out.
    since: u64,
    /// Events carry their number and their time on the clock that never jumps.
    numbered: bool,
}

/// Why a session goes on or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
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

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// A connection that has just been taken.
    pub(crate) fn new(ami: &Arc<Ami>, stream: S, peer: Peer) -> Session<S> {
        let place = Place::take(ami, peer.remote);
        let ended = place.connected.end.subscribe();
        let login_by = Instant::now() + ami.config.load().general.login_time;
        Session {
            ami: ami.clone(),
            stream,
            peer,
            place,
            ended,
            reader: Reader::default(),
            held: VecDeque::new(),
            out: format!("Asterisk Call Manager/{VERSION}\r\n"),
            challenge: None,
            login: None,
            login_by,
        }
    }

    /// Serves the program until one of the two has enough.
    pub(crate) async fn run(mut self) {
        let mut piece = vec![0; PIECE];
        while self.transmit().await.is_ok() {
            match self.wake(&mut piece).await {
                Wake::Event(delivery) => {
                    if self.deliver(delivery) == Next::End {
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
                    let _ = self.deliver_rest();
                    let _ = self.transmit().await;
                    break;
                }
                Wake::Bytes(_) | Wake::LoginTimeIsOver | Wake::Ended(_) => break,
            }
        }
        self.close();
    }

    async fn wake(&mut self, piece: &mut [u8]) -> Wake {
        let listener = self.login.as_mut().map(|login| login.listener.as_mut());
        let stranger = listener.is_none();
        let event = async {
            match listener.flatten() {
                Some(listener) => listener.next().await,
                None => std::future::pending().await,
            }
        };
        // Cancel safe: bytes are read or not, a cursor moves or not, and the rest are states.
        tokio::select! {
            result = self.stream.read(piece) => Wake::Bytes(result),
            delivery = event => Wake::Event(delivery),
            () = tokio::time::sleep_until(self.login_by), if stranger => Wake::LoginTimeIsOver,
            end = ended(&mut self.ended) => Wake::Ended(end),
        }
    }

    fn close(self) {
        let Some(core) = self.ami.core() else { return };
        match self.login {
            Some(login) => {
                if login.user.display_connects {
                    let how = match *self.ended.borrow() {
                        End::Kicked => "kicked",
                        End::NotYet | End::Stopping => "logged off",
                    };
                    verbose!(core, 2, "Manager '{}' {how} from {}", login.user.name, self.peer.remote.ip());
                }
                if let Some(listener) = login.listener.filter(|_| login.numbered) {
                    let mask = crate::events::mask(login.wants);
                    self.ami.keep_for(&login.user.name, mask, login.since, listener);
                }
            }
            None if self.ami.config.load().general.display_connects => {
                verbose!(core, 2, "Connect attempt from '{}' unable to authenticate", self.peer.remote.ip());
            }
            None => {}
        }
    }
}

/// Waits until the session must end.
async fn ended(ended: &mut watch::Receiver<End>) -> End {
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
