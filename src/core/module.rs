//! Modules: features that have a life of their own, with sockets, tasks and configuration.

use std::fmt;

use async_trait::async_trait;
use obelus_conf::Problems;

/// A feature that is started, reloaded and stopped with the PBX.
#[async_trait]
pub trait Module: Send + Sync {
    /// Asterisk's name of it, such as `chan_pjsip`, or ours where there is none.
    fn name(&self) -> &'static str;

    /// One sentence for `module show`.
    fn description(&self) -> &'static str;

    /// Ports and files that it will own; two modules that name the same one are a configuration error.
    fn resources(&self) -> Vec<Resource> {
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
