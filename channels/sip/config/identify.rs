//! `type = identify`: which endpoint a request belongs to by where it comes from or what stands in it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use obelus_core::conf::{ConfiguredSection, HostPort, Network, OptionHelp, Reader};
use regex::Regex;

use super::objects::{ObjectType, Source, Unserved, served, unserved};
use super::values::{self, pieces};

/// A configured rule.
#[derive(Clone, Debug)]
pub struct Identify {
    /// Its name.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// The name of the endpoint, which is there.
    pub endpoint: Arc<str>,
    /// The networks and addresses.
    pub networks: Vec<SourceNetwork>,
    /// Hosts whose addresses belong here too; they are looked up when the configuration is loaded.
    pub hosts: Vec<HostPort>,
    /// A header with the value that it must have.
    pub header: Option<HeaderRule>,
    /// The Request-URI that it must have.
    pub request_uri: Option<TextRule>,
}

/// Addresses, perhaps with the one port that a request may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceNetwork {
    /// The addresses.
    pub network: Network,
    /// The port; `None` is any.
    pub port: Option<u16>,
}

/// `192.0.2.0/255.255.255.0`, as Asterisk shows it.
impl fmt::Display for SourceNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Network { address, prefix } = self.network;
        match self.port {
            Some(port) => write!(f, "{}", SocketAddr::new(address, port))?,
            None => write!(f, "{address}")?,
        }
        let mask = |bits: u32| u128::MAX.checked_shl(bits - u32::from(prefix)).unwrap_or_default();
        match address {
            IpAddr::V4(_) => write!(f, "/{}", Ipv4Addr::from(mask(32) as u32)),
            IpAddr::V6(_) => write!(f, "/{}", Ipv6Addr::from(mask(128))),
        }
    }
}

impl SourceNetwork {
    /// Whether a request from this address fits.
    pub fn contains(&self, source: SocketAddr) -> bool {
        self.network.contains(source.ip()) && self.port.is_none_or(|port| port == source.port())
    }

    /// The network of one address.
    pub fn host(address: IpAddr, port: Option<u16>) -> SourceNetwork {
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        SourceNetwork { network: Network { address, prefix }, port }
    }
}

impl FromStr for SourceNetwork {
    type Err = String;

    /// Reads `192.0.2.0/24`, `192.0.2.1:5061`, `[2001:db8::1]:5061` and `192.0.2.1:5061/32`.
    fn from_str(text: &str) -> Result<SourceNetwork, String> {
        let (address, mask) = match text.split_once('/') {
            Some((address, mask)) => (address.trim(), Some(mask.trim())),
            None => (text, None),
        };
        let HostPort { host, port } = address.parse()?;
        let network = match mask {
            Some(mask) => format!("{host}/{mask}"),
            None => host,
        };
        Ok(SourceNetwork { network: network.parse()?, port })
    }
}

/// `match_header = Name: value`.
#[derive(Clone, Debug)]
pub struct HeaderRule {
    /// The header's name.
    pub name: Box<str>,
    /// The value.
    pub value: TextRule,
}

/// A text that must be equal, or that a regular expression must find something in.
#[derive(Clone, Debug)]
pub enum TextRule {
    /// Written as it is.
    Equal(Box<str>),
    /// Written between slashes.
    Pattern(Regex),
}

impl TextRule {
    fn parse(text: &str) -> Result<TextRule, String> {
        let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        match inner {
            None => Ok(TextRule::Equal(text.into())),
            // Asterisk takes the empty pattern for the empty text.
            Some("") => Ok(TextRule::Equal("".into())),
            Some(pattern) => Regex::new(pattern)
                .map(TextRule::Pattern)
                .map_err(|_| format!("`{pattern}` is not a regular expression")),
        }
    }

    /// Whether a text fits.
    pub fn fits(&self, text: &str) -> bool {
        match self {
            TextRule::Equal(expected) => **expected == *text,
            TextRule::Pattern(pattern) => pattern.is_match(text),
        }
    }
}

impl ObjectType for Identify {
    const TYPE: &'static str = "identify";
    const UNSERVED: &'static [Unserved] = &[unserved(
        "srv_lookups",
        &["yes", "no"],
        "SRV records are not asked for yet; the addresses of the host itself count.",
    )];

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

