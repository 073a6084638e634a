//! Taps: the sound of a port as linear samples, through a bounded ring, for whoever listens in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use crossbeam_queue::ArrayQueue;
use obelus_media::Resampler;
use tokio::sync::Notify;

use crate::error::PortError;
use crate::hook::{HookFrame, Hooked, SoundHook, Way};
use crate::port::PortHandle;
use crate::settings::Direction;

/// What a tap takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TapOptions {
    /// Which ways.
    pub ways: Direction,
    /// Samples a second that the listener wants: one of [`obelus_media::RATES`].
    pub rate: u32,
    /// Frames that the ring holds.
    pub room: usize,
}

impl TapOptions {
    /// What comes from the far end at 8 kHz, with room for two seconds of frames of 20 ms.
    pub const RECEIVED: Self = Self { ways: Direction { send: false, receive: true }, rate: 8000, room: 100 };
}

/// A frame of a tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapFrame {
    /// Which way it went.
    pub way: Way,
    /// When its last sample came.
    pub at: Instant,
    /// Its samples, at the rate of the tap.
    pub samples: Vec<i16>,
}

/// The listening end of a tap; dropping it ends the tap.
#[derive(Debug)]
pub struct Tap {
    ring: Arc<Ring>,
    _hooked: Hooked,
}

#[derive(Debug)]
struct Ring {
    full: ArrayQueue<TapFrame>,
    /// Buffers that go round, so that a frame costs no allocation.
    spare: ArrayQueue<Vec<i16>>,
    arrived: Notify,
    closed: AtomicBool,
    lost: AtomicU64,
}

/// The end of a tap that lies on the port.
#[derive(Debug)]
struct TapHook {
    ring: Arc<Ring>,
    rate: u32,
    received: Option<Converter>,
    sent: Option<Converter>,
}

/// Brings samples of one rate to that of the tap.
#[derive(Debug)]
struct Converter {
    from: u32,
    resampler: Option<Resampler>,
}

impl PortHandle {
    /// Listens in on a port. Frames that the listener does not take in time are counted and lost.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn tap(&self, options: TapOptions) -> Result<Tap, PortError> {
        let ring = Arc::new(Ring {
            full: ArrayQueue::new(options.room.max(1)),
            spare: ArrayQueue::new(options.room.max(1)),
            arrived: Notify::new(),
            closed: AtomicBool::new(false),
            lost: AtomicU64::new(0),
        });
        let hook = TapHook { ring: Arc::clone(&ring), rate: options.rate, received: None, sent: None };
        let hooked = self.hook(options.ways, Box::new(hook))?;
        Ok(Tap { ring, _hooked: hooked })
    }
}

impl Tap {
    /// The next frame; `None` once the port is closed. Cancel safe.
    pub async fn recv(&mut self) -> Option<TapFrame> {
        loop {
            if let Some(frame) = self.ring.full.pop() {
                return Some(frame);
            }
            if self.is_closed() {
                return self.ring.full.pop();
            }
            self.ring.arrived.notified().await;
        }
    }

    /// The next frame if there is one already.
    pub fn try_recv(&mut self) -> Option<TapFrame> {
        self.ring.full.pop()
    }

    /// Gives the memory of a frame back, so that the next ones cost no allocation.
    pub fn recycle(&self, frame: TapFrame) {
        // With enough buffers on their way round this one is let go.
        let _ = self.ring.spare.push(frame.samples);
    }

    /// Frames that were not taken in time.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.ring.lost.load(Ordering::Relaxed)
    }

    /// Whether the port is closed; what came before may still lie in the ring.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.ring.closed.load(Ordering::Acquire)
    }
}

impl SoundHook for TapHook {
    fn take(&mut self, frame: &mut HookFrame<'_>) -> bool {
        let mut samples = self.ring.spare.pop().unwrap_or_default();
        samples.clear();
        let place = if frame.way == Way::Received { &mut self.received } else { &mut self.sent };
        if place.as_ref().is_none_or(|converter| converter.from != frame.rate) {
            *place = Some(Converter::new(frame.rate, self.rate));
        }
        match place.as_mut().and_then(|converter| converter.resampler.as_mut()) {
            Some(resampler) => resampler.run(frame.samples, &mut samples),
            None => samples.extend_from_slice(frame.samples),
        }
        match self.ring.full.push(TapFrame { way: frame.way, at: frame.at, samples }) {
            Ok(()) => self.ring.arrived.notify_one(),
            Err(lost) => {
                self.ring.lost.fetch_add(1, Ordering::Relaxed);
                let _ = self.ring.spare.push(lost.samples);
            }
        }
        false
    }
}

impl Converter {
    fn new(from: u32, to: u32) -> Self {
        let resampler = if from == to { None } else { Resampler::new(from, to) };
        Self { from, resampler }
    }
}

impl Drop for TapHook {
    fn drop(&mut self) {
        self.ring.closed.store(true, Ordering::Release);
        self.ring.arrived.notify_one();
    }
}
