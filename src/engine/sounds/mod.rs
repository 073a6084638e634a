//! `Sounds`: finds the file of a prompt by name, language and codec, and keeps prompts in memory.

mod cache;
mod load;
mod stream;

pub use stream::SoundStream;
pub(crate) use stream::{Got, StreamPlayer};

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use obelus_media::file::{FileError, FileFormat, candidates, choose, unreadable};
use obelus_media::{Codec, NoPath};

use crate::play::{Sound, Source};
use cache::{Cache, Entry, Key};
use stream::FileThread;

/// Where sounds are, and how much of them is kept.
#[derive(Debug, Clone)]
pub struct SoundsConfig {
    /// Folders in which names are looked for, in order.
    pub folders: Vec<PathBuf>,
    /// Bytes of converted sound kept in memory.
    pub budget: usize,
    /// A file that was looked at is trusted to be the same for so long.
    pub recheck: Duration,
    /// Files larger than so many bytes are read while they play.
    pub stream_above: u64,
    /// A name that no folder has is silence of this length, instead of an error: for trying a dialplan.
    pub imagined: Option<Duration>,
}

impl Default for SoundsConfig {
    fn default() -> Self {
        Self {
            folders: vec![PathBuf::from("/usr/share/asterisk/sounds")],
            budget: 64 << 20,
            recheck: Duration::from_secs(5),
            stream_above: 1 << 20,
            imagined: None,
        }
    }
}

/// Why a sound cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// No file of this name in any language that was tried.
    #[error("File {name} does not exist in any format")]
    Missing {
        /// The name.
        name: String,
    },
    /// Files exist, but none that has a reader and a way to the codec.
    #[error("File {name} exists only as {found}, which cannot be played in {codec}")]
    Unplayable {
        /// The name.
        name: String,
        /// What exists.
        found: String,
        /// What was wanted.
        codec: Codec,
    },
    /// The file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The file is not what its name says.
    #[error("{path}: {source}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: FileError,
    },
    /// Its samples have no way to the codec.
    #[error("{path}: {source}", path = path.display())]
    Convert {
        /// The file.
        path: PathBuf,
        /// What is missing.
        source: NoPath,
    },
    /// The file threads are gone; the program is about to end.
    #[error("sounds are not served any more")]
    Stopped,
}

/// The sounds of the system; clones are cheap and share one cache.
#[derive(Debug, Clone)]
pub struct Sounds {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: SoundsConfig,
    cache: Mutex<Cache>,
    files: Arc<FileThread>,
}

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    path: PathBuf,
    format: FileFormat,
    size: u64,
    modified: Option<SystemTime>,
}

impl Sounds {
    /// Sounds of these folders.
    ///
    /// # Errors
    /// When the system gives no thread to read files.
    pub fn new(config: SoundsConfig) -> io::Result<Self> {
        let cache = Mutex::new(Cache::new(config.budget));
        Ok(Self { inner: Arc::new(Inner { config, cache, files: FileThread::start()? }) })
    }

    /// The sound of this name, for whom speaks `language` and hears `codec`.
    ///
    /// A prompt that was used a moment ago costs no system call; the disk is read on a thread that may wait.
    ///
    /// # Errors
    /// Says why nothing can be played: see [`SoundError`].
    pub async fn open(&self, name: &str, language: &str, codec: Codec) -> Result<Source, SoundError> {
        let key = Key { name: name.to_owned(), language: language.to_owned(), codec };
        if let Some(sound) = self.inner.cached(&key, Instant::now()) {
            return Ok(Source::Sound(sound));
        }
        let inner = Arc::clone(&self.inner);
        let opened = tokio::task::spawn_blocking(move || inner.load(key)).await;
        opened.unwrap_or(Err(SoundError::Stopped))
    }

    /// Whether there is a file of this name that has a reader.
    pub async fn exists(&self, name: &str, language: &str) -> bool {
        let inner = Arc::clone(&self.inner);
        let (name, language) = (name.to_owned(), language.to_owned());
        let found = tokio::task::spawn_blocking(move || inner.find_any(&name, &language)).await;
        found.unwrap_or(false)
    }

    /// Puts a sound into memory under a name for one codec, as if a file of it existed.
    ///
    /// It stays until it is put again, whatever the budget.
    pub fn put(&self, name: &str, sound: Sound) {
        self.lock_cache().pin(name, Arc::new(sound));
    }

    /// Bytes of sound in memory.
    #[must_use]
    pub fn cached_bytes(&self) -> usize {
        self.lock_cache().bytes()
    }

    fn lock_cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.inner.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn cached(&self, key: &Key, now: Instant) -> Option<Arc<Sound>> {
        let fresh = now.checked_sub(self.config.recheck);
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(key, fresh)
    }

    /// Finds, reads and converts a sound. Blocks on the disk.
    fn load(&self, key: Key) -> Result<Source, SoundError> {
        let found = match (self.find(&key), self.config.imagined) {
            (Err(SoundError::Missing { .. }), Some(length)) => return Ok(Source::Silence(Some(length))),
            (found, _) => found?,
        };
        let now = Instant::now();
        if let Some(sound) =
            self.cache.lock().unwrap_or_else(PoisonError::into_inner).confirm(&key, &found, now)
        {
            return Ok(Source::Sound(sound));
        }
        if found.size > self.config.stream_above {
            let stream = SoundStream::open(&found.path, found.format, key.codec, &self.files)?;
            return Ok(Source::Stream(stream));
        }
        let sound = Arc::new(load::read_whole(&found.path, found.format, key.codec)?);
        let entry = Entry::new(found, Arc::clone(&sound), now);
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).put(key, entry);
        Ok(Source::Sound(sound))
    }

    /// The file to play, by Asterisk's order of languages and of formats.
    fn find(&self, key: &Key) -> Result<Found, SoundError> {
        let mut unplayable = Vec::new();
        for path in self.paths(&key.name, &key.language) {
            let files = load::variants(&path);
            let formats: Vec<_> = files.iter().map(|found| found.format).collect();
            if let Some(best) = choose(&formats, key.codec)
                && let Some(found) = files.into_iter().find(|found| found.format == best)
            {
                return Ok(found);
            }
            unplayable.extend(formats.iter().map(|format| format.name().to_owned()));
            unplayable.extend(load::unread_variants(&path));
        }
        let name = key.name.clone();
        if unplayable.is_empty() {
            return Err(SoundError::Missing { name });
        }
        Err(SoundError::Unplayable { name, found: unplayable.join(", "), codec: key.codec })
    }

    fn find_any(&self, name: &str, language: &str) -> bool {
        let pinned = self.cache.lock().unwrap_or_else(PoisonError::into_inner).is_pinned(name);
        pinned
            || self.config.imagined.is_some()
            || self.paths(name, language).any(|path| !load::variants(&path).is_empty())
    }

    /// Paths without extension, in the order of languages; within a language, of folders.
    fn paths(&self, name: &str, language: &str) -> impl Iterator<Item = PathBuf> + '_ {
        let candidates = candidates(name, language);
        // An absolute name replaces the folder when it is joined to it.
        candidates
            .into_iter()
            .flat_map(|path| self.config.folders.iter().map(move |folder| folder.join(&path)))
    }
}
