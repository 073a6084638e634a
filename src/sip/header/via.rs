//! `Via`: the way a request came, which its responses go back (RFC 3261 20.42, RFC 3581).

use super::Params;
use crate::grammar::{is_lws, is_token, trim_text};
use crate::uri::HostPort;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};

/// One hop of a `Via` list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Via<'a> {
    /// The protocol's version, `2.0` unless the sender speaks another one.
    version: &'a str,
    /// The transport as it came: `UDP`, `TCP`, `TLS`, `WS`, `WSS` or another token.
    pub transport: &'a str,
    /// Where the sender listens.
    pub sent_by: HostPort<'a>,
    /// The parameters.
    pub params: Params<'a>,
}

/// The `rport` parameter (RFC 3581).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rport {
    /// Not there: the response goes to the sent-by port.
    Absent,
    /// There without a value: the sender asks for its port.
    Requested,
    /// The port that the request came from, filled in by its receiver.
    Port(u16),
}

/// The prefix of every branch made by RFC 3261 (section 8.1.1.7).
pub(crate) const MAGIC_COOKIE: &str = "z9hG4bK";

impl<'a> Via<'a> {
    /// Reads one element; `None` when it is malformed.
    #[must_use]
    pub fn parse(element: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(element).ok()?;
        let (protocol, rest) = text.split_once('/')?;
        let (version, rest) = rest.split_once('/')?;
        let version = trim_text(version);
        // Another version is answered with 505, for which its Via must be read.
        if !trim_text(protocol).eq_ignore_ascii_case("SIP") || !is_token(version.as_bytes()) {
            return None;
        }
        let rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let (transport, rest) = rest.split_at(rest.bytes().position(is_lws)?);
        let (sent_by, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
        let sent_by = HostPort::parse(trim_text(sent_by)).ok()?;
        is_token(transport.as_bytes()).then_some(Self {
            version,
            transport,
            sent_by,
            params: Params::of(params),
        })
    }

    /// The transaction's identifier; `None` when absent or empty.
    #[must_use]
    pub fn branch(&self) -> Option<&'a str> {
        self.params.value("branch").filter(|branch| !branch.is_empty())
    }

