//! What can go wrong with the engine and its ports.

use std::io;
use std::net::IpAddr;

/// Why the engine does not start, or does not give a port.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The configuration makes no sense.
    #[error("media engine: {0}")]
    Config(String),
    /// The system refuses what the threads need.
    #[error("media engine: {what}: {source}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// All ports of the range are in use.
    #[error("no free RTP port between {start} and {end} on {address}: raise rtpend in rtp.conf")]
    NoPort {
        /// `rtpstart`.
        start: u16,
        /// `rtpend`.
        end: u16,
        /// The address that was to be bound.
        address: IpAddr,
    },
    /// The address cannot be bound.
    #[error("cannot bind RTP to {address}: {source}")]
    Bind {
        /// The address.
        address: IpAddr,
        /// The system's answer.
        source: io::Error,
    },
    /// As many ports are open as the engine was configured for.
    #[error("all {0} media ports are in use")]
    Full(usize),
    /// The engine was stopped.
    #[error("the media engine is stopped")]
    Stopped,
}

/// Why a port does not take a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// The port is closed.
    #[error("the media port is closed")]
    Closed,
    /// Commands come faster than the media thread takes them.
    #[error("the media port's command queue is full")]
    Full,
    /// Two ports of different engines cannot be connected.
    #[error("the two media ports belong to different engines")]
    Foreign,
    /// There is no such key.
    #[error("`{0}` is no DTMF digit")]
    Digit(char),
}
