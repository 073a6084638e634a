//! What a port tells its channel.

use std::net::SocketAddr;
use std::time::Duration;

use obelus_rtp::rtcp::{ReportBlock, SenderInfo};
use obelus_rtp::stats::{ReceivedReport, Report};
use tokio::sync::mpsc;

use crate::play::PlayId;

/// Events that wait for the channel; more are counted and lost.
pub(crate) const EVENT_ROOM: usize = 64;

/// Something that happened on a port.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PortEvent {
    /// The other side pressed a key.
    DigitBegin {
        /// `0` to `9`, `*`, `#`, `A` to `D`, or `!` for the hook.
        digit: char,
    },
    /// The key was released.
    DigitEnd {
        /// The key.
        digit: char,
        /// How long it was down.
        duration: Duration,
    },
    /// A play is over.
    Finished {
        /// Which one.
        play: PlayId,
        /// Why.
        reason: FinishReason,
        /// How far it came.
        position: Duration,
    },
    /// No packet came for as long as the settings allow; told once until packets come again.
    NoRtp {
        /// How long it has been silent.
        since: Duration,
        /// Whether the call was on hold.
        on_hold: bool,
    },
    /// Packets come again after [`PortEvent::NoRtp`].
    RtpResumed,
    /// The other side sends from this address, and is now sent to there.
    Source {
        /// The address learned.
        address: SocketAddr,
    },
    /// Hooks have come, or the last one has gone: see [`PortHandle::is_watched`](crate::PortHandle::is_watched).
    Watched,
    /// A hook that listens for talk has noticed a change.
    Talking {
        /// Whether somebody talks now.
        on: bool,
        /// How long he talked, when he has stopped.
        duration: Duration,
    },
    /// A report was sent or came; only if asked for.
    Rtcp(Box<RtcpReport>),
}

/// A report about a stream (RFC 3550 6.4), and who told whom.
#[derive(Debug, Clone, PartialEq)]
pub struct RtcpReport {
    /// Whether we sent it.
    pub is_sent: bool,
    /// Where we send and listen; an address of no host where the socket listens on all.
    pub local: Option<SocketAddr>,
    /// The other side.
    pub remote: SocketAddr,
    /// The source that reports.
    pub ssrc: u32,
    /// What it sent, in a sender report.
    pub sender: Option<SenderInfo>,
    /// How it hears the other side.
    pub block: Option<ReportBlock>,
    /// From us to there and back, where a report that came allows to tell.
    pub round_trip: Option<Duration>,
    /// The Media Experience Score of what it receives, 0 to 100.
    pub mes: f64,
}

impl RtcpReport {
    pub(crate) fn sent(report: &Report, local: Option<SocketAddr>, remote: SocketAddr) -> Self {
        let Report { ssrc, sender, block, mes } = *report;
        Self { is_sent: true, local, remote, ssrc: ssrc.0, sender, block, round_trip: None, mes }
    }

    pub(crate) fn received(report: &ReceivedReport, local: Option<SocketAddr>, remote: SocketAddr) -> Self {
        let ReceivedReport { ssrc, sender, block, round_trip, mes } = *report;
        Self { is_sent: false, local, remote, ssrc: ssrc.0, sender, block, round_trip, mes }
    }
}

/// Why a play is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FinishReason {
    /// It came to its end.
    Ended,
    /// It was stopped.
    Stopped,
    /// Another play took its place.
    Replaced,
    /// Its file could not be read on, or its codec has no way to that of the port.
    Failed,
}

/// The receiving end of a port's events; there is one, for the channel.
#[derive(Debug)]
pub struct PortEvents {
    receiver: mpsc::Receiver<PortEvent>,
}

impl PortEvents {
    pub(crate) fn pair() -> (mpsc::Sender<PortEvent>, Self) {
        let (sender, receiver) = mpsc::channel(EVENT_ROOM);
        (sender, Self { receiver })
    }

    /// The next event; `None` once the port is closed, and then its statistics are final. Cancel safe.
    pub async fn recv(&mut self) -> Option<PortEvent> {
        self.receiver.recv().await
    }

    /// The next event if there is one already.
    pub fn try_recv(&mut self) -> Option<PortEvent> {
        self.receiver.try_recv().ok()
    }
}
