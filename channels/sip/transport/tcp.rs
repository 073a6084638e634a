//! TCP: a listener and the connections of one transport.

mod connection;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use obelus_core::rate_limit::RateLimit;
use obelus_sip::{ConnectionId, Flow, TransportId};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::path::Unsendable;
use super::{Transport, options};
use crate::config;
use crate::monitor::Intake;
use connection::Ended;

/// Connections that the system accepts ahead of us.
const BACKLOG: i32 = 1024;

/// Connections of one transport.
const MOST: usize = 16_384;

/// Connections from one address.
const MOST_PER_SOURCE: usize = 512;

/// How long a connection to somebody may take.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// Messages that wait for a slow reader; with more the connection is given up.
const OUTBOX: usize = 512;

/// Connections are numbered through all transports, so that contacts may name them alone.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The connections of a transport.
pub(super) struct Hub {
    config: Arc<config::Transport>,
    listener: Mutex<Option<TcpListener>>,
    acceptor: Mutex<Option<AbortHandle>>,
    intake: Arc<Intake>,
    table: Mutex<Table>,
    complaint: RateLimit,
}

#[derive(Default)]
struct Table {
    connections: HashMap<ConnectionId, Connection>,
    by_remote: HashMap<SocketAddr, ConnectionId>,
    by_source: HashMap<IpAddr, usize>,
    closed: bool,
}

struct Connection {
    remote: SocketAddr,
    outbox: mpsc::Sender<Bytes>,
    is_outgoing: bool,
    task: Option<AbortHandle>,
}

/// A connection, for listings.
#[derive(Clone, Debug)]
pub struct ConnectionInfo {
    /// Its number.
    pub id: ConnectionId,
    /// The transport's name.
    pub transport: Arc<str>,
    /// The other side.
    pub remote: SocketAddr,
    /// Whether we began it.
    pub is_outgoing: bool,
}

/// A place in the table, with the end of the queue of messages to be sent.
struct Place {
    id: ConnectionId,
    flow: Flow,
    inbox: mpsc::Receiver<Bytes>,
}

impl Hub {
    pub(super) fn bind(
        config: &Arc<config::Transport>,
        intake: &Arc<Intake>,
    ) -> io::Result<(Arc<Hub>, SocketAddr)> {
        let listener = TcpListener::from_std(options::listener(config, BACKLOG)?)?;
        let local = listener.local_addr()?;
        let hub = Hub {
            config: config.clone(),
            listener: Mutex::new(Some(listener)),
            acceptor: Mutex::default(),
            intake: intake.clone(),
            table: Mutex::default(),
            complaint: RateLimit::new(Duration::from_secs(10)),
        };
        Ok((Arc::new(hub), local))
    }

    pub(super) fn start(self: &Arc<Self>, transport: &Arc<Transport>) {
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(listener) = listener else { return };
        let accepting = self.clone().accept_all(listener, transport.clone());
        let acceptor = tokio::spawn(accepting).abort_handle();
        *self.acceptor.lock().unwrap_or_else(PoisonError::into_inner) = Some(acceptor);
    }

    pub(super) fn close(&self) {
        if let Some(acceptor) = self.acceptor.lock().unwrap_or_else(PoisonError::into_inner).take() {
            acceptor.abort();
        }
        // Without their outboxes the connections end by themselves, when what waits in them is written.
        let mut table = self.table();
        *table = Table { closed: true, ..Table::default() };
    }

