//! What a handle asks of a port, as it lies in the port's ring.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use obelus_rtp::dtmf::Digit;

use crate::hook::NewHook;
use crate::play::{PlayId, PlayOptions, Seek, Source};
use crate::port::Shared;
use crate::settings::RtpSettings;

/// One command.
#[derive(Debug)]
pub(crate) enum Command {
    Configure(Box<RtpSettings>),
    Connect {
        join: Arc<Join>,
        other: Arc<Shared>,
    },
    Disconnect,
    Play {
        play: PlayId,
        source: Source,
        options: PlayOptions,
    },
    StopPlay(Option<PlayId>),
    Pause(bool),
    Seek(Seek),
    LoopBack(bool),
    Press(Digit, Pressed),
    Release,
    SendSilence(bool),
    ReportDigits(bool),
    PassDigits(bool),
    ReportRtcp(bool),
    Hold(bool),
    Hook(NewHook),
    /// A hook is gone.
    Unhook,
    #[cfg(test)]
    Fail,
    #[cfg(test)]
    Answer(std::sync::mpsc::Sender<()>),
}

/// How long a key is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressed {
    For(Duration),
    UntilReleased,
}

/// The agreement of two ports to be joined; each finds it in its own ring, so that the order of each is kept.
///
/// The port that comes to it second goes to where the first one lives. Whichever goes another way before that
/// cancels it for both.
#[derive(Debug)]
pub(crate) struct Join {
    halves: AtomicU8,
    cancelled: AtomicBool,
}

impl Join {
    pub(crate) fn new() -> Self {
        Self { halves: AtomicU8::new(0), cancelled: AtomicBool::new(false) }
    }

    /// Counts a port that has come to it; whether it was the second.
    pub(crate) fn arrive(&self) -> bool {
        self.halves.fetch_add(1, Ordering::AcqRel) == 1
    }

    /// Whether both ports have come to it.
    pub(crate) fn is_complete(&self) -> bool {
        self.halves.load(Ordering::Acquire) >= 2
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}
