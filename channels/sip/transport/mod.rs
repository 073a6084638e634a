//! The sockets of the driver: opened as configured, each with its own fate.
//!
//! A transport that cannot be opened says why and harms no other. Workers know [`Path`]s: a socket together with
//! the address under which the other side sees us.

mod options;
mod path;
mod source;
mod tcp;
mod udp;

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use dashmap::DashMap;
use obelus_sip::{ConnectionId, Flow, TransportKind};

pub use path::{Path, Paths};
pub use tcp::ConnectionInfo;

use crate::config;
use crate::monitor::Intake;
use path::Side;

/// More addresses than this are not remembered with the way to them.
const MOST_REMEMBERED: usize = 4096;

/// All transports of the configuration, opened or not.
#[derive(Default)]
pub struct Transports {
    list: ArcSwap<Vec<Arc<Transport>>>,
    /// The ways by which messages leave.
    pub paths: Paths,
}

/// A configured transport, opened or not.
pub struct Transport {
    /// Its configuration.
    pub config: Arc<config::Transport>,
    /// Whether it works, and where.
    pub state: State,
    wire: Wire,
    external: External,
    /// The way to each address, where that must be asked of the system.
    known: DashMap<IpAddr, Arc<Path>>,
    closed: AtomicBool,
}

/// Whether a transport works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is bound to this address.
    Bound(SocketAddr),
    /// It is not; the text says why.
    Failed(String),
}

/// What carries a transport's messages.
#[derive(Clone)]
enum Wire {
    Udp(Arc<udp::Socket>),
    Tcp(Arc<tcp::Hub>),
    Nothing,
}

/// Addresses for the other side of a NAT, as they were resolved.
#[derive(Clone, Debug, Default)]
struct External {
    signaling: Option<Box<str>>,
    media: Option<IpAddr>,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Bound(address) => write!(f, "{address}"),
            State::Failed(reason) => write!(f, "FAILED: {reason}"),
        }
    }
}

impl Transports {
    /// All of them, in the order of the configuration.
    pub fn list(&self) -> Arc<Vec<Arc<Transport>>> {
        self.list.load_full()
    }

    /// The transport of this name.
    pub fn find(&self, name: &str) -> Option<Arc<Transport>> {
        self.list.load().iter().find(|transport| *transport.config.name == *name).cloned()
    }

    /// The first open one of this kind that reaches IPv6 or IPv4 addresses.
    pub fn first_of(&self, kind: TransportKind, is_ipv6: bool) -> Option<Arc<Transport>> {
        let fits = |transport: &&Arc<Transport>| {
            transport.config.kind == kind && transport.is_open() && transport.config.bind.is_ipv6() == is_ipv6
        };
        self.list.load().iter().find(fits).cloned()
    }

    /// Opens what is new, closes what is gone, and reopens what has changed and may be reopened.
    ///
    /// What stays the same keeps its sockets and connections. The texts say what could not be done.
    pub async fn configure(&self, wanted: &[Arc<config::Transport>], intake: &Arc<Intake>) -> Vec<String> {
        let before = self.list();
        let mut complaints = Vec::new();
        let mut list: Vec<Arc<Transport>> = Vec::with_capacity(wanted.len());
        for transport in before.iter() {
            let stays = wanted.iter().any(|wanted| transport.stays_under(wanted));
            if !stays {
                transport.close();
                self.paths.forget(transport);
            }
        }
        for config in wanted {
            match before.iter().find(|transport| transport.config.name == config.name) {
                Some(known) if known.stays_under(config) => {
                    if !known.is_same(config) {
                        complaints.push(format!(
                            "[{}] has changed, but keeps running as it was: it has no `allow_reload`",
                            config.name
                        ));
                    }
                    list.push(known.clone());
                }
                _ => list.push(Transport::open(config, intake).await),
            }
        }
        self.list.store(Arc::new(list));
        complaints
    }

    /// Closes everything.
    pub fn close(&self) {
        for transport in self.list.swap(Arc::default()).iter() {
            transport.close();
            self.paths.forget(transport);
        }
    }

    /// The connection that a flow goes over, if it goes over one.
    pub(crate) fn connection_to(&self, flow: &Flow) -> Option<ConnectionId> {
        let path = self.paths.find(flow.transport).filter(|path| path.kind != TransportKind::Udp)?;
        let is_it = |known: &ConnectionInfo| known.transport == path.transport && known.remote == flow.remote;
        flow.connection.or_else(|| self.connections().into_iter().find(is_it).map(|known| known.id))
    }

    /// The open connections of all transports.
    pub fn connections(&self) -> Vec<ConnectionInfo> {
        self.list.load().iter().filter_map(|transport| transport.hub()).flat_map(|hub| hub.list()).collect()
    }
}

