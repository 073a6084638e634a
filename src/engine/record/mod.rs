//! Recordings: the sound of a port in files, written by a thread that may wait for the disk.

mod file;
mod job;
mod thread;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use obelus_media::file::{FileError, FileFormat};
use obelus_media::{Codec, NoPath};
use tokio::sync::watch;

use crate::error::PortError;
use crate::hook::Way;
use crate::port::PortHandle;
use crate::settings::Direction;
use crate::tap::TapOptions;
use job::Job;
pub(crate) use thread::RecordThread;

/// Frames of both ways that may wait for the disk: three seconds of 20 ms.
const ROOM: usize = 300;

/// Whose voice is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voices {
    /// What comes from the far end.
    Received,
    /// What goes to the far end.
    Sent,
    /// Both, mixed.
    Mixed,
    /// Both, sample by sample in turn, what comes first; for formats without a header only.
    Interleaved,
}

/// A file of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFile {
    /// Where it is; folders are made.
    pub path: PathBuf,
    /// How it is written.
    pub format: FileFormat,
    /// What it holds.
    pub voices: Voices,
    /// Go on at the end of a file that is there.
    pub append: bool,
}

/// What is recorded, and how.
#[derive(Default)]
pub struct RecordOptions {
    /// The files; at least one.
    pub files: Vec<RecordFile>,
    /// Lay silence where nothing came, so that the voices stay in step; else frames follow each other as they come.
    /// Mixed and interleaved voices are always in step.
    pub in_step: bool,
    /// Times louder; below zero times softer; 0 as it is. First what is received, then what is sent.
    pub volume: [i32; 2],
    /// Begin so late.
    pub after: Duration,
    /// Record only while this says so.
    pub only_while: Option<Box<dyn Fn() -> bool + Send>>,
}

/// A recording that goes on; dropping it ends it.
#[derive(Debug)]
pub struct Recording {
    control: Arc<Control>,
    done: watch::Receiver<Option<Recorded>>,
    thread: Arc<RecordThread>,
}

/// What a handle tells the thread.
#[derive(Debug, Default)]
pub(crate) struct Control {
    stopping: AtomicBool,
    muted: [AtomicBool; 2],
    /// Milliseconds to take back at the end.
    cut: AtomicU64,
}

/// A recording that is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// How much sound was written to the first file by this recording.
    pub duration: Duration,
    /// Frames that were lost because the disk was too slow.
    pub lost: u64,
    /// Why a file is not whole.
    pub failed: Option<String>,
}

/// Why nothing is recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be opened.
    #[error("cannot write {path}: {source}", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The format has no writer for this.
    #[error("{0}")]
    Format(#[from] FileError),
    /// The codec of the format has no encoder.
    #[error("{0}")]
    Codec(#[from] NoPath),
    /// Interleaved samples have no header that says so.
    #[error("interleaved voices are written to files of bare samples at {0} Hz only")]
    Interleaved(u32),
    /// The port takes no hook.
    #[error("{0}")]
    Port(#[from] PortError),
    /// There is nothing to write, or nobody to do it.
    #[error("no thread that writes recordings")]
    Stopped,
}

impl RecordOptions {
    /// What comes from the far end, in one file, frame after frame.
    #[must_use]
    pub fn received(path: PathBuf, format: FileFormat, append: bool) -> Self {
        let file = RecordFile { path, format, voices: Voices::Received, append };
        Self { files: vec![file], ..Self::default() }
    }

    /// The rate at which the voices are brought together: that of the best file.
    fn rate(&self) -> u32 {
        let rates = self.files.iter().map(|file| file.format.codec().sample_rate());
        rates.max().unwrap_or(Codec::Slin.sample_rate())
    }

    fn ways(&self) -> Direction {
        let any = |alone: Voices| {
            self.files.iter().any(|file| {
                file.voices == alone || matches!(file.voices, Voices::Mixed | Voices::Interleaved)
            })
        };
        Direction { send: any(Voices::Sent), receive: any(Voices::Received) }
    }
}

/// The thread in its place, started if there is none yet; `None` if the system gives none.
pub(crate) fn thread_in(place: &OnceLock<Arc<RecordThread>>) -> Option<Arc<RecordThread>> {
    if let Some(thread) = place.get() {
        return Some(Arc::clone(thread));
    }
    let started = RecordThread::start_thread();
    let started =
        started.inspect_err(|error| tracing::error!(%error, "no thread to write recordings")).ok()?;
    // Of two that were started at the same time one ends at once.
    Some(Arc::clone(place.get_or_init(|| Arc::new(started))))
}

impl PortHandle {
    /// Records the sound of this port. The files are opened on a thread that may wait; sound from then on is written.
    ///
    /// # Errors
    /// See [`RecordError`]; nothing is recorded then.
    pub async fn record(&self, options: RecordOptions) -> Result<Recording, RecordError> {
        let thread = self.shared.recorder().ok_or(RecordError::Stopped)?;
        let tap = TapOptions { ways: options.ways(), rate: options.rate(), room: ROOM };
        let opened =
            tokio::task::spawn_blocking(move || file::open_all(&options).map(|files| (files, options)));
        let (files, options) = opened.await.map_err(|_| RecordError::Stopped)??;
        let control = Arc::new(Control::default());
        let (sender, done) = watch::channel(None);
        let tap = self.tap(tap)?;
        thread.start(Job::new(tap, files, options, Arc::clone(&control), sender));
        Ok(Recording { control, done, thread })
    }
}

impl Recording {
    /// Writes silence in the place of what goes this way, or no longer.
    pub fn mute(&self, way: Way, on: bool) {
        let [received, sent] = &self.control.muted;
        let place = if way == Way::Received { received } else { sent };
        place.store(on, Ordering::Relaxed);
    }

    /// Ends the recording and waits until the files are closed; takes the last part of the sound back.
    pub async fn stop(self, cut: Duration) -> Recorded {
        let cut = u64::try_from(cut.as_millis()).unwrap_or(u64::MAX);
        self.control.cut.store(cut, Ordering::Relaxed);
        self.end();
        self.closed().await
    }

    /// Waits until the recording is over and its files are closed. Cancel safe.
    pub async fn closed(&self) -> Recorded {
        let mut done = self.done.clone();
        let recorded = done.wait_for(Option::is_some).await.map(|recorded| recorded.clone());
        recorded.ok().flatten().unwrap_or_default()
    }

    /// Ends the recording; [`closed`](Self::closed) tells when its files are whole.
    pub fn end(&self) {
        self.control.stopping.store(true, Ordering::Release);
        self.thread.wake();
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.end();
    }
}

impl std::fmt::Debug for RecordOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RecordOptions").field("files", &self.files).finish_non_exhaustive()
    }
}
