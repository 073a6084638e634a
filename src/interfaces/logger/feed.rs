//! The lines that a console gets.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use tokio::sync::mpsc;

use super::Logger;
use super::level::{Level, Levels};
use super::line::Line;

/// Lines that may wait for a console before others are lost.
const WAITING: usize = 512;

/// A console's view of the log; dropped, it gets nothing more.
pub struct Feed {
    mouth: Arc<Mouth>,
    lines: mpsc::Receiver<Item>,
    stashed: Option<Arc<Line>>,
    logger: Weak<Logger>,
}

/// What a feed gives.
#[derive(Clone, Debug)]
pub enum Fed {
    /// A line.
    Line(Arc<Line>),
    /// So many lines were lost here, because the console was too slow.
    Lost(u64),
}

/// The end that the logger fills.
pub(super) struct Mouth {
    sender: mpsc::Sender<Item>,
    verbose: Verbosity,
    lost: AtomicU64,
    /// `logger mute`.
    muted: AtomicBool,
    /// The levels that `logger set level` has turned off.
    off: AtomicU32,
}

/// Whose verbosity a console has.
pub(super) enum Verbosity {
    /// Its own.
    Own(AtomicU8),
    /// That of the root console.
    Root(Arc<AtomicU8>),
}

struct Item {
    line: Arc<Line>,
    lost_before: u64,
}

impl Verbosity {
    fn level(&self) -> &AtomicU8 {
        match self {
            Verbosity::Own(level) => level,
            Verbosity::Root(level) => level,
        }
    }
}

impl Mouth {
    pub(super) fn verbose(&self) -> u8 {
        self.verbose.level().load(Ordering::Relaxed)
    }

    fn off(&self) -> Levels {
        Levels::from_bits(self.off.load(Ordering::Relaxed))
    }

    /// Whether this console shows the line.
    pub(super) fn wants(&self, line: &Line) -> bool {
        !self.muted.load(Ordering::Relaxed)
            && !self.off().contains(line.level)
            && (line.level != Level::Verbose || line.verbose <= self.verbose())
    }

    pub(super) fn offer(&self, line: &Arc<Line>) {
        let lost_before = self.lost.swap(0, Ordering::Relaxed);
        if self.sender.try_send(Item { line: line.clone(), lost_before }).is_err() {
            self.lost.fetch_add(lost_before + 1, Ordering::Relaxed);
        }
    }
}

impl Feed {
    pub(super) fn new(logger: &Arc<Logger>, verbose: Verbosity) -> (Feed, Arc<Mouth>) {
        let (sender, lines) = mpsc::channel(WAITING);
        let (lost, muted, off) = (AtomicU64::new(0), AtomicBool::new(false), AtomicU32::new(0));
        let mouth = Arc::new(Mouth { sender, verbose, lost, muted, off });
        (Feed { mouth: mouth.clone(), lines, stashed: None, logger: Arc::downgrade(logger) }, mouth)
    }

    /// Waits for the next line. Cancel safe. Never ends: a logger that is gone is a quiet one.
    pub async fn next(&mut self) -> Fed {
        if let Some(fed) = self.try_next() {
            return fed;
        }
        match self.lines.recv().await {
            Some(item) => self.unpack(item),
            None => std::future::pending().await,
        }
    }

    /// The next line that is already there.
    pub fn try_next(&mut self) -> Option<Fed> {
        if let Some(line) = self.stashed.take() {
            return Some(Fed::Line(line));
        }
        if let Ok(item) = self.lines.try_recv() {
            return Some(self.unpack(item));
        }
        let lost = self.mouth.lost.swap(0, Ordering::Relaxed);
        (lost > 0).then_some(Fed::Lost(lost))
    }

    fn unpack(&mut self, item: Item) -> Fed {
        if item.lost_before == 0 {
            return Fed::Line(item.line);
        }
        self.stashed = Some(item.line);
        Fed::Lost(item.lost_before)
    }

    /// How verbose this console is.
    pub fn verbose(&self) -> u8 {
        self.mouth.verbose()
    }

    /// A handle by which a command sets how verbose this console is.
    pub fn dial(&self) -> VerboseDial {
        VerboseDial { mouth: self.mouth.clone(), logger: self.logger.clone() }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        if let Some(logger) = self.logger.upgrade() {
            logger.detach(&self.mouth);
        }
    }
}

/// Sets how verbose a console is while its feed is being read.
#[derive(Clone)]
pub struct VerboseDial {
    mouth: Arc<Mouth>,
    logger: Weak<Logger>,
}

impl VerboseDial {
    /// How verbose the console is.
    pub fn verbose(&self) -> u8 {
        self.mouth.verbose()
    }

    /// Shows lines of a level on this console, or does not; `false` if there is no such level.
    pub fn set_level(&self, level: &str, on: bool) -> bool {
        let custom = self.logger.upgrade().map(|logger| logger.custom_levels()).unwrap_or_default();
        let Some(level) = Level::parse_with(level, &custom) else { return false };
        let change = |off: Levels| if on { off.without(level) } else { off.with(level) };
        let changed = |bits| Some(change(Levels::from_bits(bits)).bits());
        let _ = self.mouth.off.fetch_update(Ordering::Relaxed, Ordering::Relaxed, changed);
        true
    }

    /// Silences this console, or lets it speak again; whether it is silent now.
    pub fn toggle_mute(&self) -> bool {
        !self.mouth.muted.fetch_xor(true, Ordering::Relaxed)
    }

    /// Sets how verbose it is.
    pub fn set_verbose(&self, level: u8) {
        self.mouth.verbose.level().store(level, Ordering::Relaxed);
        if let Some(logger) = self.logger.upgrade() {
            logger.wishes_changed();
        }
    }
}
