//! Values with a shape of their own: networks, and a host with a port.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

/// A range of addresses: `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `2001:db8::/32`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// The lowest address of the range.
    pub address: IpAddr,
    /// How many leading bits all addresses of the range share.
    pub prefix: u8,
}

impl Network {
    /// Whether an address is in the range; an IPv4 address in IPv6 clothes is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
            (_, address) => masked(address, self.prefix) == self.address,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, mask) = match text.split_once('/') {
            Some((address, mask)) => (address.trim(), Some(mask.trim())),
            None => (text.trim(), None),
        };
        let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
        let ip: IpAddr = bare.parse().map_err(|_| format!("`{address}` is no IP address"))?;
        let width = if ip.is_ipv4() { 32 } else { 128 };
        let prefix = match mask {
            None => width,
            Some(mask) => prefix_length(mask, width).ok_or_else(|| format!("`{mask}` is no network mask"))?,
        };
        Ok(Self { address: masked(ip, prefix), prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn prefix_length(mask: &str, width: u8) -> Option<u8> {
    if let Ok(bits) = mask.parse::<u8>() {
        return (bits <= width).then_some(bits);
    }
    let mask = u32::from(mask.parse::<Ipv4Addr>().ok()?);
    let ones = mask.leading_ones();
    let contiguous = mask.checked_shl(ones).unwrap_or(0) == 0;
    (width == 32 && contiguous).then_some(ones as u8)
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    let prefix = u32::from(prefix);
    match address {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix)).unwrap_or(0);
            IpAddr::V4((u32::from(ip) & mask).into())
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or(0);
            IpAddr::V6((u128::from(ip) & mask).into())
        }
    }
}

/// A host name or address with an optional port: `sip.example.com:5060`, `[2001:db8::1]:5061`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// A name, or an address without brackets.
    pub host: String,
    /// The port, if one was written.
    pub port: Option<u16>,
}

impl FromStr for HostPort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (host, port) = split_port(text).ok_or_else(|| format!("`{text}` is no host"))?;
        let name_is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
        if host.is_empty() || !host.chars().all(name_is_plain) {
            return Err(format!("`{text}` is no host"));
        }
        let port = match port {
            None => None,
            Some(port) => Some(port.parse().map_err(|_| format!("`{port}` is no port"))?),
        };
        Ok(Self { host: host.to_owned(), port })
    }
}

fn split_port(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        return match after {
            "" => Some((host, None)),
            _ => after.strip_prefix(':').map(|port| (host, Some(port))),
        };
    }
    match text.split_once(':') {
        // More than one colon without brackets is a bare IPv6 address.
        Some((_, rest)) if rest.contains(':') => Some((text, None)),
        Some((host, port)) => Some((host, Some(port))),
        None => Some((text, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(network: &str, inside: &str, outside: &str) {
        let network: Network = network.parse().unwrap();
        assert!(network.contains(inside.parse().unwrap()), "{inside} in {network}");
        assert!(!network.contains(outside.parse().unwrap()), "{outside} not in {network}");
    }

    #[test]
    fn networks_know_their_members() {
        check("192.0.2.0/24", "192.0.2.255", "192.0.3.0");
        check("192.0.2.7/255.255.255.0", "192.0.2.1", "10.0.0.1");
        check("192.0.2.7", "192.0.2.7", "192.0.2.8");
        check("0.0.0.0/0", "203.0.113.9", "2001:db8::1");
        check("2001:db8::/32", "2001:db8:1::1", "2001:db9::1");
        check("10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:11.1.2.3");
    }

    #[test]
    fn bad_networks_are_refused() {
        for text in ["", "example.com", "192.0.2.0/33", "192.0.2.0/255.0.255.0", "2001:db8::/129", "1.2.3/8"]
        {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    #[test]
    fn hosts_may_carry_ports() {
        let host = |host: &str, port| Ok(HostPort { host: host.to_owned(), port });
        assert_eq!("sip.example.com".parse(), host("sip.example.com", None));
        assert_eq!("sip.example.com:5061".parse(), host("sip.example.com", Some(5061)));
        assert_eq!("[2001:db8::1]:5060".parse(), host("2001:db8::1", Some(5060)));
        assert_eq!("2001:db8::1".parse(), host("2001:db8::1", None));
        assert!("a b".parse::<HostPort>().is_err());
        assert!("a:99999".parse::<HostPort>().is_err());
    }
}
