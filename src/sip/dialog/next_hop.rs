//! Where a request of a dialog is sent: the first route or the target, when its host is an address.

use crate::transport::{Flow, Transport, TransportKind};
use crate::uri::{SipUri, Uri};
use std::net::SocketAddr;

/// The next hop of a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextHop {
    /// Send there.
    Flow(Flow),
    /// The host is a name that somebody must resolve (RFC 3263).
    Name,
}

impl NextHop {
    /// Works it out; `current` is where the dialog's messages go now, and remains where nothing better is known.
    pub(crate) fn of(uri: &Uri<'_>, current: Flow, transports: &[Transport]) -> Self {
        let Some(sip) = uri.as_sip() else { return Self::Flow(current) };
        let current_kind = transports.iter().find(|transport| transport.id == current.transport);
        let Some(current_kind) = current_kind.map(|transport| transport.kind) else {
            return Self::Flow(current);
        };
        let kind = wanted_kind(sip, current_kind, current);
        // A browser cannot be connected to: its WebSocket is the only way (RFC 7118 5).
        if matches!(kind, TransportKind::Ws | TransportKind::Wss) {
            return Self::Flow(current);
        }
        let Some(remote) = address(sip, kind) else { return Self::Name };
        if kind == current_kind && remote == current.remote {
            return Self::Flow(current);
        }
        let usable = |transport: &&Transport| transport.kind == kind && transport.is_ipv6 == remote.is_ipv6();
        let same = transports.iter().filter(usable).find(|transport| transport.id == current.transport);
        match same.or_else(|| transports.iter().find(usable)) {
            Some(transport) => Self::Flow(Flow { transport: transport.id, remote, connection: None }),
            None => Self::Flow(current),
        }
    }
}

/// The transport that the URI asks for. Phones on streams often forget to say so in their Contact, so a URI that
/// names none, of the host at the other end of the stream, means the stream.
fn wanted_kind(sip: &SipUri<'_>, current_kind: TransportKind, current: Flow) -> TransportKind {
    let named = sip.transport().and_then(TransportKind::parse);
    match named {
        Some(TransportKind::Tcp) if sip.secure => TransportKind::Tls,
        Some(TransportKind::Ws) if sip.secure => TransportKind::Wss,
        Some(kind) => kind,
        None if current_kind.is_reliable() && sip.host().ip() == Some(current.remote.ip()) => current_kind,
        None if sip.secure => TransportKind::Tls,
        None => TransportKind::Udp,
    }
}

fn address(sip: &SipUri<'_>, kind: TransportKind) -> Option<SocketAddr> {
    let port = sip.port().unwrap_or(kind.default_port());
    let host = match sip.params.value("maddr") {
        Some(maddr) => crate::uri::Host::parse(maddr).ok()?.ip()?,
        None => sip.host().ip()?,
    };
    Some(SocketAddr::new(host, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{ConnectionId, TransportId};

    fn transports() -> Vec<Transport> {
        let transport =
            |id, kind, is_ipv6| Transport { id: TransportId(id), kind, sent_by: "h".into(), is_ipv6 };
        vec![
            transport(0, TransportKind::Udp, false),
            transport(1, TransportKind::Tls, false),
            transport(2, TransportKind::Udp, true),
            transport(3, TransportKind::Wss, false),
            transport(4, TransportKind::Udp, false),
        ]
    }

    fn flow(transport: u16, remote: &str, connection: Option<u64>) -> Flow {
        Flow {
            transport: TransportId(transport),
            remote: remote.parse().unwrap(),
            connection: connection.map(ConnectionId),
        }
    }

    fn check(uri: &str, current: Flow, expected: NextHop) {
        assert_eq!(NextHop::of(&Uri::parse(uri).unwrap(), current, &transports()), expected, "{uri}");
    }

    #[test]
    fn an_address_is_a_flow_and_a_name_must_be_resolved() {
        let udp = flow(0, "192.0.2.1:5060", None);
        check("sip:a@192.0.2.1", udp, NextHop::Flow(udp));
        check("sip:a@192.0.2.2:5070", udp, NextHop::Flow(flow(0, "192.0.2.2:5070", None)));
        check("sip:a@[2001:db8::1]", udp, NextHop::Flow(flow(2, "[2001:db8::1]:5060", None)));
        check("sip:a@192.0.2.2;transport=tls", udp, NextHop::Flow(flow(1, "192.0.2.2:5061", None)));
        check("sip:a@192.0.2.2;transport=sctp", udp, NextHop::Flow(flow(0, "192.0.2.2:5060", None)));
        check("sip:a@host;maddr=192.0.2.9", udp, NextHop::Flow(flow(0, "192.0.2.9:5060", None)));
        check("sip:a@example.com", udp, NextHop::Name);
        check("tel:+1", udp, NextHop::Flow(udp));
    }

    #[test]
    fn the_dialogs_own_transport_is_kept_among_equals() {
        let second = flow(4, "192.0.2.1:5060", None);
        check("sip:a@192.0.2.2", second, NextHop::Flow(flow(4, "192.0.2.2:5060", None)));
    }

    #[test]
    fn streams_are_kept_where_they_lead_to_the_target() {
        let tls = flow(1, "192.0.2.1:40000", Some(7));
        check("sips:a@192.0.2.1:40000", tls, NextHop::Flow(tls));
        check("sip:a@192.0.2.1:40000", tls, NextHop::Flow(tls));
        check("sip:a@192.0.2.1:5061;transport=tls", tls, NextHop::Flow(flow(1, "192.0.2.1:5061", None)));
        let wss = flow(3, "192.0.2.1:40000", Some(8));
        check("sip:a@x.invalid;transport=ws", wss, NextHop::Flow(wss));
    }
}
