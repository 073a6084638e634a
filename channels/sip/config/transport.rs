//! `type = transport`: a socket that SIP is spoken on.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{ConfiguredSection, Network, OptionHelp, Problem, Reader};
use obelus_sip::TransportKind;

use super::objects::{ObjectType, Source, Unserved, served, unserved};
use super::service_class::type_of_service;
use super::values::{self, flag, host, networks, text, word};

const DEFAULT_PORT: u16 = 5060;

/// A configured transport.
#[derive(Clone, Debug)]
pub struct Transport {
    /// Its name.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// UDP or TCP.
    pub kind: TransportKind,
    /// The local address and port.
    pub bind: SocketAddr,
    /// The address under which others reach it from outside [`Transport::local_nets`].
    pub external_signaling: External,
    /// The address for media towards the outside: an address or a host name.
    pub external_media_address: Option<Box<str>>,
    /// The networks that need no external address; empty means none at all.
    pub local_nets: Vec<Network>,
    /// The domain of endpoints that come over this transport: `alice@domain`; empty for none.
    pub domain: Arc<str>,
    /// The type-of-service octet of the IP header.
    pub tos: u8,
    /// The priority inside the machine and on VLANs, 0 to 7.
    pub cos: u8,
    /// Whether requests to a contact leave by the transport on which it registered.
    pub symmetric: bool,
    /// Whether idle connections are probed by the system.
    pub tcp_keepalive: Option<TcpKeepalive>,
    /// Whether a reload may close and open it again.
    pub allow_reload: bool,
}

/// How a transport calls itself towards the outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct External {
    /// An address or a host name, resolved when the transport is opened.
    pub address: Option<Box<str>>,
    /// A name that is written as it is, in place of the address.
    pub hostname: Option<Arc<str>>,
    /// The port in place of the bound one.
    pub port: Option<u16>,
}

/// The system's probes of idle connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpKeepalive {
    /// Silence before the first probe.
    pub idle: Duration,
    /// Time between probes.
    pub interval: Duration,
    /// Unanswered probes until the connection is closed.
    pub probes: u32,
}

/// Options that mean something with `protocol = tls`, `ws` or `wss` only.
const SECURE: &[Unserved] = &[
    unserved("ca_list_file", &[""], "TLS is not served yet."),
    unserved("ca_list_path", &[""], "TLS is not served yet."),
    unserved("cert_file", &[""], "TLS is not served yet."),
    unserved("priv_key_file", &[""], "TLS is not served yet."),
    unserved("password", &[""], "TLS is not served yet."),
    unserved("cipher", &[""], "TLS is not served yet."),
    unserved("method", &["", "unspecified", "default"], "TLS is not served yet."),
    unserved("verify_server", &["no"], "TLS is not served yet."),
    unserved("verify_client", &["no"], "TLS is not served yet."),
    unserved("require_client_cert", &["no"], "TLS is not served yet."),
    unserved("allow_wildcard_certs", &["no"], "TLS is not served yet."),
    unserved("websocket_write_timeout", &["100"], "WebSocket is not served yet."),
];

impl ObjectType for Transport {
    const TYPE: &'static str = "transport";
    const UNSERVED: &'static [Unserved] = &{
        let mut all = [unserved("async_operations", &["1"], "Asterisk always does one at a time, too."); 13];
        let mut index = 0;
        while index < SECURE.len() {
            all[index + 1] = SECURE[index];
            index += 1;
        }
        all
    };

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

