//! What the stack knows of transports: their names, and flows between two addresses.

use bytes::Bytes;
use std::net::SocketAddr;

/// A transport's number, given by the stack's user.
///
/// One socket may have several: a port that is seen under one address at home and another outside is two
/// transports with different `sent_by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransportId(pub u16);

/// A connection's number, given by the stack's user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// Where a message came from or goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flow {
    /// The transport.
    pub transport: TransportId,
    /// The other side's address.
    pub remote: SocketAddr,
    /// The connection, when the message must stay on it; `None` lets the stack's user choose or open one.
    pub connection: Option<ConnectionId>,
}

/// The kinds of transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransportKind {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream over TLS.
    Tls,
    /// WebSocket (RFC 7118).
    Ws,
    /// WebSocket over TLS.
    Wss,
}

impl TransportKind {
    /// The name in a Via header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// Recognises a Via transport or a `transport` parameter, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls, Self::Ws, Self::Wss]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }

    /// Does the transport itself repeat what is lost?
    #[must_use]
    pub fn is_reliable(self) -> bool {
        self != Self::Udp
    }

    /// Is it encrypted?
    #[must_use]
    pub fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// The port when none is written (RFC 3261 18.2.2, RFC 7118 5.4).
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }
}

/// A transport that messages can leave by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transport {
    /// Its number.
    pub id: TransportId,
    /// Its kind.
    pub kind: TransportKind,
    /// Host and port as they stand in Via.
    pub sent_by: Box<str>,
    /// Does it reach IPv6 addresses (or else IPv4)?
    pub is_ipv6: bool,
}

/// A message to be sent.
///
/// When the flow's connection is gone, a new one to the same address may carry it (RFC 3261 18.2.2); when that
/// fails too, call [`crate::UserAgent::handle_transport_error`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmit {
    /// Where to.
    pub flow: Flow,
    /// The whole message.
    pub bytes: Bytes,
}
