//! What can be played into a port: sounds in memory, files that are read while they play, tones, silence.

use std::sync::Arc;
use std::time::Duration;

use obelus_media::Codec;
use obelus_media::tone::Tone;

use crate::sounds::SoundStream;

/// One play of one port; it is not given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlayId(pub(crate) u64);

/// Sound in memory, as RTP carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    codec: Codec,
    payload: Vec<u8>,
}

impl Sound {
    /// Sound in a codec of constant size; `None` for one whose frames differ, which cannot be cut.
    #[must_use]
    pub fn new(codec: Codec, payload: Vec<u8>) -> Option<Self> {
        codec.bytes_in(codec.frame()).filter(|&bytes| bytes > 0).map(|_| Self { codec, payload })
    }

    /// The codec.
    #[must_use]
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// The bytes, frames without a gap; linear samples in network order.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// How long it lasts.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let frame = self.codec.shortest_frame();
        let per_frame = self.codec.bytes_in(frame).unwrap_or(1).max(1);
        let micros = frame.as_micros() as u64 * self.payload.len() as u64 / per_frame as u64;
        Duration::from_micros(micros)
    }
}

/// Something to play.
#[derive(Debug, Clone)]
pub enum Source {
    /// Sound in memory.
    Sound(Arc<Sound>),
    /// A file that is read by the file thread while it plays. A clone is the same stream, not a second one.
    Stream(SoundStream),
    /// A tone.
    Tone(Arc<Tone>),
    /// Silence of this length; `None` until it is stopped.
    Silence(Option<Duration>),
}

impl Source {
    /// How long it plays; `None` if it has no end or its end is not known.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        match self {
            Self::Sound(sound) => Some(sound.duration()),
            Self::Stream(stream) => stream.duration(),
            Self::Tone(tone) => tone.duration(),
            Self::Silence(length) => *length,
        }
    }
}

/// How something is played.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlayOptions {
    /// Begin again at the end, until it is stopped.
    pub repeat: bool,
    /// Begin at this position.
    pub from: Duration,
    /// Wait for the end of what plays now, instead of taking its place; the two follow without a gap.
    pub queue: bool,
}

/// Where to go in what plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// To this position from the start.
    To(Duration),
    /// On by this much.
    Forward(Duration),
    /// Back by this much, at most to the start.
    Back(Duration),
}

impl Seek {
    /// The position that is meant, seen from `now`.
    #[must_use]
    pub fn from_position(self, now: Duration) -> Duration {
        match self {
            Self::To(position) => position,
            Self::Forward(distance) => now.saturating_add(distance),
            Self::Back(distance) => now.saturating_sub(distance),
        }
    }
}
