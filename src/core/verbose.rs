//! How much is printed: verbose and debug levels, and the macro for verbose lines.

use std::sync::atomic::{AtomicU8, Ordering};

/// The highest level that anybody, console or log file, wants to see.
#[derive(Debug)]
pub struct Verbosity {
    verbose: AtomicU8,
    debug: AtomicU8,
}

impl Verbosity {
    /// Begins with these levels.
    pub fn new(verbose: u8, debug: u8) -> Verbosity {
        Verbosity { verbose: AtomicU8::new(verbose), debug: AtomicU8::new(debug) }
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
