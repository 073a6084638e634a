//! `rtp set debug`: which RTP packets are told to the log.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use obelus_rtp::Header;

/// Which packets of RTP or RTCP are told to the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TracedPackets {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those from and to this host, and this port where one is named.
    Of(IpAddr, Option<u16>),
}

impl TracedPackets {
    /// Whether packets from and to this address are among them.
    #[must_use]
    pub fn cover(self, far: SocketAddr) -> bool {
        match self {
            TracedPackets::None => false,
            TracedPackets::All => true,
            TracedPackets::Of(host, port) => far.ip() == host && port.is_none_or(|port| far.port() == port),
        }
    }
}

/// The switch: a flag that every packet sees, and the filter behind it.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    is_on: AtomicBool,
    packets: Mutex<TracedPackets>,
}

impl Trace {
    pub(crate) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, packets: TracedPackets) {
        *self.packets.lock().unwrap_or_else(PoisonError::into_inner) = packets;
        self.is_on.store(packets != TracedPackets::None, Ordering::Relaxed);
    }

    fn wants(&self, far: SocketAddr) -> bool {
        self.packets.lock().unwrap_or_else(PoisonError::into_inner).cover(far)
    }

    pub(crate) fn received(&self, from: SocketAddr, header: &Header, payload: usize) {
        if self.wants(from) {
            say("Got  RTP packet from   ", from, header, payload);
        }
    }

    pub(crate) fn sent(&self, to: SocketAddr, header: &Header, payload: usize) {
        if self.wants(to) {
            say("Sent RTP packet to     ", to, header, payload);
        }
    }
}

/// In the layout of Asterisk, which scripts read.
fn say(what: &str, far: SocketAddr, header: &Header, payload: usize) {
    let kind = header.payload_type.number();
    let (sequence, timestamp) = (header.sequence.0, header.timestamp.0);
    tracing::info!(
        target: "verbose",
        level = 0_u8,
        "{what} {far} (type {kind:02}, seq {sequence:06}, ts {timestamp:06}, len {payload:06})"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_host_or_a_host_and_a_port() {
        let trace = Trace::default();
        let far: SocketAddr = "192.0.2.1:4000".parse().unwrap();
        let check = |packets: TracedPackets, expected: bool| {
            trace.set(packets);
            assert_eq!(trace.is_on() && trace.wants(far), expected, "{packets:?}");
        };
        check(TracedPackets::None, false);
        check(TracedPackets::All, true);
        check(TracedPackets::Of(far.ip(), None), true);
        check(TracedPackets::Of(far.ip(), Some(4000)), true);
        check(TracedPackets::Of(far.ip(), Some(4002)), false);
        check(TracedPackets::Of([192, 0, 2, 2].into(), None), false);
    }
}