impl ConfiguredSection for Transport {
    const OPTIONS: &'static [OptionHelp] = &[
        served("protocol", "udp", "`udp` or `tcp`; `tls`, `ws` and `wss` are refused, `flow` too."),
        served("bind", "", "The address, with the port after a colon unless it is 5060; required."),
        served(
            "domain",
            "",
            "Endpoints named `user@domain` are found for requests that come over this transport.",
        ),
        served(
            "external_signaling_address",
            "",
            "Our address in Via and Contact towards hosts outside `local_net`.",
        ),
        served("external_signaling_hostname", "", "A host name that is written there instead."),
        served("external_signaling_port", "0", "Our port there; 0 is that of `bind`."),
        served("external_media_address", "", "Our address in SDP towards hosts outside `local_net`."),
        served("local_net", "", "A network that needs no external address; may be repeated."),
        served("tos", "0", "The type of service of packets: `cs3`, `af31`, `ef` or a number."),
        served("cos", "0", "The priority of packets inside the machine, 0 to 7."),
        served(
            "symmetric_transport",
            "no",
            "Requests to a contact leave by the transport on which it registered.",
        ),
        served("tcp_keepalive_enable", "no", "Idle TCP connections are probed."),
        served("tcp_keepalive_idle_time", "30", "Seconds of silence before the first probe."),
        served("tcp_keepalive_interval_time", "10", "Seconds between probes."),
        served("tcp_keepalive_probe_count", "5", "Unanswered probes after which the connection is closed."),
        served(
            "allow_reload",
            "no",
            "A reload may close and open the transport again, which ends its connections.",
        ),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<Transport> {
        let name = reader.section().name.clone();
        let source = Source::of(reader.section());
        let kind = protocol(reader);
        let bind = bind(reader);
        let external_signaling = external(reader);
        let transport = Transport {
            name,
            source,
            kind: kind.unwrap_or(TransportKind::Udp),
            bind: bind.unwrap_or(SocketAddr::from(([0, 0, 0, 0], DEFAULT_PORT))),
            external_signaling,
            external_media_address: host(reader, "external_media_address"),
            local_nets: networks(reader, "local_net"),
            domain: text(reader, "domain"),
            tos: reader
                .parsed("tos", "a type of service such as cs3, af31, ef or 0 to 255", type_of_service)
                .unwrap_or(0),
            cos: reader.integer("cos", 0..=7_u8).unwrap_or(0),
            symmetric: flag(reader, "symmetric_transport", false),
            tcp_keepalive: tcp_keepalive(reader),
            allow_reload: flag(reader, "allow_reload", false),
        };
        (kind.is_some() && bind.is_some()).then_some(transport)
    }
}

/// The protocol; what belongs to one that is not served is passed over, since one message is enough.
fn protocol(reader: &mut Reader<'_>) -> Option<TransportKind> {
    let words = [
        ("udp", TransportKind::Udp),
        ("tcp", TransportKind::Tcp),
        ("tls", TransportKind::Tls),
        ("ws", TransportKind::Ws),
        ("wss", TransportKind::Wss),
        ("flow", TransportKind::Tcp),
    ];
    let written = reader.section().value("protocol").unwrap_or("udp");
    let is_served = ["udp", "tcp"].iter().any(|known| written.eq_ignore_ascii_case(known));
    let kind = reader.choice("protocol", &words);
    if kind.is_none() && reader.section().entry("protocol").is_some() {
        values::unserved(reader, Transport::UNSERVED);
        return None;
    }
    if is_served {
        values::unserved(reader, Transport::UNSERVED);
        return Some(kind.unwrap_or(TransportKind::Udp));
    }
    reader.entry("type");
    Transport::UNSERVED.iter().for_each(|option| drop(reader.all(option.name)));
    reader.unserved("protocol", &["udp", "tcp"]);
    None
}

fn bind(reader: &mut Reader<'_>) -> Option<SocketAddr> {
    if reader.section().entry("bind").is_none() {
        reader.missing("bind");
    }
    reader.address("bind", DEFAULT_PORT)
}

fn external(reader: &mut Reader<'_>) -> External {
    External {
        address: host(reader, "external_signaling_address"),
        hostname: word(reader, "external_signaling_hostname"),
        port: reader.integer("external_signaling_port", 0..=u16::MAX).filter(|port| *port != 0),
    }
}

fn tcp_keepalive(reader: &mut Reader<'_>) -> Option<TcpKeepalive> {
    let enabled = flag(reader, "tcp_keepalive_enable", false);
    let mut seconds =
        |name, default| reader.duration_seconds(name, 1..=32_767).unwrap_or(Duration::from_secs(default));
    let (idle, interval) =
        (seconds("tcp_keepalive_idle_time", 30), seconds("tcp_keepalive_interval_time", 10));
    let probes = reader.integer("tcp_keepalive_probe_count", 1..=127).unwrap_or(5);
    enabled.then_some(TcpKeepalive { idle, interval, probes })
}

impl Transport {
    /// Whether hosts at this address are told our inside address: in `local_net`, or no `local_net` is given
    /// and no external address either.
    pub fn is_local(&self, remote: IpAddr) -> bool {
        self.local_nets.iter().any(|network| network.contains(remote))
    }

    /// Whether both would own the same socket: one protocol, and one address or an unspecified one that
    /// covers the other.
    pub(super) fn clashes_with(&self, other: &Transport) -> bool {
        let covers = |a: IpAddr, b: IpAddr| a == b || (a.is_ipv4() == b.is_ipv4() && a.is_unspecified());
        let (a, b) = (self.bind, other.bind);
        self.kind == other.kind
            && a.port() == b.port()
            && a.port() != 0
            && (covers(a.ip(), b.ip()) || covers(b.ip(), a.ip()))
    }

    pub(super) fn clash(&self, other: &Transport) -> Problem {
        let message = format!(
            "[{}] binds {} {}, which [{}] at {} does already",
            self.name,
            self.kind.as_str(),
            self.bind,
            other.name,
            other.source.location
        );
        Problem::error(self.source.location.clone(), message)
    }
}
