//! `Path`: a socket, and how we call ourselves towards those who are reached by it.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwap;
use bytes::Bytes;
use obelus_sip::{Flow, TransportId, TransportKind};

use super::{Transport, Wire, tcp, written};
use crate::counters::Counters;

/// A way by which messages leave: the stack's transport.
///
/// A socket bound to every address of the machine has one for each address that it is seen under.
pub struct Path {
    /// Its number, the stack's name for it.
    pub id: TransportId,
    /// UDP or TCP.
    pub kind: TransportKind,
    /// The configured transport's name.
    pub transport: Arc<str>,
    /// Host and port as they stand in Via and Contact.
    pub sent_by: Box<str>,
    /// Our own address on this way.
    pub source: IpAddr,
    /// The address that is bound, where the transport is bound to one.
    pub bound_to: Option<IpAddr>,
    /// What others are told to send media to, if not to our own address.
    pub external_media: Option<IpAddr>,
    owner: Weak<Transport>,
    wire: Wire,
}

/// Which of the faces of a transport a path shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) source: IpAddr,
    /// The other side is beyond a NAT.
    pub(super) is_outside: bool,
}

/// All paths, by number. A number is never used again.
#[derive(Default)]
pub struct Paths {
    list: ArcSwap<Vec<Slot>>,
    adding: Mutex<()>,
}

/// A path and what makes it differ from others; empty once its transport is closed.
type Slot = Option<(Side, Arc<Path>)>;

/// Why a message could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsendable;

impl Path {
    /// The Contact of requests and responses that leave by it: `<sip:user@host:port;transport=tcp>`.
    pub fn contact(&self, user: &str) -> String {
        let at = if user.is_empty() { "" } else { "@" };
        let parameter = match self.kind {
            TransportKind::Udp => "",
            TransportKind::Tcp | TransportKind::Tls => ";transport=tcp",
            TransportKind::Ws | TransportKind::Wss => ";transport=ws",
        };
        format!("<sip:{user}{at}{}{parameter}>", self.sent_by)
    }

    /// Host without port, as it stands in From.
    pub fn host(&self) -> &str {
        match self.sent_by.rsplit_once(':') {
            Some((host, _)) if !host.ends_with(':') => host,
            _ => &self.sent_by,
        }
    }

    /// The transport, unless it is closed.
    pub fn owner(&self) -> Option<Arc<Transport>> {
        self.owner.upgrade()
    }

    /// The address that others send media to.
    pub fn media_address(&self) -> IpAddr {
        self.external_media.unwrap_or(self.source)
    }

    /// The stack's name for it.
    pub fn description(&self) -> obelus_sip::Transport {
        obelus_sip::Transport {
            id: self.id,
            kind: self.kind,
            sent_by: self.sent_by.clone(),
            is_ipv6: self.source.is_ipv6(),
        }
    }

    /// Sends a message, or hands it to the connection that will. A datagram that the system does not take is lost,
    /// as others are on the way; what needs an answer is sent again.
    pub fn send(&self, flow: &Flow, bytes: Bytes, counters: &Counters) -> Result<(), Unsendable> {
        counters.sent.count();
        match &self.wire {
            Wire::Udp(socket) => socket.send(flow.remote, &bytes, counters),
            Wire::Tcp(hub) => tcp::Hub::send(hub, flow, bytes),
            Wire::Nothing => Err(Unsendable),
        }
    }
}

impl Paths {
    /// The path of this number.
    pub fn find(&self, id: TransportId) -> Option<Arc<Path>> {
        let list = self.list.load();
        list.get(usize::from(id.0)).and_then(Option::as_ref).map(|(_, path)| path.clone())
    }

    /// How many numbers have been given.
    pub fn count(&self) -> usize {
        self.list.load().len()
    }

    /// The paths from this number on.
    pub fn since(&self, first: usize) -> Vec<Arc<Path>> {
        self.list.load().iter().skip(first).flatten().map(|(_, path)| path.clone()).collect()
    }

    pub(super) fn find_or_add(&self, owner: &Arc<Transport>, local: SocketAddr, side: Side) -> Arc<Path> {
        let _adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let list = self.list.load();
        let is_it =
            |(known, path): &&(Side, Arc<Path>)| *known == side && path.owner.ptr_eq(&Arc::downgrade(owner));
        if let Some((_, path)) = list.iter().flatten().find(is_it) {
            return path.clone();
        }
        // The last number serves all when they run out, which takes thousands of reloads.
        let id = TransportId(u16::try_from(list.len()).unwrap_or(u16::MAX));
        let path = Arc::new(Path::new(id, owner, local, side));
        let mut grown = list.to_vec();
        grown.push(Some((side, path.clone())));
        self.list.store(Arc::new(grown));
        path
    }

    /// Empties the places of a closed transport.
    pub(super) fn forget(&self, owner: &Arc<Transport>) {
        let _adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = Arc::downgrade(owner);
        let keep = |slot: &Slot| slot.clone().filter(|(_, path)| !path.owner.ptr_eq(&owner));
        let list = self.list.load().iter().map(keep).collect();
        self.list.store(Arc::new(list));
    }
}

impl Path {
    fn new(id: TransportId, owner: &Arc<Transport>, local: SocketAddr, side: Side) -> Path {
        let config = &owner.config;
        let external = &owner.external;
        let host = external.signaling.as_deref().filter(|_| side.is_outside);
        let host = host.map_or_else(|| written(side.source), str::to_owned);
        let port = config.external_signaling.port.filter(|_| side.is_outside).unwrap_or(local.port());
        Path {
            id,
            kind: config.kind,
            transport: config.name.clone(),
            sent_by: format!("{host}:{port}").into(),
            source: side.source,
            bound_to: Some(local.ip()).filter(|address| !address.is_unspecified()),
            external_media: external.media.filter(|_| side.is_outside),
            owner: Arc::downgrade(owner),
            wire: owner.wire.clone(),
        }
    }
}
