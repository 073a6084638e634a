//! Modules: features that have a life of their own, with sockets, tasks and configuration.

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use obelus_conf::{Document, Location, Problems};

/// A feature that is started, reloaded and stopped with the PBX.
#[async_trait]
pub trait Module: Send + Sync {
    /// Asterisk's name of it, such as `chan_pjsip`, or ours where there is none.
    fn name(&self) -> &'static str;

    /// One sentence for `module show`.
    fn description(&self) -> &'static str;

    /// The configuration files that it reads.
    fn files(&self) -> &'static [&'static str] {
        &[]
    }

    /// Ports and files that it will own; two modules that name the same one are a configuration error.
    fn resources(&self) -> Vec<Resource> {
        Vec::new()
    }

    /// What its configuration, read anew, asks for and where it does; before the start and for `obelus check`.
    fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }

    /// How many calls or clients use it now, for `module show`.
    fn use_count(&self) -> usize {
        0
    }

    /// Reads its configuration without using it, and says what is wrong: `obelus check`.
    fn check(&self, _problems: &mut Problems) {}

    /// Begins its work.
    async fn start(&self) -> Result<(), ModuleError>;

    /// Reads its configuration again; on an error everything stays as it was.
    async fn reload(&self) -> Result<(), ModuleError> {
        Ok(())
    }

    /// Ends its work; calls are gone by then.
    async fn stop(&self) {}
}

/// Something that only one module can have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A UDP address.
    Udp(std::net::SocketAddr),
    /// A TCP address.
    Tcp(std::net::SocketAddr),
    /// The UDP ports of audio, from the first to the last.
    Rtp(u16, u16),
    /// A file or local socket.
    File(std::path::PathBuf),
}

/// Something that a configuration wants for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What.
    pub resource: Resource,
    /// The line that says so; `None` where nothing is written and it is the default.
    pub place: Option<Location>,
}

impl Claim {
    /// A claim of `[general]`, at the first of these options that is written there.
    pub fn of_general(resource: Resource, document: &Document, options: &[&str]) -> Claim {
        let section = document.section("general");
        let entry = |section: &obelus_conf::Section| {
            options.iter().find_map(|option| section.entry(option)).map(|entry| entry.location.clone())
        };
        let place = section.map(|section| entry(section).unwrap_or_else(|| section.location.clone()));
        Claim { resource, place }
    }
}

impl Resource {
    /// Whether only one of the two can be had: the same thing, or one port at an address and at all addresses.
    pub fn excludes(&self, other: &Resource) -> bool {
        match (self, other) {
            (Resource::Udp(one), Resource::Udp(two)) | (Resource::Tcp(one), Resource::Tcp(two)) => {
                one.port() != 0 && one.port() == two.port() && overlap(one.ip(), two.ip())
            }
            (one, two) => one == two,
        }
    }
}

/// `::` is all addresses of both families, `0.0.0.0` those of its own.
fn overlap(one: IpAddr, two: IpAddr) -> bool {
    let holds = |all: IpAddr, ip: IpAddr| all.is_unspecified() && (all.is_ipv6() || ip.is_ipv4());
    one == two || holds(one, two) || holds(two, one)
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resource::Udp(address) => write!(f, "UDP {address}"),
            Resource::Tcp(address) => write!(f, "TCP {address}"),
            Resource::Rtp(first, last) => write!(f, "UDP ports {first} to {last} for RTP"),
            Resource::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Why a module did not start or reload, worded for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ModuleError(pub String);

impl ModuleError {
    /// An error with its reason.
    pub fn new(reason: impl fmt::Display) -> ModuleError {
        ModuleError(reason.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_at_all_addresses_is_also_at_each() {
        let check = |one: &str, two: &str, expected: bool| {
            let tcp = |text: &str| Resource::Tcp(text.parse().expect("an address"));
            assert_eq!(tcp(one).excludes(&tcp(two)), expected, "{one} and {two}");
            assert_eq!(tcp(two).excludes(&tcp(one)), expected, "{two} and {one}");
        };
        check("127.0.0.1:5038", "127.0.0.1:5038", true);
        check("0.0.0.0:5038", "127.0.0.1:5038", true);
        check("[::]:5038", "127.0.0.1:5038", true);
        check("[::]:5038", "0.0.0.0:5038", true);
        check("0.0.0.0:5038", "[::1]:5038", false);
        check("127.0.0.1:5038", "127.0.0.2:5038", false);
        check("127.0.0.1:0", "127.0.0.1:0", false);
    }

    #[test]
    fn what_two_protocols_want_is_two_things() {
        let at = "127.0.0.1:5060".parse().expect("an address");
        assert!(!Resource::Tcp(at).excludes(&Resource::Udp(at)));
    }
}