impl Transport {
    async fn open(config: &Arc<config::Transport>, intake: &Arc<Intake>) -> Arc<Transport> {
        let external = External::resolve(config).await;
        let opened = match config.kind {
            TransportKind::Udp => udp::Socket::bind(config).map(|socket| (socket.local(), Wire::Udp(socket))),
            TransportKind::Tcp => tcp::Hub::bind(config, intake).map(|(hub, local)| (local, Wire::Tcp(hub))),
            kind => Err(io::Error::other(format!("{} is not served yet", kind.as_str()))),
        };
        let (state, wire) = match opened {
            Ok((local, wire)) => (State::Bound(local), wire),
            Err(error) => (State::Failed(reason(&error)), Wire::Nothing),
        };
        let transport = Arc::new(Transport {
            config: config.clone(),
            state,
            wire,
            external,
            known: DashMap::new(),
            closed: AtomicBool::new(false),
        });
        transport.start(intake);
        transport
    }

    fn start(self: &Arc<Self>, intake: &Arc<Intake>) {
        let name = &self.config.name;
        match &self.state {
            State::Bound(local) => {
                tracing::info!(transport = %name, %local, kind = self.config.kind.as_str(), "transport is open");
            }
            State::Failed(reason) => {
                tracing::error!(
                    transport = %name,
                    bind = %self.config.bind,
                    line = %self.config.source.location,
                    reason,
                    "transport cannot be opened"
                );
            }
        }
        match &self.wire {
            Wire::Udp(socket) => socket.start(self, intake),
            Wire::Tcp(hub) => hub.start(self),
            Wire::Nothing => {}
        }
    }

    /// Whether it is bound and not closed again.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Bound(_)) && !self.closed.load(Ordering::Relaxed)
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        match &self.wire {
            Wire::Udp(socket) => socket.close(),
            Wire::Tcp(hub) => hub.close(),
            Wire::Nothing => {}
        }
    }

    fn hub(&self) -> Option<&Arc<tcp::Hub>> {
        match &self.wire {
            Wire::Tcp(hub) => Some(hub),
            Wire::Udp(_) | Wire::Nothing => None,
        }
    }

    /// Whether it goes on under a new configuration: it is the same, or must not be reopened.
    fn stays_under(&self, config: &config::Transport) -> bool {
        *self.config.name == *config.name
            && self.is_open()
            && (self.is_same(config) || !self.config.allow_reload)
    }

    fn is_same(&self, config: &config::Transport) -> bool {
        let key = |transport: &config::Transport| {
            (transport.kind, transport.bind, transport.tos, transport.cos, transport.tcp_keepalive)
        };
        let address = |transport: &config::Transport| {
            (
                transport.external_signaling.clone(),
                transport.external_media_address.clone(),
                transport.local_nets.clone(),
                transport.domain.clone(),
                transport.symmetric,
            )
        };
        key(&self.config) == key(config) && address(&self.config) == address(config)
    }

    /// The way to an address; `None` if there is none.
    pub fn path_to(self: &Arc<Self>, paths: &Paths, remote: IpAddr) -> Option<Arc<Path>> {
        let State::Bound(local) = self.state else { return None };
        if let Some(path) = self.known.get(&remote) {
            return Some(path.clone());
        }
        let is_outside = self.external.exists() && !self.config.is_local(remote);
        let source = if local.ip().is_unspecified() { source::towards(remote)? } else { local.ip() };
        let side = Side { source, is_outside };
        let path = paths.find_or_add(self, local, side);
        // Forgetting all of them now and then also follows changes of the routes.
        if self.known.len() >= MOST_REMEMBERED {
            self.known.clear();
        }
        self.known.insert(remote, path.clone());
        Some(path)
    }

    /// Asks the system anew which way leads where.
    pub fn forget_routes(&self) {
        self.known.clear();
    }
}

impl External {
    async fn resolve(config: &config::Transport) -> External {
        let is_ipv6 = config.bind.is_ipv6();
        let named = config.external_signaling.hostname.as_deref().map(Box::from);
        let signaling = match (&named, &config.external_signaling.address) {
            (None, Some(host)) => resolve(host, is_ipv6).await.map(|address| written(address).into()),
            _ => named,
        };
        let media = match &config.external_media_address {
            Some(host) => resolve(host, is_ipv6).await,
            None => None,
        };
        External { signaling, media }
    }

    fn exists(&self) -> bool {
        self.signaling.is_some() || self.media.is_some()
    }
}

async fn resolve(host: &str, is_ipv6: bool) -> Option<IpAddr> {
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        return Some(address);
    }
    let looked_up = tokio::time::timeout(Duration::from_secs(5), tokio::net::lookup_host((host, 0))).await;
    let found = match looked_up {
        Ok(Ok(mut addresses)) => addresses.find(|address| address.is_ipv6() == is_ipv6),
        Ok(Err(_)) | Err(_) => None,
    };
    if found.is_none() {
        tracing::error!(host, "an external address cannot be looked up and is left out");
    }
    found.map(|address| address.ip())
}

/// An address as it stands in URIs and Via.
fn written(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// The system's words without the number.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "address in use".to_owned(),
        io::ErrorKind::AddrNotAvailable => "the machine does not have this address".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
