//! From `tracing` to the loggers of all PBXs of the process.
//!
//! A process has one subscriber, and may have several PBXs (tests do). The subscriber made by the first logger hands
//! every line to every logger that lives; the fan knows what all of them want together, so that a line that nobody
//! wants costs a comparison.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwap;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

use super::level::{Level, Levels};
use super::line::Line;

/// From this debug level on, the bytes on the wire (`trace`) are logged too.
pub const TRACE_FROM: u8 = 5;

/// What takes lines.
pub(super) trait Sink: Send + Sync {
    /// What it wants now.
    fn wants(&self) -> Wants;
    /// Takes a line, without waiting.
    fn offer(&self, line: &Arc<Line>);
}

/// Which lines somebody wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wants {
    pub(super) levels: Levels,
    pub(super) verbose: u8,
    pub(super) debug: u8,
}

impl Wants {
    fn union(self, other: Wants) -> Wants {
        Wants {
            levels: self.levels.union(other.levels),
            verbose: self.verbose.max(other.verbose),
            debug: self.debug.max(other.debug),
        }
    }
}

/// All living sinks.
#[derive(Default)]
pub(super) struct Fan {
    sinks: ArcSwap<Vec<Weak<dyn Sink>>>,
    levels: AtomicU32,
    verbose: AtomicU8,
    debug: AtomicU8,
    changing: Mutex<()>,
}

/// The process has a subscriber that is not ours.
#[derive(Debug, thiserror::Error)]
#[error("the log of this process is already read by something else")]
pub struct Occupied;

impl Fan {
    /// The fan of this process, made by the first who asks.
    pub(super) fn of_process() -> Result<Arc<Fan>, Occupied> {
        // The layer holds the fan, and the dispatcher of the process holds the layer: no global of ours is needed.
        if let Some(fan) = Fan::find() {
            return Ok(fan);
        }
        let fan = Arc::new(Fan::default());
        let subscriber = tracing_subscriber::registry().with(super::layer::FanLayer::new(fan.clone()));
        match tracing::subscriber::set_global_default(subscriber) {
            Ok(()) => {
                log_panics();
                Ok(fan)
            }
            Err(_) => Fan::find().ok_or(Occupied),
        }
    }

    fn find() -> Option<Arc<Fan>> {
        tracing::dispatcher::get_default(|dispatch| {
            dispatch.downcast_ref::<super::layer::FanLayer>().map(|layer| layer.fan().clone())
        })
    }

    /// Adds a sink, for as long as it lives.
    pub(super) fn add(&self, sink: Weak<dyn Sink>) {
        let guard = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sinks: Vec<Weak<dyn Sink>> =
            self.sinks.load().iter().filter(|sink| sink.strong_count() > 0).cloned().collect();
        sinks.push(sink);
        self.sinks.store(Arc::new(sinks));
        drop(guard);
        self.changed();
    }

    /// A sink wants something else now, or is gone.
    pub(super) fn changed(&self) {
        let _guard = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let sinks = self.sinks.load();
        let wants = sinks
            .iter()
            .filter_map(Weak::upgrade)
            .fold(Wants::default(), |all, sink| all.union(sink.wants()));
        self.levels.store(wants.levels.bits(), Ordering::Relaxed);
        self.verbose.store(wants.verbose, Ordering::Relaxed);
        let before = self.max_level();
        self.debug.store(wants.debug, Ordering::Relaxed);
        if before != self.max_level() {
            tracing::callsite::rebuild_interest_cache();
        }
    }

    /// Whether any sink wants a line like this.
    pub(super) fn wants(&self, level: Level, verbose: u8) -> bool {
        Levels::from_bits(self.levels.load(Ordering::Relaxed)).contains(level)
            && (level != Level::Verbose || verbose <= self.verbose.load(Ordering::Relaxed))
    }

    /// The finest events that any sink wants.
    pub(super) fn max_level(&self) -> LevelFilter {
        let debug = self.debug.load(Ordering::Relaxed);
        let wants_debug = Levels::from_bits(self.levels.load(Ordering::Relaxed)).contains(Level::Debug);
        match debug {
            0 => LevelFilter::INFO,
            _ if !wants_debug => LevelFilter::INFO,
            1..TRACE_FROM => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        }
    }

    /// Hands a line to all sinks.
    pub(super) fn offer(&self, line: &Arc<Line>) {
        for sink in self.sinks.load().iter().filter_map(Weak::upgrade) {
            sink.offer(line);
        }
    }
}

/// A panic ends one call or connection: its line in the log names the call, which standard error does not.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let reason = panic.payload_as_str().unwrap_or("no text");
        tracing::error!(place, "a fault in the program: {reason}");
        before(panic);
    }));
}
