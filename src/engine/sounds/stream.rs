//! Long files: read and converted by a file thread while they play, through a ring of chunks.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crossbeam_queue::ArrayQueue;
use obelus_media::file::{FileFormat, FileReader, Layout};
use obelus_media::{Codec, Scratch, Transcoder};

use super::SoundError;

/// How much sound a chunk holds, and how many chunks are read ahead: a disk may take two seconds.
const CHUNK: Duration = Duration::from_millis(500);
const CHUNKS: usize = 4;
/// Streams that want chunks at the same time.
const REQUESTS: usize = 4096;
/// Bytes of a file read at once.
const READ: usize = 16 * 1024;

/// A file that is read while it plays.
#[derive(Debug, Clone)]
pub struct SoundStream {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    codec: Codec,
    duration: Option<Duration>,
    full: ArrayQueue<Chunk>,
    empty: ArrayQueue<Vec<u8>>,
    repeat: AtomicBool,
    /// Somebody plays it, or did.
    played: AtomicBool,
    /// Counts the seeks; chunks of an earlier count are stale.
    turn: AtomicU32,
    /// Where the last seek went, in µs.
    target: AtomicU64,
    /// The file thread has been asked and has not looked yet.
    asked: AtomicBool,
    /// It lives as long as any stream, whatever becomes of the sounds that it was opened by.
    thread: Arc<FileThread>,
    /// Only the file thread takes it.
    job: Mutex<Job>,
}

/// Sound that was read.
#[derive(Debug)]
struct Chunk {
    turn: u32,
    bytes: Vec<u8>,
    end: End,
}

/// What comes after a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// More.
    No,
    /// The file begins again.
    Again,
    /// Nothing.
    Over,
    /// The file could not be read on.
    Failed,
}

impl SoundStream {
    /// Opens a file whose sound will be given in `codec`, and reads its beginning. Blocks on the disk.
    pub(crate) fn open(
        path: &Path,
        format: FileFormat,
        codec: Codec,
        files: &Arc<FileThread>,
    ) -> Result<Self, SoundError> {
        let (job, duration) = Job::open(path, format, codec)?;
        let shared = Shared {
            codec,
            duration,
            full: ArrayQueue::new(CHUNKS),
            empty: ArrayQueue::new(CHUNKS + 1),
            repeat: AtomicBool::new(false),
            played: AtomicBool::new(false),
            turn: AtomicU32::new(0),
            target: AtomicU64::new(0),
            asked: AtomicBool::new(false),
            thread: Arc::clone(files),
            job: Mutex::new(job),
        };
        shared.fill();
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The codec of the sound.
    #[must_use]
    pub fn codec(&self) -> Codec {
        self.shared.codec
    }

    /// How long the file plays.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.shared.duration
    }

    fn ask(&self) {
        if !self.shared.asked.swap(true, Ordering::AcqRel) {
            self.shared.thread.requests.push(Arc::clone(&self.shared));
        }
    }
}

/// How much of what was wanted there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Got {
    /// All of it.
    All,
    /// Not all, because the disk is behind.
    Late,
    /// Not all, because the sound is over.
    Over,
    /// Not all, because the file could not be read.
    Failed,
}

/// The playing end of a stream: takes bytes out without ever waiting.
#[derive(Debug)]
pub(crate) struct StreamPlayer {
    stream: SoundStream,
    turn: u32,
    chunk: Vec<u8>,
    at: usize,
    end: End,
    position_bytes: u64,
}

impl StreamPlayer {
    pub(crate) fn new(stream: SoundStream, from: Duration, repeat: bool) -> Self {
        stream.shared.repeat.store(repeat, Ordering::Release);
        let turn = stream.shared.turn.load(Ordering::Acquire);
        let is_fresh = !stream.shared.played.swap(true, Ordering::AcqRel);
        let mut player = Self { stream, turn, chunk: Vec::new(), at: 0, end: End::No, position_bytes: 0 };
        // What was read ahead when the file was opened is its beginning.
        if !is_fresh || !from.is_zero() {
            player.seek(from);
        }
        player
    }

    pub(crate) fn codec(&self) -> Codec {
        self.stream.codec()
    }

    /// Bytes of sound given since the start of the file.
    pub(crate) fn position_bytes(&self) -> u64 {
        self.position_bytes
    }

    /// Goes to another position; the chunks on their way are thrown away.
    pub(crate) fn seek(&mut self, position: Duration) {
        let shared = &self.stream.shared;
        let position = shared.duration.map_or(position, |duration| position.min(duration));
        shared.target.store(position.as_micros() as u64, Ordering::Release);
        self.turn = shared.turn.fetch_add(1, Ordering::AcqRel).wrapping_add(1);
        self.position_bytes = self.codec().bytes_in(position).unwrap_or(0) as u64;
        self.end = End::No;
        let old = std::mem::take(&mut self.chunk);
        let _ = shared.empty.push(old);
        self.at = 0;
        self.stream.ask();
    }

