//! Hooks: what looks at the sound of a port, or changes it, on its way through.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::command::Command;
use crate::error::PortError;
use crate::event::PortEvent;
use crate::port::PortHandle;
use crate::settings::Direction;

/// Which way sound goes through a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// From the far end.
    Received,
    /// To the far end.
    Sent,
}

/// Something that looks at the sound of a port, or changes it.
///
/// It runs on the media thread: it neither waits nor allocates.
pub trait SoundHook: Send + Debug {
    /// Takes a frame; returns whether its samples were changed.
    fn take(&mut self, frame: &mut HookFrame<'_>) -> bool;
}

/// A frame as a hook sees it.
#[derive(Debug)]
pub struct HookFrame<'a> {
    /// Which way it goes.
    pub way: Way,
    /// Samples a second.
    pub rate: u32,
    /// The samples, at most [`obelus_media::MAX_SAMPLES`].
    pub samples: &'a mut [i16],
    /// When it came.
    pub at: Instant,
    /// What the channel is to be told.
    pub tell: Option<PortEvent>,
}

impl HookFrame<'_> {
    /// How long it lasts.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.samples.len() as u64 * 1_000_000 / u64::from(self.rate.max(1)))
    }
}

/// A hook on a port; dropping this takes the hook away.
#[derive(Debug)]
pub struct Hooked {
    port: PortHandle,
    gone: Arc<AtomicBool>,
}

/// A hook as it lies in the port's ring.
#[derive(Debug)]
pub(crate) struct NewHook {
    pub(crate) ways: Direction,
    pub(crate) hook: Box<dyn SoundHook>,
    pub(crate) gone: Arc<AtomicBool>,
}

impl PortHandle {
    /// Shows the sound of a port to a hook, after the hooks that are there already; each sees what those before it
    /// left. Sound in a codec that cannot be opened passes unseen.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn hook(&self, ways: Direction, hook: Box<dyn SoundHook>) -> Result<Hooked, PortError> {
        let gone = Arc::new(AtomicBool::new(false));
        self.command(Command::Hook(NewHook { ways, hook, gone: Arc::clone(&gone) }))?;
        Ok(Hooked { port: self.clone(), gone })
    }
}

impl Drop for Hooked {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Release);
        // With a full ring it lies there, unused, until the next one goes.
        let _ = self.port.command(Command::Unhook);
    }
}
