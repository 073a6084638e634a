//! Where a request of ours goes: the next hop's address, and the transport that leads there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use obelus_core::cause::Cause;
use obelus_core::channel_tech::CallError;
use obelus_sip::header::NameAddr;
use obelus_sip::uri::{SipUri, Uri};
use obelus_sip::{Flow, TransportKind};

use crate::config;
use crate::driver::Driver;
use crate::transport::{Path, Transport};

/// A call waits no longer for a name.
const LOOKUP_DEADLINE: Duration = Duration::from_secs(5);

/// Where a request goes.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) flow: Flow,
    pub(crate) path: Arc<Path>,
}

/// Why a request can go nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RouteError {
    /// The next hop is no SIP URI.
    #[error("'{0}' is not a SIP URI")]
    NoUri(String),
    /// It asks for a transport that is not served.
    #[error("'{uri}' asks for {kind}, which is not served yet")]
    Kind {
        /// The URI.
        uri: String,
        /// What it asks for.
        kind: String,
    },
    /// Its name cannot be looked up.
    #[error("the host '{0}' cannot be found")]
    UnknownHost(String),
    /// No transport is open that leads there.
    #[error("no open {kind} transport leads to {remote}")]
    NoTransport {
        /// UDP or TCP.
        kind: &'static str,
        /// The address.
        remote: SocketAddr,
    },
}

impl From<RouteError> for CallError {
    fn from(error: RouteError) -> CallError {
        let cause = match &error {
            RouteError::NoUri(_) | RouteError::UnknownHost(_) => Cause::NO_ROUTE_DESTINATION,
            RouteError::Kind { .. } | RouteError::NoTransport { .. } => Cause::NETWORK_OUT_OF_ORDER,
        };
        CallError::new(cause, error.to_string())
    }
}

/// What leads to the next hop of a request.
pub(crate) struct Query<'a> {
    /// The Request-URI.
    pub(crate) uri: &'a str,
    /// The Route values.
    pub(crate) routes: &'a [Box<str>],
    /// The transport that it takes if that leads there.
    pub(crate) transport: Option<&'a config::Transport>,
    /// The connection, or the transport, that the contact came by.
    pub(crate) came_by: Option<Flow>,
}

/// Finds where a request goes; looks names up.
pub(crate) async fn find(driver: &Driver, query: &Query<'_>) -> Result<Route, RouteError> {
    if let Some(route) = by_connection(driver, query) {
        return Ok(route);
    }
    let text = next_hop(query);
    let uri = Uri::parse(&text).ok().and_then(|uri| uri.as_sip().copied());
    let uri = uri.ok_or_else(|| RouteError::NoUri(text.clone().into_owned()))?;
    let kind = kind_of(&uri, query.transport)?;
    let remote = address_of(driver, &uri, query.transport).await?;
    let transport = transport_for(driver, query, kind, remote);
    let path = transport.and_then(|transport| transport.path_to(&driver.transports.paths, remote.ip()));
    let path = path.ok_or(RouteError::NoTransport { kind: kind.as_str(), remote })?;
    Ok(Route { flow: Flow { transport: path.id, remote, connection: None }, path })
}

/// The connection that a phone keeps open is the only way to it.
fn by_connection(driver: &Driver, query: &Query<'_>) -> Option<Route> {
    let flow = query.came_by.filter(|flow| flow.connection.is_some())?;
    let path = driver.transports.paths.find(flow.transport)?;
    Some(Route { flow, path })
}

fn next_hop<'a>(query: &Query<'a>) -> std::borrow::Cow<'a, str> {
    let first = query.routes.first().and_then(|route| NameAddr::parse(route.as_bytes()));
    match first {
        Some(address) => address.uri.as_str().to_owned().into(),
        None => query.uri.into(),
    }
}

fn kind_of(uri: &SipUri<'_>, own: Option<&config::Transport>) -> Result<TransportKind, RouteError> {
    let own = own.map(|transport| transport.kind);
    let refused = |kind: &str| RouteError::Kind { uri: uri.as_str().to_owned(), kind: kind.to_owned() };
    if uri.secure {
        return Err(refused("TLS"));
    }
    match uri.transport() {
        None => Ok(own.unwrap_or(TransportKind::Udp)),
        Some(word) => match TransportKind::parse(word) {
            Some(kind @ (TransportKind::Udp | TransportKind::Tcp)) => Ok(kind),
            Some(kind) => Err(refused(kind.as_str())),
            None => Err(refused(word)),
        },
    }
}

async fn address_of(
    driver: &Driver,
    uri: &SipUri<'_>,
    own: Option<&config::Transport>,
) -> Result<SocketAddr, RouteError> {
    let port = uri.port().unwrap_or(TransportKind::Udp.default_port());
    let host = uri.params.value("maddr").unwrap_or(uri.host().as_str());
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        return Ok(SocketAddr::new(address, port));
    }
    let bind = own.map(|transport| transport.bind);
    let unknown = || RouteError::UnknownHost(host.to_owned());
    let found = tokio::time::timeout(LOOKUP_DEADLINE, tokio::net::lookup_host((host, port))).await;
    let found: Vec<SocketAddr> = found.map_err(|_| unknown())?.map_err(|_| unknown())?.collect();
    let reaches = |address: &&SocketAddr| match bind {
        Some(bind) => bind.is_ipv6() == address.is_ipv6(),
        None => driver
            .transports
            .list()
            .iter()
            .any(|transport| transport.config.bind.is_ipv6() == address.is_ipv6()),
    };
    found.iter().find(reaches).or(found.first()).copied().ok_or_else(unknown)
}

fn transport_for(
    driver: &Driver,
    query: &Query<'_>,
    kind: TransportKind,
    remote: SocketAddr,
) -> Option<Arc<Transport>> {
    let transports = &driver.transports;
    let fits = |transport: &Arc<Transport>| {
        transport.config.kind == kind
            && transport.config.bind.is_ipv6() == remote.is_ipv6()
            && transport.is_open()
    };
    let own = query.transport.and_then(|config| transports.find(&config.name)).filter(fits);
    let came_by = || transports.paths.find(query.came_by?.transport)?.owner().filter(fits);
    match came_by() {
        Some(transport) if transport.config.symmetric => Some(transport),
        other => own.or(other).or_else(|| transports.first_of(kind, remote.is_ipv6())),
    }
}