    /// Appends the next `wanted` bytes to `out`.
    pub(crate) fn read(&mut self, mut wanted: usize, out: &mut Vec<u8>) -> Got {
        while wanted > 0 {
            let rest = self.chunk.get(self.at..).unwrap_or_default();
            let count = rest.len().min(wanted);
            out.extend_from_slice(&rest[..count]);
            self.at += count;
            self.position_bytes += count as u64;
            wanted -= count;
            if wanted > 0
                && let Some(short) = self.next_chunk()
            {
                return short;
            }
        }
        Got::All
    }

    /// Takes the next chunk; `Some` if there is none.
    fn next_chunk(&mut self) -> Option<Got> {
        match self.end {
            End::Over if self.stream.shared.repeat.load(Ordering::Relaxed) && self.position_bytes > 0 => {
                // The end was read before it was known that it repeats.
                self.seek(Duration::ZERO);
            }
            End::Over => return Some(Got::Over),
            End::Failed => return Some(Got::Failed),
            End::Again => self.position_bytes = 0,
            End::No => {}
        }
        self.end = End::No;
        let shared = Arc::clone(&self.stream.shared);
        while let Some(mut chunk) = shared.full.pop() {
            if chunk.turn == self.turn {
                std::mem::swap(&mut self.chunk, &mut chunk.bytes);
                (self.at, self.end) = (0, chunk.end);
            }
            let fits = chunk.turn == self.turn;
            let _ = shared.empty.push(chunk.bytes);
            self.stream.ask();
            if fits {
                return None;
            }
        }
        self.chunk.clear();
        self.at = 0;
        self.stream.ask();
        Some(Got::Late)
    }
}

impl Shared {
    /// Reads chunks until the ring is full or the sound is over. Blocks on the disk.
    fn fill(&self) {
        let mut job = self.job.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            self.asked.store(false, Ordering::Release);
            let turn = self.turn.load(Ordering::Acquire);
            if job.turn != turn {
                job.turn = turn;
                job.over = false;
                let target = Duration::from_micros(self.target.load(Ordering::Acquire));
                if let Err(error) = job.seek(target) {
                    job.fault = Some(error);
                }
            }
            if job.over || self.full.is_full() {
                return;
            }
            let mut bytes = self.empty.pop().unwrap_or_default();
            bytes.clear();
            let end = job.read_chunk(&mut bytes, self.repeat.load(Ordering::Acquire));
            job.over = matches!(end, End::Over | End::Failed);
            if self.full.push(Chunk { turn, bytes, end }).is_err() {
                return;
            }
        }
    }
}

/// The reading end of a stream.
#[derive(Debug)]
struct Job {
    file: File,
    format: FileFormat,
    layout: Layout,
    reader: FileReader,
    codec: Codec,
    transcoder: Option<Transcoder>,
    scratch: Scratch,
    /// Sound of the file that no chunk has taken yet.
    decoded: Vec<u8>,
    turn: u32,
    over: bool,
    fault: Option<io::Error>,
}

