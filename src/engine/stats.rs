//! The numbers of a port and of the threads.

use std::net::SocketAddr;
use std::time::Duration;

use obelus_media::Codec;
use obelus_rtp::stats::Statistics;

/// How the sound of a port reaches the port it is connected to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MediaPath {
    /// It reaches nobody.
    #[default]
    Nowhere,
    /// Packets pass with a new header.
    Relay,
    /// Packets are converted.
    Transcode {
        /// From this codec.
        from: Codec,
        /// To this one.
        to: Codec,
    },
    /// The two codecs have no way to each other, and the other side hears nothing.
    NoPath {
        /// This side's codec.
        from: Codec,
        /// The other's.
        to: Codec,
    },
}

/// The numbers of one port, at most 100 ms old while it lives and final once it is closed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PortStats {
    /// What RTP and RTCP tell.
    pub rtp: Statistics,
    /// Where packets go.
    pub remote: Option<SocketAddr>,
    /// The codec that came last.
    pub received_codec: Option<Codec>,
    /// The codec that goes.
    pub sent_codec: Option<Codec>,
    /// How the sound that comes in goes on.
    pub path: MediaPath,
    /// Packets dropped because their source was not, or not yet, accepted.
    pub foreign: u64,
    /// Datagrams that were no RTP or RTCP, or of a payload type that was not agreed.
    pub unknown: u64,
    /// Packets that the system would not send.
    pub unsent: u64,
    /// Frames that a file or a driver did not have in time.
    pub missed: u64,
    /// Events lost because the channel did not take them in time.
    pub events_lost: u64,
}

/// The numbers of one media thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThreadStats {
    /// Ports that live on it.
    pub ports: usize,
    /// Ticks so far.
    pub ticks: u64,
    /// Ticks that came more than one tick late: a late tick of 20 ms is heard.
    pub late: u64,
    /// The latest one.
    pub latest: Duration,
    /// Datagrams received.
    pub received: u64,
    /// Datagrams sent.
    pub sent: u64,
    /// Ports that were closed because of a fault in their handling.
    pub faults: u64,
    /// Whether the thread runs with real-time priority.
    pub real_time: bool,
}
