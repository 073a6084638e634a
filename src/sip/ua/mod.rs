//! `UserAgent`: one value that a SIP worker owns, with its calls, dialogs and transactions.
//!
//! What comes in: messages, transport errors, the time, commands. What comes out: messages to send
//! ([`UserAgent::poll_transmit`]), events ([`UserAgent::poll_event`]) and when to look at the clock again
//! ([`UserAgent::next_timeout`]). Drain both queues after every call that takes `now`.

mod commands;
mod config;
mod counters;
mod event;
mod in_dialog;
mod layers;
mod outgoing;
mod policy;
mod receive;
mod reply;
mod respond;
mod responses;
mod usage;

pub use config::{Config, Profile, Reliability};
pub use counters::Counters;
pub use event::{Event, Failure, Refused, RequestId};
pub use outgoing::OutgoingRequest;
pub use policy::{capabilities, refusal};
pub use reply::Reply;

pub(crate) use in_dialog::NewRequest;
pub(crate) use layers::{ClientOwner, DialogOwner, Layers};
pub(crate) use outgoing::{Context, Outgoing, Purpose};
pub(crate) use policy::unsupported_extensions;

use crate::arena::Arena;
use crate::entropy::Entropy;
use crate::session::{Session, SessionEvent, SessionId, Turn};
use crate::transport::{Flow, Transmit, Transport, TransportId};
use layers::{ServerOwner, Sleeper};
use std::time::Instant;
use usage::Usage;

/// A SIP user agent without sockets, clock or randomness.
#[derive(Debug)]
pub struct UserAgent {
    layers: Layers,
    sessions: Arena<Session>,
    usages: Arena<Usage>,
}

/// How full a user agent's tables are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Sessions, from their INVITE until their last event.
    pub sessions: usize,
    /// Dialogs without a session.
    pub dialogs: usize,
    /// Client transactions.
    pub client_transactions: usize,
    /// Server transactions.
    pub server_transactions: usize,
    /// Requests of ours that wait for a final response.
    pub requests: usize,
    /// Entries of the dialog index.
    pub indexed: usize,
    /// Deadlines in the heap.
    pub timers: usize,
}

