//! What is told about the audio of a channel.

use std::time::Duration;

/// Something that happened to the audio of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaEvent {
    /// Its far end began to talk; told where `TALK_DETECT` listens.
    TalkingStart,
    /// Its far end fell silent.
    TalkingStop {
        /// How long it had talked.
        duration: Duration,
    },
    /// It flashed its hook.
    Flash,
    /// A recording of both voices began.
    MixMonitorStart,
    /// It ended.
    MixMonitorStop,
    /// Voices are left out of it, or heard again.
    MixMonitorMute {
        /// `read`, `write` or `both`.
        direction: &'static str,
        /// Whether they are left out now.
        muted: bool,
    },
}
