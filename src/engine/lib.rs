//! The media threads and their sockets: RTP in, RTP out, playback, bridging.
//!
//! [`Engine::start`] starts a thread for each core; ports are opened on them and commanded by [`PortHandle`]s,
//! which never wait. A thread wakes every few milliseconds, takes what has come, makes what is due, and does
//! what it was told; a packet passes it without a lock and without an allocation.

mod command;
mod config;
mod engine;
mod error;
mod event;
mod hook;
mod play;
mod port;
mod queue;
mod record;
mod settings;
mod sockets;
mod sounds;
mod stats;
#[cfg(test)]
mod stories;
mod sys;
mod tap;
#[cfg(feature = "testing")]
pub mod testing;
mod thread;
mod trace;

pub use config::EngineConfig;
pub use engine::{Engine, RtpOptions};
pub use error::{EngineError, PortError};
pub use event::{FinishReason, PortEvent, PortEvents, RtcpReport};
pub use hook::{HookFrame, Hooked, SoundHook, Way};
pub use obelus_rtp::learn::{Rules, StrictRtp};
pub use obelus_rtp::stats::{Quality, Statistics};
pub use play::{PlayId, PlayOptions, Seek, Sound, Source};
pub use port::{Port, PortHandle};
pub use queue::{QueueEnd, QueueError, QueueItem, QueueOptions};
pub use record::{RecordError, RecordFile, RecordOptions, Recorded, Recording, Voices};
pub use settings::{DigitMode, Direction, Payload, PayloadMap, RtpSettings, SendFormat, SourceRules};
pub use sounds::{SoundError, SoundStream, Sounds, SoundsConfig};
pub use stats::{MediaPath, PortStats, ThreadStats};
pub use tap::{Tap, TapFrame, TapOptions};
pub use trace::TracedPackets;