impl Job {
    fn open(path: &Path, format: FileFormat, codec: Codec) -> Result<(Self, Option<Duration>), SoundError> {
        let unreadable = |source| SoundError::Read { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(unreadable)?;
        let mut reader = FileReader::new(format);
        let mut decoded = Vec::new();
        let mut piece = [0; 512];
        while reader.layout().is_none() {
            let count = file.read(&mut piece).map_err(unreadable)?;
            if count == 0 {
                break;
            }
            let fed = reader.feed(piece.get(..count).unwrap_or_default(), &mut decoded);
            fed.map_err(|source| SoundError::Format { path: path.to_owned(), source })?;
        }
        let layout =
            reader.finish().map_err(|source| SoundError::Format { path: path.to_owned(), source })?;
        let transcoder = transcoder(layout.codec, codec)
            .map_err(|source| SoundError::Convert { path: path.to_owned(), source })?;
        let size = file.metadata().map_err(unreadable)?.len();
        let length = layout.length.unwrap_or(u64::MAX).min(size.saturating_sub(layout.start));
        let job = Self {
            file,
            format,
            layout,
            reader,
            codec,
            transcoder,
            scratch: Scratch::default(),
            decoded,
            turn: 0,
            over: false,
            fault: None,
        };
        Ok((job, duration_of(layout.codec, length)))
    }

    fn seek(&mut self, position: Duration) -> io::Result<()> {
        let offset = self.layout.offset_of(position);
        self.file.seek(SeekFrom::Start(offset))?;
        self.reader = FileReader::resume(self.format, self.layout, offset);
        self.decoded.clear();
        // The way existed when the file was opened.
        self.transcoder = transcoder(self.layout.codec, self.codec).unwrap_or_default();
        Ok(())
    }

    fn read_chunk(&mut self, out: &mut Vec<u8>, repeat: bool) -> End {
        if let Some(error) = self.fault.take() {
            return self.fail(&error);
        }
        let wanted = self.layout.codec.bytes_in(CHUNK).unwrap_or(READ);
        let end = match self.gather(wanted) {
            Ok(true) => End::No,
            Ok(false) if repeat => End::Again,
            Ok(false) => End::Over,
            Err(error) => return self.fail(&error),
        };
        let taken = self.decoded.len().min(wanted);
        let sound = self.decoded.get(..taken).unwrap_or_default();
        match &mut self.transcoder {
            None => out.extend_from_slice(sound),
            Some(transcoder) => {
                // A transcoder takes 60 ms at most at once; halves of samples do not occur at even sizes.
                for piece in sound.chunks(960) {
                    transcoder.run(piece, &mut self.scratch, out);
                }
            }
        }
        self.decoded.drain(..taken);
        if end == End::Again
            && let Err(error) = self.seek(Duration::ZERO)
        {
            return self.fail(&error);
        }
        // A file without sound would begin again for ever.
        if end == End::Again && out.is_empty() { End::Over } else { end }
    }

    /// Reads until `wanted` bytes of sound lie ready; `false` if the file is over before.
    fn gather(&mut self, wanted: usize) -> io::Result<bool> {
        let mut piece = [0; READ];
        while self.decoded.len() < wanted {
            let count = self.file.read(&mut piece)?;
            if count == 0 {
                return Ok(false);
            }
            let fed = self.reader.feed(piece.get(..count).unwrap_or_default(), &mut self.decoded);
            fed.map_err(io::Error::other)?;
        }
        Ok(true)
    }

    fn fail(&self, error: &io::Error) -> End {
        tracing::warn!(format = %self.format, %error, "a sound file cannot be read on");
        End::Failed
    }
}

fn transcoder(from: Codec, to: Codec) -> Result<Option<Transcoder>, obelus_media::NoPath> {
    if from == to { Ok(None) } else { Transcoder::new(from, to).map(Some) }
}

fn duration_of(codec: Codec, bytes: u64) -> Option<Duration> {
    let per_second = codec.bytes_in(Duration::from_secs(1)).filter(|&bytes| bytes > 0)? as u64;
    Some(Duration::from_micros(bytes.saturating_mul(1_000_000) / per_second))
}

/// Streams that want to be read.
#[derive(Debug)]
struct Requests {
    waiting: ArrayQueue<Arc<Shared>>,
    stopping: AtomicBool,
    thread: OnceLock<std::thread::Thread>,
    parked: AtomicBool,
}

impl Requests {
    fn push(&self, stream: Arc<Shared>) {
        // With thousands of others before it, it asks again with its next chunk.
        if let Err(stream) = self.waiting.push(stream) {
            stream.asked.store(false, Ordering::Release);
        }
        std::sync::atomic::fence(Ordering::SeqCst);
        if self.parked.load(Ordering::Relaxed) {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    fn run(&self) {
        while !self.stopping.load(Ordering::Acquire) {
            while let Some(stream) = self.waiting.pop() {
                stream.fill();
            }
            self.parked.store(true, Ordering::Relaxed);
            std::sync::atomic::fence(Ordering::SeqCst);
            if self.waiting.is_empty() && !self.stopping.load(Ordering::Acquire) {
                std::thread::park();
            }
            self.parked.store(false, Ordering::Relaxed);
        }
    }
}

/// The thread that reads files for all streams.
#[derive(Debug)]
pub(crate) struct FileThread {
    requests: Arc<Requests>,
}

impl FileThread {
    pub(crate) fn start() -> io::Result<Arc<Self>> {
        let requests = Arc::new(Requests {
            waiting: ArrayQueue::new(REQUESTS),
            stopping: AtomicBool::new(false),
            thread: OnceLock::new(),
            parked: AtomicBool::new(false),
        });
        let for_thread = Arc::clone(&requests);
        let thread =
            std::thread::Builder::new().name("obelus-files".to_owned()).spawn(move || for_thread.run())?;
        // Nobody else sets it.
        let _ = requests.thread.set(thread.thread().clone());
        Ok(Arc::new(Self { requests }))
    }
}

impl Drop for FileThread {
    fn drop(&mut self) {
        self.requests.stopping.store(true, Ordering::Release);
        self.requests.wake();
    }
}