    pub(super) fn list(&self) -> Vec<ConnectionInfo> {
        let info = |(id, connection): (&ConnectionId, &Connection)| ConnectionInfo {
            id: *id,
            transport: self.config.name.clone(),
            remote: connection.remote,
            is_outgoing: connection.is_outgoing,
        };
        self.table().connections.iter().map(info).collect()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn accept_all(self: Arc<Self>, listener: TcpListener, transport: Arc<Transport>) {
        loop {
            match listener.accept().await {
                Ok((stream, remote)) => self.accept(stream, remote, &transport),
                Err(error) => {
                    // Out of descriptors: those who wait keep waiting, and others must get the processor.
                    tracing::warn!(transport = %self.config.name, %error, "a connection cannot be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn accept(self: &Arc<Self>, stream: TcpStream, remote: SocketAddr, transport: &Arc<Transport>) {
        let remote = SocketAddr::new(remote.ip().to_canonical(), remote.port());
        let path = transport.path_to(self.intake.paths(), remote.ip());
        let place = path.and_then(|path| self.enter(remote, path.id, false));
        let Some(place) = place else {
            self.intake.counters().connections_refused.count();
            if let Some(left_out) = self.complaint.admit() {
                tracing::warn!(%remote, left_out, "too many connections, one is refused");
            }
            return;
        };
        let id = place.id;
        let hub = self.clone();
        let task = tokio::spawn(async move { hub.serve(stream, place).await });
        self.remember_task(id, task.abort_handle());
    }

    /// Takes a place in the table, if there is room.
    fn enter(&self, remote: SocketAddr, path: TransportId, is_outgoing: bool) -> Option<Place> {
        let id = ConnectionId(NEXT.fetch_add(1, Ordering::Relaxed));
        let (outbox, inbox) = mpsc::channel(OUTBOX);
        let mut table = self.table();
        let here = table.by_source.get(&remote.ip()).copied().unwrap_or_default();
        if table.closed || table.connections.len() >= MOST || (!is_outgoing && here >= MOST_PER_SOURCE) {
            return None;
        }
        table.by_source.insert(remote.ip(), here + 1);
        table.by_remote.insert(remote, id);
        table.connections.insert(id, Connection { remote, outbox, is_outgoing, task: None });
        Some(Place { id, flow: Flow { transport: path, remote, connection: Some(id) }, inbox })
    }

    fn remember_task(&self, id: ConnectionId, task: AbortHandle) {
        match self.table().connections.get_mut(&id) {
            Some(connection) => connection.task = Some(task),
            // It has ended already, or the transport is closed.
            None => task.abort(),
        }
    }

    fn leave(&self, id: ConnectionId) {
        let mut table = self.table();
        let Some(connection) = table.connections.remove(&id) else { return };
        if table.by_remote.get(&connection.remote) == Some(&id) {
            table.by_remote.remove(&connection.remote);
        }
        let source = connection.remote.ip();
        match table.by_source.get_mut(&source) {
            Some(here) if *here > 1 => *here -= 1,
            Some(_) | None => drop(table.by_source.remove(&source)),
        }
    }

    async fn serve(self: Arc<Self>, stream: TcpStream, place: Place) {
        let (id, flow) = (place.id, place.flow);
        let ended = match options::connected(&stream, &self.config) {
            Ok(()) => connection::run(stream, place, &self.intake).await,
            Err(error) => Ended::Failed(error),
        };
        self.ended(id, flow, &ended);
    }

    fn ended(&self, id: ConnectionId, flow: Flow, ended: &Ended) {
        self.leave(id);
        match ended {
            Ended::ByPeer => tracing::debug!(remote = %flow.remote, "connection closed by the other side"),
            Ended::Idle => tracing::debug!(remote = %flow.remote, "idle connection closed"),
            Ended::Failed(error) => tracing::debug!(remote = %flow.remote, %error, "connection failed"),
            Ended::Broken(_) | Ended::Silent | Ended::Stuck => {
                self.intake.counters().connections_broken.count();
                if let Some(left_out) = self.complaint.admit() {
                    tracing::warn!(remote = %flow.remote, left_out, reason = %ended, "connection closed");
                }
            }
        }
        self.intake.connection_ended(flow, id);
    }

    /// Sends by the flow's connection, by another one to the same address, or by a new one.
    pub(super) fn send(hub: &Arc<Self>, flow: &Flow, bytes: Bytes) -> Result<(), Unsendable> {
        let found = {
            let table = hub.table();
            let known = flow.connection.filter(|id| table.connections.contains_key(id));
            let id = known.or_else(|| table.by_remote.get(&flow.remote).copied());
            id.and_then(|id| Some((id, table.connections.get(&id)?.outbox.clone())))
        };
        match found {
            Some((_, outbox)) => match outbox.try_send(bytes) {
                Ok(()) => Ok(()),
                Err(mpsc::error::TrySendError::Full(_) | mpsc::error::TrySendError::Closed(_)) => {
                    Err(Unsendable)
                }
            },
            None => hub.connect(flow, bytes),
        }
    }

    fn connect(self: &Arc<Self>, flow: &Flow, first: Bytes) -> Result<(), Unsendable> {
        let place = self.enter(flow.remote, flow.transport, true).ok_or(Unsendable)?;
        let queued = self.table().connections.get(&place.id).map(|known| known.outbox.try_send(first));
        if !matches!(queued, Some(Ok(()))) {
            return Err(Unsendable);
        }
        let id = place.id;
        let hub = self.clone();
        let task = tokio::spawn(async move { hub.connect_and_serve(place).await });
        self.remember_task(id, task.abort_handle());
        Ok(())
    }

    async fn connect_and_serve(self: Arc<Self>, place: Place) {
        let (id, flow) = (place.id, place.flow);
        let connecting = async {
            let socket = TcpSocket::from_std_stream(options::outgoing(&self.config)?);
            socket.connect(flow.remote).await
        };
        match tokio::time::timeout(CONNECT_DEADLINE, connecting).await {
            Ok(Ok(stream)) => self.serve(stream, place).await,
            Ok(Err(error)) => self.not_connected(id, flow, &error),
            Err(_) => self.not_connected(id, flow, &io::ErrorKind::TimedOut.into()),
        }
    }

    /// Whoever waits for the messages of this connection hears that it came to nothing.
    fn not_connected(&self, id: ConnectionId, flow: Flow, error: &io::Error) {
        self.leave(id);
        if let Some(left_out) = self.complaint.admit() {
            tracing::warn!(remote = %flow.remote, %error, left_out, "cannot connect");
        }
        self.intake.connection_ended(Flow { connection: None, ..flow }, id);
    }
}