impl UserAgent {
    /// A user agent whose branches, tags and table keys come from a secret random seed.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let layers = Layers::new(config, Entropy::new(seed));
        Self { layers, sessions: Arena::new(), usages: Arena::new() }
    }

    /// Takes over other settings; what is under way goes on with the timers that it has.
    pub fn configure(&mut self, config: Config) {
        self.layers.config = config;
    }

    /// Answers the requests that come from now on at the port that they came from, whether they ask for it or not.
    pub fn set_force_rport(&mut self, force: bool) {
        self.layers.config.force_rport = force;
    }

    /// Makes a transport known; one with the same number is replaced.
    pub fn add_transport(&mut self, transport: Transport) {
        self.layers.transports.retain(|known| known.id != transport.id);
        self.layers.transports.push(transport);
    }

    /// Forgets a transport; dialogs over it need another flow.
    pub fn remove_transport(&mut self, id: TransportId) {
        self.layers.transports.retain(|known| known.id != id);
    }

    /// The next message to send, in the order in which they were made.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.layers.transmits.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.layers.events.pop_front()
    }

    /// When to call [`Self::handle_timeout`], at the latest.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.layers.timers.next()
    }

    /// What passed through.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.layers.counters
    }

    /// How full the tables are.
    #[must_use]
    pub fn load(&self) -> Load {
        Load {
            sessions: self.sessions.len(),
            dialogs: self.usages.len(),
            client_transactions: self.layers.clients.len(),
            server_transactions: self.layers.servers.len(),
            requests: self.layers.requests.len(),
            indexed: self.layers.dialogs.len(),
            timers: self.layers.timers.len(),
        }
    }

    /// Bytes that a session keeps in memory, without its transactions.
    #[must_use]
    pub fn session_size(&self, session: SessionId) -> Option<usize> {
        self.sessions.get(session).map(Session::size)
    }

    /// The source of branches, tags and nonces, for what the stack's user makes itself.
    pub fn entropy(&mut self) -> &mut Entropy {
        &mut self.layers.entropy
    }

    /// Runs one step of a session, then sees whether it is over and when it wants to be woken.
    fn with_session<R>(
        &mut self,
        now: Instant,
        id: SessionId,
        act: impl FnOnce(&mut Session, &mut Turn<'_>) -> R,
    ) -> Option<R> {
        let session = self.sessions.get_mut(id)?;
        let mut turn = Turn { layers: &mut self.layers, now, id };
        let result = act(session, &mut turn);
        self.settle(id);
        Some(result)
    }

    fn settle(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some(over) = session.take_over() else {
            let wanted = session.next_timeout();
            return self.layers.timers.schedule(wanted, &mut session.scheduled, Sleeper::Session(id));
        };
        let Some(session) = self.sessions.remove(id) else { return };
        let dialog = over.dialog.and_then(|dialog| {
            self.layers.forget(&dialog, DialogOwner::Session(id));
            session
                .shared
                .keep_dialog
                .then(|| self.add_usage(dialog, session.shared.profile, session.shared.auth))
        });
        let event = SessionEvent::Ended { cause: over.cause, dialog };
        self.layers.events.push_back(Event::Session { session: id, event });
        if self.layers.timers.is_crowded() {
            self.sweep_timers();
        }
    }

    fn sweep_timers(&mut self) {
        let (sessions, layers) = (&self.sessions, &mut self.layers);
        let (clients, servers) = (&layers.clients, &layers.servers);
        layers.timers.sweep(|sleeper| match sleeper {
            Sleeper::Client(id) => clients.get(id).is_some(),
            Sleeper::Server(id) => servers.get(id).is_some(),
            Sleeper::Session(id) => sessions.get(id).is_some(),
        });
    }

    /// A message could not be sent, or the connection is gone: what was under way on it fails.
    ///
    /// A transaction that knows nothing of the connection, or whose response was seen, is not touched.
    pub fn handle_transport_error(&mut self, now: Instant, flow: Flow) {
        let is_same = |other: &Flow| {
            other.transport == flow.transport
                && other.remote == flow.remote
                && (flow.connection.is_none()
                    || other.connection.is_none()
                    || other.connection == flow.connection)
        };
        let clients: Vec<_> = self
            .layers
            .clients
            .iter()
            .filter(|(_, client)| is_same(&client.flow))
            .map(|(id, _)| id)
            .collect();
        for id in clients {
            if let Some(client) = self.layers.clients.get_mut(id) {
                client.handle_transport_error();
            }
            self.drive_client(now, id, None);
        }
        let servers: Vec<_> = self
            .layers
            .servers
            .iter()
            .filter(|(_, server)| is_same(&server.reply_to))
            .map(|(id, _)| id)
            .collect();
        for id in servers {
            if let Some(server) = self.layers.servers.get_mut(id) {
                server.handle_transport_error();
            }
            self.drive_server(now, id);
        }
    }

    /// The clock has reached [`Self::next_timeout`], or any later time.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(sleeper) = self.layers.timers.pop_due(now) {
            match sleeper {
                Sleeper::Client(id) => self.wake_client(now, id),
                Sleeper::Server(id) => self.wake_server(now, id),
                Sleeper::Session(id) => self.wake_session(now, id),
            }
        }
    }

    fn wake_client(&mut self, now: Instant, id: crate::transaction::ClientId) {
        let Some(client) = self.layers.clients.get_mut(id) else { return };
        if !is_due(&mut client.scheduled, now) {
            return;
        }
        let sent = self.layers.counters.sent;
        client.handle_timeout(now, &self.layers.config.timing);
        self.drive_client(now, id, None);
        // Nothing but a repetition is sent when a client transaction wakes up.
        self.layers.counters.retransmitted += u64::from(self.layers.counters.sent > sent);
    }

    fn wake_server(&mut self, now: Instant, id: crate::transaction::ServerId) {
        let Some(server) = self.layers.servers.get_mut(id) else { return };
        if !is_due(&mut server.scheduled, now) {
            return;
        }
        let repeats = !server.is_proceeding();
        let sent = self.layers.counters.sent;
        server.handle_timeout(now, &self.layers.config.timing);
        self.drive_server(now, id);
        self.layers.counters.retransmitted += u64::from(repeats && self.layers.counters.sent > sent);
    }

    fn wake_session(&mut self, now: Instant, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        if is_due(&mut session.scheduled, now) {
            self.with_session(now, id, Session::handle_timeout);
        }
    }

    /// Does what a server transaction asks for, and tells its owner when it failed.
    fn drive_server(&mut self, now: Instant, id: crate::transaction::ServerId) {
        let Some(server) = self.layers.servers.get(id) else { return };
        let (owner, was_open) = (server.owner, server.method != crate::Method::Invite);
        let (_, failure) = self.layers.drive_server(id);
        match (failure, owner) {
            (Some(Failure::Transport), ServerOwner::Session(session)) => {
                self.with_session(now, session, |session, turn| session.handle_server_failure(turn, id));
            }
            (Some(Failure::TimedOut), _) if was_open => self.layers.counters.unanswered += 1,
            _ => {}
        }
    }
}

/// Is the entry that just fell due the one that counts? A stale one is passed over.
fn is_due(scheduled: &mut Option<Instant>, now: Instant) -> bool {
    if scheduled.is_some_and(|at| at > now) {
        return false;
    }
    *scheduled = None;
    true
}
