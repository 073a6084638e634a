//! How much is printed: verbose and debug levels, levels of one's own, and the macro for verbose lines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use arc_swap::ArcSwap;

/// The highest level that anybody, console or log file, wants to see.
#[derive(Debug)]
pub struct Verbosity {
    verbose: AtomicU8,
    debug: AtomicU8,
    custom: ArcSwap<Vec<Arc<str>>>,
}

impl Verbosity {
    /// Begins with these levels.
    pub fn new(verbose: u8, debug: u8) -> Verbosity {
        Verbosity { verbose: AtomicU8::new(verbose), debug: AtomicU8::new(debug), custom: ArcSwap::default() }
    }

    /// Whether lines of this level reach anybody.
    pub fn wants(&self, level: u8) -> bool {
        level <= self.verbose.load(Ordering::Relaxed)
    }

    /// Sets the highest verbose level that anybody wants.
    pub fn set_verbose(&self, level: u8) {
        self.verbose.store(level, Ordering::Relaxed);
    }

    /// The highest verbose level that anybody wants.
    pub fn verbose(&self) -> u8 {
        self.verbose.load(Ordering::Relaxed)
    }

    /// Sets the debug level.
    pub fn set_debug(&self, level: u8) {
        self.debug.store(level, Ordering::Relaxed);
    }

    /// Sets the levels that `custom_levels` in logger.conf names, each at its place.
    pub fn set_custom_levels(&self, names: &[Arc<str>]) {
        self.custom.store(Arc::new(names.to_vec()));
    }

    /// The place and the name, as it was written, of a level of `custom_levels`; case does not matter.
    pub fn custom_level(&self, name: &str) -> Option<(u8, Arc<str>)> {
        let custom = self.custom.load();
        let at = custom.iter().position(|known| known.eq_ignore_ascii_case(name))?;
        Some((u8::try_from(at).ok()?, custom.get(at)?.clone()))
    }

    /// The debug level.
    pub fn debug(&self) -> u8 {
        self.debug.load(Ordering::Relaxed)
    }
}

/// Prints a verbose line, formatted only if somebody wants its level: `verbose!(core, 3, "Executing …")`.
#[macro_export]
macro_rules! verbose {
    ($core:expr, $level:expr, $($text:tt)+) => {
        if $core.verbosity.wants($level) {
            tracing::info!(target: "verbose", level = $level as u8, $($text)+);
        }
    };
}