    /// The branch, when it was made by RFC 3261's rules and so identifies its transaction.
    #[must_use]
    pub fn unique_branch(&self) -> Option<&'a str> {
        self.branch().filter(|branch| {
            branch.len() > MAGIC_COOKIE.len()
                && branch
                    .get(..MAGIC_COOKIE.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(MAGIC_COOKIE))
        })
    }

    /// The address that the request came from, as its receiver noted it.
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        // RFC 5118 4.5: both `[2001:db8::1]` and `2001:db8::1` are seen.
        let value = self.params.value("received")?;
        value.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// The `rport` parameter; an unreadable value counts as a request for one.
    #[must_use]
    pub fn rport(&self) -> Rport {
        match self.params.value("rport") {
            None => Rport::Absent,
            Some(port) => port.parse().map_or(Rport::Requested, Rport::Port),
        }
    }

    /// The multicast or other address that responses must go to.
    #[must_use]
    pub fn maddr(&self) -> Option<&'a str> {
        self.params.value("maddr").filter(|address| !address.is_empty())
    }

    /// Writes the hop with the address that it really came from (RFC 3261 18.2.1, RFC 3581 4).
    ///
    /// `received` is written when the address differs from sent-by or when `rport` is there; what a sender
    /// put into `received` itself is dropped. With `force_rport` the port is noted though it was not asked for.
    pub fn write_with_source(&self, out: &mut Vec<u8>, source: SocketAddr, force_rport: bool) {
        let with_rport = force_rport || self.rport() != Rport::Absent;
        let differs = self.sent_by.host.ip() != Some(source.ip());
        let start = out.len();
        // Writing into a Vec cannot fail.
        let _ = write!(out, "SIP/{}/{} {}", self.version, self.transport, self.sent_by);
        for param in &self.params {
            if param.name.eq_ignore_ascii_case("received") || param.name.eq_ignore_ascii_case("rport") {
                continue;
            }
            let _ = match param.value {
                Some(value) => write!(out, ";{}={}", param.name, value),
                None => write!(out, ";{}", param.name),
            };
        }
        if with_rport {
            let _ = write!(out, ";rport={}", source.port());
        }
        if with_rport || differs {
            let _ = write!(out, ";received={}", source.ip());
        }
        for byte in out.iter_mut().skip(start).filter(|byte| matches!(byte, b'\r' | b'\n')) {
            *byte = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, transport: &str, host: &str, port: Option<u16>, branch: Option<&str>) {
        let via = Via::parse(text.as_bytes()).unwrap();
        assert_eq!(
            (via.transport, via.sent_by.host.as_str(), via.sent_by.port, via.branch()),
            (transport, host, port, branch),
            "{text}"
        );
    }

    #[test]
    fn spaces_and_folds_may_stand_almost_everywhere() {
        check("SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK1", "UDP", "10.0.0.1", Some(5062), Some("z9hG4bK1"));
        check(
            "SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8",
            "TCP",
            "spindle.example.com",
            None,
            Some("z9hG4bK9ikj8"),
        );
        check("sip/2.0/udp [2001:db8::9]:5060;rport", "udp", "[2001:db8::9]", Some(5060), None);
        check("SIP/2.0/UNKNOWN host : 5060 ;x", "UNKNOWN", "host", Some(5060), None);
    }

    #[test]
    fn a_malformed_hop_is_refused() {
        for text in [
            "",
            "SIP/2.0/UDP",
            "SIP/2.0/UDP ;branch=1",
            "SIP//UDP h",
            "HTTP/2.0/UDP h",
            "SIP/2.0/ h",
            "SIP/2.0/UDP h:x",
        ] {
            assert_eq!(Via::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Via::parse(b"SIP/2.0/UDP h\xff;x"), None);
    }

    fn with_source(text: &str, force: bool, expected: &str) {
        let mut out = Vec::new();
        Via::parse(text.as_bytes()).unwrap().write_with_source(
            &mut out,
            "192.0.2.9:4000".parse().unwrap(),
            force,
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn the_real_source_is_noted_and_a_forged_one_dropped() {
        with_source(
            "SIP/2.0/UDP 10.0.0.1;branch=b;rport",
            false,
            "SIP/2.0/UDP 10.0.0.1;branch=b;rport=4000;received=192.0.2.9",
        );
        with_source("SIP/2.0/UDP 192.0.2.9;branch=b", false, "SIP/2.0/UDP 192.0.2.9;branch=b");
        with_source(
            "SIP/2.0/UDP 192.0.2.9;branch=b;rport",
            false,
            "SIP/2.0/UDP 192.0.2.9;branch=b;rport=4000;received=192.0.2.9",
        );
        with_source(
            "SIP/2.0/UDP pc.example.com;branch=b",
            false,
            "SIP/2.0/UDP pc.example.com;branch=b;received=192.0.2.9",
        );
        with_source(
            "SIP/2.0/UDP 192.0.2.9;x=\"a\r\n b\";branch=b",
            false,
            "SIP/2.0/UDP 192.0.2.9;x=\"a   b\";branch=b",
        );
        with_source(
            "SIP/2.0/UDP h;received=1.2.3.4;branch=b;alias",
            true,
            "SIP/2.0/UDP h;branch=b;alias;rport=4000;received=192.0.2.9",
        );
    }

    #[test]
    fn the_magic_cookie_alone_is_no_unique_branch() {
        let branch = |text: &'static str| Via::parse(text.as_bytes()).unwrap().unique_branch();
        assert_eq!(branch("SIP/2.0/UDP h;branch=z9hG4bK"), None);
        assert_eq!(branch("SIP/2.0/UDP h;branch=z9hg4bkX"), Some("z9hg4bkX"));
        assert_eq!(branch("SIP/2.0/UDP h;branch=390skdjuw"), None);
    }

    #[test]
    fn received_may_have_brackets() {
        let via = Via::parse(b"SIP/2.0/UDP h;received=[2001:db8::9:255];rport=x").unwrap();
        assert_eq!(via.received(), Some("2001:db8::9:255".parse().unwrap()));
        assert_eq!(via.rport(), Rport::Requested);
    }
}