impl ConfiguredSection for Identify {
    const OPTIONS: &'static [OptionHelp] = &[
        served("endpoint", "", "The endpoint that fitting requests belong to; required."),
        served(
            "match",
            "",
            "Addresses, networks or host names, each perhaps with `:port`, separated by commas; may be repeated.",
        ),
        served(
            "match_header",
            "",
            "`Name: value` or `Name: /regular expression/` of a header of the request.",
        ),
        served("match_request_uri", "", "The Request-URI, or a `/regular expression/` for it."),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<Identify> {
        values::unserved(reader, Identify::UNSERVED);
        let endpoint = reader.text("endpoint").unwrap_or_default();
        if endpoint.is_empty() {
            reader.missing("endpoint");
        }
        let (networks, hosts) = sources(reader);
        let identify = Identify {
            name: reader.section().name.clone(),
            source: Source::of(reader.section()),
            endpoint: endpoint.into(),
            networks,
            hosts,
            header: header(reader),
            request_uri: request_uri(reader),
        };
        let written = ["match", "match_header", "match_request_uri"];
        if !written.iter().any(|option| reader.section().value(option).is_some_and(|value| !value.is_empty()))
        {
            reader.missing("match");
        }
        Some(identify)
    }
}

fn sources(reader: &mut Reader<'_>) -> (Vec<SourceNetwork>, Vec<HostPort>) {
    let (mut networks, mut hosts) = (Vec::new(), Vec::new());
    for (entry, piece) in pieces(reader, "match") {
        match piece.parse::<SourceNetwork>() {
            Ok(network) => networks.push(network),
            Err(reason) if piece.contains('/') => reader.reject(entry, &reason),
            Err(_) => match piece.parse::<HostPort>() {
                Ok(host) if !looks_like_an_address(&host.host) => hosts.push(host),
                Ok(_) | Err(_) => {
                    let message = format!("`{piece}` is no address, network or host name");
                    reader.reject(entry, &message);
                }
            },
        }
    }
    (networks, hosts)
}

/// `300.1.1.1` is a mistyped address and not a name to look up.
fn looks_like_an_address(host: &str) -> bool {
    host.contains(':') || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn header(reader: &mut Reader<'_>) -> Option<HeaderRule> {
    let entry = reader.entry("match_header").filter(|entry| !entry.value.is_empty())?;
    let Some((name, value)) = entry.value.split_once(':').filter(|(name, _)| !name.trim().is_empty()) else {
        reader.reject(entry, "it must be `Name: value`");
        return None;
    };
    match TextRule::parse(value.trim()) {
        Ok(value) => Some(HeaderRule { name: name.trim().into(), value }),
        Err(reason) => {
            reader.reject(entry, &reason);
            None
        }
    }
}

fn request_uri(reader: &mut Reader<'_>) -> Option<TextRule> {
    let entry = reader.entry("match_request_uri").filter(|entry| !entry.value.is_empty())?;
    let rule = TextRule::parse(&entry.value);
    rule.map_err(|reason| reader.reject(entry, &reason)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_may_have_ports() {
        let check = |text: &str, source: &str, expected| {
            let network: SourceNetwork = text.parse().unwrap();
            assert_eq!(network.contains(source.parse().unwrap()), expected, "{text} {source}");
        };
        check("192.0.2.0/24", "192.0.2.9:5060", true);
        check("192.0.2.0/255.255.255.0", "192.0.3.9:5060", false);
        check("192.0.2.1:5061", "192.0.2.1:5061", true);
        check("192.0.2.1:5061", "192.0.2.1:5060", false);
        check("192.0.2.0:5061/24", "192.0.2.7:5061", true);
        check("[2001:db8::1]:5061", "[2001:db8::1]:5061", true);
        check("2001:db8::/32", "[2001:db8::5]:1", true);
        assert!("192.0.2.0/33".parse::<SourceNetwork>().is_err());
        assert!("pbx.example.com".parse::<SourceNetwork>().is_err());
    }

    #[test]
    fn slashes_make_a_pattern() {
        let check = |rule, text, expected| {
            assert_eq!(TextRule::parse(rule).unwrap().fits(text), expected, "{rule} {text}");
        };
        check("abc", "abc", true);
        check("abc", "xabc", false);
        check("/abc/", "xabcx", true);
        check("/^a[0-9]+$/", "a12", true);
        check("//", "", true);
        check("//", "a", false);
        assert!(TextRule::parse("/(/").is_err());
    }
}
