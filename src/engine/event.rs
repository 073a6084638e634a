//! What a port tells its channel.

use std::net::SocketAddr;
use std::time::Duration;

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
    /// A hook that listens for talk has noticed a change.
    Talking {
        /// Whether somebody talks now.
        on: bool,
        /// How long he talked, when he has stopped.
        duration: Duration,
    },
    /// A report was sent; only if asked for.
    RtcpSent(Box<Report>),
    /// A report came; only if asked for.
    RtcpReceived(Box<ReceivedReport>),
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
