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

use super::debugging::{Debugging, TRACE_FROM};
use super::level::{Level, Levels};
use super::line::Line;

/// What takes lines.
pub(super) trait Sink: Send + Sync {
    /// What it wants now.
    fn wants(&self) -> Wants;
    /// Takes a line, without waiting.
    fn offer(&self, line: &Arc<Line>);
}

/// Which lines somebody wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wants {
    pub(super) levels: Levels,
    pub(super) verbose: u8,
    pub(super) debug: Debugging,
    /// `core set trace`.
    pub(super) trace: Debugging,
}

impl Wants {
    fn union(self, other: &Wants) -> Wants {
        Wants {
            levels: self.levels.union(other.levels),
            verbose: self.verbose.max(other.verbose),
            debug: self.debug.union(&other.debug),
            trace: self.trace.union(&other.trace),
        }
    }
}

/// All living sinks.
#[derive(Default)]
pub(super) struct Fan {
    sinks: ArcSwap<Vec<Weak<dyn Sink>>>,
    levels: AtomicU32,
    verbose: AtomicU8,
    /// The finest that any module or call is wanted in.
    finest: AtomicU8,
    particular: ArcSwap<Particular>,
    changing: Mutex<()>,
}

/// What is wanted of debugging and traces.
#[derive(Debug, Default)]
struct Particular {
    debug: Debugging,
    trace: Debugging,
    /// Whether it depends on the module or the call.
    depends: bool,
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
            .fold(Wants::default(), |all, sink| all.union(&sink.wants()));
        self.levels.store(wants.levels.bits(), Ordering::Relaxed);
        self.verbose.store(wants.verbose, Ordering::Relaxed);
        let before = self.max_level();
        let Wants { levels, debug, trace, .. } = wants;
        let traces = trace.highest() > 0 && levels.contains(Level::Trace);
        let debugs = if levels.contains(Level::Debug) { debug.highest() } else { 0 };
        self.finest.store(if traces { TRACE_FROM } else { debugs }, Ordering::Relaxed);
        let depends = debug.is_particular() || trace.is_particular();
        self.particular.store(Arc::new(Particular { debug, trace, depends }));
        if before != self.max_level() {
            tracing::callsite::rebuild_interest_cache();
        }
    }

    /// Whether any sink wants a line like this.
    pub(super) fn wants(&self, level: Level, verbose: u8) -> bool {
        Levels::from_bits(self.levels.load(Ordering::Relaxed)).contains(level)
            && (level != Level::Verbose || verbose <= self.verbose.load(Ordering::Relaxed))
    }

    /// The level of a line of debugging of this module and call; `None` if nobody wants it.
    ///
    /// The bytes on the wire are traces where those are wanted, and else debugging from [`TRACE_FROM`] on.
    pub(super) fn debugging(
        &self,
        is_trace: bool,
        path: &str,
        call: impl FnOnce() -> Option<u64>,
    ) -> Option<Level> {
        let particular = self.particular.load();
        let (debug, trace) = match particular.depends {
            true => {
                let call = call();
                (particular.debug.level_for(path, call), particular.trace.level_for(path, call))
            }
            false => (particular.debug.level, particular.trace.level),
        };
        match is_trace {
            true if trace > 0 => Some(Level::Trace),
            true => (debug >= TRACE_FROM).then_some(Level::Debug),
            false => (debug > 0).then_some(Level::Debug),
        }
    }

    /// The finest events that any sink wants.
    pub(super) fn max_level(&self) -> LevelFilter {
        match self.finest.load(Ordering::Relaxed) {
            0 => LevelFilter::INFO,
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
