//! `Host` and `HostPort`: who a URI or a `Via` points at.

use super::UriError;
use crate::grammar::trim_text;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A host name, an IPv4 address or an IPv6 reference with its brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host<'a>(&'a str);

impl<'a> Host<'a> {
    /// Reads a host; brackets are required around IPv6 (RFC 5118 4.1).
    ///
    /// # Errors
    /// [`UriError::Host`].
    pub fn parse(text: &'a str) -> Result<Self, UriError> {
        let valid = match text.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']').is_some_and(|inner| address_v6(inner).is_some()),
            None => !text.is_empty() && text.bytes().all(is_name_byte),
        };
        if valid { Ok(Self(text)) } else { Err(UriError::Host) }
    }

    /// The text as it came, with brackets around IPv6.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    /// The address, when the host is no name. A zone (`%eth0`) is left out.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.0.strip_prefix('[') {
            Some(rest) => address_v6(rest.strip_suffix(']')?).map(IpAddr::V6),
            None => self.0.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        }
    }

    /// Do both name the same host? Names compare without case, addresses by value.
    #[must_use]
    pub fn is_same(&self, other: &Host<'_>) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
            || matches!((self.ip(), other.ip()), (Some(a), Some(b)) if a == b)
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

/// Underscores are no part of RFC 3261's `hostname`, but phones put them there and DNS serves them.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

fn address_v6(text: &str) -> Option<Ipv6Addr> {
    text.split('%').next()?.parse().ok()
}

/// A host with an optional port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostPort<'a> {
    /// The host.
    pub host: Host<'a>,
    /// The port, when one is written.
    pub port: Option<u16>,
}

impl<'a> HostPort<'a> {
    /// Reads `host`, `host:port`, `[v6]` or `[v6]:port`; a `Via` may have blanks around the colon.
    ///
    /// # Errors
    /// [`UriError::Host`] or [`UriError::Port`].
    pub fn parse(text: &'a str) -> Result<Self, UriError> {
        let after_host = if text.starts_with('[') { text.find(']').ok_or(UriError::Host)? } else { 0 };
        let (host, port) = match text.get(after_host..).and_then(|rest| rest.find(':')) {
            Some(colon) => text.split_at(after_host + colon),
            None => (text, ""),
        };
        let port = match port.strip_prefix(':') {
            Some(digits) => Some(port_number(trim_text(digits)).ok_or(UriError::Port)?),
            None => None,
        };
        Ok(Self { host: Host::parse(trim_text(host))?, port })
    }

    /// The socket address, when the host is an address.
    #[must_use]
    pub fn address(&self, default_port: u16) -> Option<SocketAddr> {
        Some(SocketAddr::new(self.host.ip()?, self.port.unwrap_or(default_port)))
    }
}

fn port_number(digits: &str) -> Option<u16> {
    if digits.len() > 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

impl fmt::Display for HostPort<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(out, "{}:{port}", self.host),
            None => self.host.fmt(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, host: &str, port: Option<u16>, ip: Option<&str>) {
        let read = HostPort::parse(text).unwrap();
        assert_eq!((read.host.as_str(), read.port), (host, port), "{text}");
        assert_eq!(read.host.ip(), ip.map(|ip| ip.parse().unwrap()), "{text}");
    }

    #[test]
    fn hosts_and_ports_come_apart() {
        check("example.com", "example.com", None, None);
        check("192.0.2.1:5060", "192.0.2.1", Some(5060), Some("192.0.2.1"));
        check("[::1]:5060", "[::1]", Some(5060), Some("::1"));
        check("[fe80::1%eth0]", "[fe80::1%eth0]", None, Some("fe80::1"));
        check("[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]", None, Some("::ffff:192.0.2.1"));
    }

    #[test]
    fn a_malformed_host_or_port_is_refused() {
        for text in ["", ":5060", "a b", "a:", "a:x", "a:+5", "[::1", "[x]", "a:65536", "::1", "[::1]x"] {
            assert!(HostPort::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_same_address_in_two_spellings_is_one_host() {
        let host = |text| Host::parse(text).unwrap();
        assert!(host("[2001:DB8::0:1]").is_same(&host("[2001:db8::1]")));
        assert!(host("Example.COM").is_same(&host("example.com")));
        assert!(!host("example.com").is_same(&host("example.org")));
    }
}
