//! The log: from `tracing` events to Asterisk's files, syslog and consoles.
//!
//! An event's level and target give it Asterisk's level: `error` ERROR, `warn` WARNING, `info` NOTICE, `debug` and
//! `trace` DEBUG, the target `verbose` VERBOSE, `dtmf` DTMF, `security` SECURITY. Files are written by a thread of
//! their own; nobody who logs ever waits.

mod announce;
mod channel;
pub mod commands;
mod config;
mod date;
mod debugging;
mod fan;
mod feed;
mod filter;
mod journal;
mod layer;
mod level;
mod line;
mod look;
mod module;
mod rotate;
#[cfg(test)]
mod stories;
mod syslog;
mod table;
mod writer;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread::{self, JoinHandle};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::gauge::{Gauge, Reading};
use obelus_core::log_groups::LogGroups;
use obelus_core::settings::Settings;
use tokio::sync::oneshot;

pub use channel::LogChannel;
pub use config::{ChannelConfig, ChannelKind, General, LoggerConfig};
pub use date::DateFormat;
pub use debugging::TRACE_FROM;
pub use fan::Occupied;
pub use feed::{Fed, Feed, VerboseDial};
pub use filter::{Complaint, Filter, Format};
pub use level::{Level, Levels};
pub use line::{Line, Origin};
pub use module::LoggerModule;
pub use rotate::{Period, Rotation};
pub use syslog::Facility;

use announce::Announcer;
use channel::{Output, Sockets};
use debugging::Debugging;
use fan::{Fan, Sink, Wants};
use feed::{Mouth, Verbosity};
use look::Look;
use table::Table;
use writer::{Order, Queue, Writer};

/// What a logger needs to know beside `logger.conf`.
#[derive(Clone, Debug)]
pub struct LoggerSettings {
    /// Where the files are.
    pub directory: PathBuf,
    /// The machine's name.
    pub host: Arc<str>,
    /// The socket of the system's log.
    pub syslog: PathBuf,
    /// The socket of the journal.
    pub journal: PathBuf,
    /// How verbose the root console is at the start.
    pub verbose: u8,
    /// How much debugging is logged at the start; from [`TRACE_FROM`] on also the bytes on the wire.
    pub debug: u8,
}

impl LoggerSettings {
    /// As the daemon's settings say.
    pub fn of(settings: &Settings) -> LoggerSettings {
        LoggerSettings {
            directory: settings.directories.log.clone(),
            host: crate::host::name().into(),
            syslog: PathBuf::from("/dev/log"),
            journal: PathBuf::from("/run/systemd/journal/socket"),
            verbose: settings.verbose,
            debug: settings.debug,
        }
    }
}

/// Why the log could not begin.
#[derive(Debug, thiserror::Error)]
pub enum LoggerError {
    /// Something else reads the events of this process.
    #[error(transparent)]
    Occupied(#[from] Occupied),
    /// The system gives no thread.
    #[error("the log has no thread: {0}")]
    Thread(io::Error),
}

/// Why a log channel could not be added or removed.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// There is one of this name.
    #[error("Logger channel '{0}' already exists")]
    Exists(String),
    /// There is none of this name that a command has made.
    #[error("Unable to find dynamic logger channel '{0}'")]
    Unknown(String),
    /// The name or the levels are wrong.
    #[error("{0}")]
    Wrong(String),
    /// Its file cannot be opened.
    #[error("Unable to create log channel '{0}': {1}")]
    Open(String, io::Error),
}

/// What is wanted of debugging and of traces.
#[derive(Default)]
struct Wishes {
    debug: Debugging,
    trace: Debugging,
}

/// Which of the two is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// `core set debug`.
    Debug,
    /// `core set trace`.
    Trace,
}

/// The log of one PBX.
pub struct Logger {
    settings: LoggerSettings,
    fan: Arc<Fan>,
    table: ArcSwap<Table>,
    /// Held while the table is replaced, so that two changes do not lose one another.
    changing: Mutex<()>,
    queue: Arc<Queue>,
    mouths: ArcSwap<Vec<Arc<Mouth>>>,
    root_verbose: Arc<AtomicU8>,
    debugging: Mutex<Wishes>,
    announcer: Arc<Announcer>,
    /// The core's, which every line for a console looks at.
    groups: OnceLock<Arc<LogGroups>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Logger {
    /// Begins to log; returns with it the files that could not be opened.
    ///
    /// The first logger of a process becomes its `tracing` subscriber; those of other PBXs join it.
    pub fn install(
        config: &LoggerConfig,
        settings: LoggerSettings,
    ) -> Result<(Arc<Logger>, Vec<String>), LoggerError> {
        let fan = Fan::of_process()?;
        let root_verbose = Arc::new(AtomicU8::new(settings.verbose));
        let (table, outputs, failures) = open(config, &settings, &[], &root_verbose);
        let table = Arc::new(table);
        let queue = Arc::new(Queue::new(config.general.queue_limit));
        let announcer = Arc::<Announcer>::default();
        let writer =
            Writer::start(&queue, outputs, table.clone(), announcer.clone()).map_err(LoggerError::Thread)?;
        let logger = Arc::new(Logger {
            fan,
            table: ArcSwap::new(table),
            changing: Mutex::new(()),
            queue,
            mouths: ArcSwap::default(),
            root_verbose,
            debugging: Mutex::new(Wishes {
                debug: Debugging { level: settings.debug, ..Debugging::default() },
                trace: Debugging::default(),
            }),
            announcer,
            groups: OnceLock::new(),
            writer: Mutex::new(Some(writer)),
            settings,
        });
        let sink: Weak<Logger> = Arc::downgrade(&logger);
        logger.fan.add(sink);
        Ok((logger, failures))
    }

    /// Keeps the core's verbosity at the highest that a file or console wants.
    pub fn govern(self: &Arc<Self>, core: &Arc<Core>) {
        self.announcer.govern(core);
        let _ = self.groups.set(core.log_groups.clone());
        let gauge: Arc<dyn Gauge> = self.clone();
        core.gauges.add(&gauge);
        self.wishes_changed();
    }

    /// Takes another configuration and opens all files anew; returns those that could not be opened.
    pub fn reload(&self, new: &LoggerConfig) -> Vec<String> {
        let _guard = self.change();
        let old = self.table.load();
        let moved = |channel: &Arc<LogChannel>| {
            let mut config = channel.config.clone();
            config.filter.levels = config.filter.levels.moved(&old.custom, &new.general.custom_levels);
            config
        };
        let dynamic: Vec<ChannelConfig> =
            old.channels.iter().filter(|channel| channel.dynamic).map(moved).collect();
        let (table, outputs, failures) = open(new, &self.settings, &dynamic, &self.root_verbose);
        self.queue.set_limit(new.general.queue_limit);
        let table = self.store(table);
        self.queue.order(Order::Replace(outputs, table));
        self.wishes_changed();
        failures
    }

    /// Rotates all files; returns what failed.
    pub async fn rotate(&self) -> Vec<String> {
        let (done, answer) = oneshot::channel();
        self.queue.order(Order::Rotate(done));
        answer.await.unwrap_or_default()
    }

    /// Waits until everything logged so far is written.
    pub async fn flush(&self) {
        let (done, answer) = oneshot::channel();
        self.queue.order(Order::Flush(done));
        let _ = answer.await;
    }

    /// Adds a log channel until it is removed or the program ends; `levels` as in `logger.conf`.
    pub fn add_channel(&self, name: &str, levels: &str) -> Result<(), ChannelError> {
        let kind = ChannelKind::of(name).map_err(ChannelError::Wrong)?;
        let _guard = self.change();
        let old = self.table.load();
        let (format, filter, complaints) = filter::parse(levels, &old.custom);
        if let Some(complaint) = complaints.first() {
            return Err(ChannelError::Wrong(complaint.to_string()));
        }
        let channel = LogChannel::new(
            ChannelConfig::new(name, kind, format, filter),
            &self.settings.directory,
            None,
            true,
        );
        if old.channels.iter().any(|known| known.shown == channel.shown) {
            return Err(ChannelError::Exists(name.to_owned()));
        }
        let channel = Arc::new(channel);
        let output = Output::open(&channel, &Sockets::of(&self.settings))
            .map_err(|error| ChannelError::Open(name.to_owned(), error))?;
        let mut table = Table::clone(&old);
        table.channels.push(channel);
        let table = self.store(table);
        if let Some(output) = output {
            self.queue.order(Order::Add(output, table));
        }
        self.wishes_changed();
        Ok(())
    }

    /// Removes a channel that [`Logger::add_channel`] has made.
    pub fn remove_channel(&self, name: &str) -> Result<(), ChannelError> {
        let _guard = self.change();
        let old = self.table.load();
        let is_meant = |channel: &&Arc<LogChannel>| {
            channel.dynamic && (channel.config.name == name || channel.shown == name)
        };
        let channel =
            old.channels.iter().find(is_meant).ok_or_else(|| ChannelError::Unknown(name.to_owned()))?;
        let mut table = Table::clone(&old);
        table.channels.retain(|known| !Arc::ptr_eq(known, channel));
        let table = self.store(table);
        self.queue.order(Order::Remove(channel.clone(), table));
        self.wishes_changed();
        Ok(())
    }

    /// All log channels in the order of `logger.conf`.
    pub fn channels(&self) -> Vec<Arc<LogChannel>> {
        self.table.load().channels.clone()
    }

    /// The names of `custom_levels`, by their places.
    pub fn custom_levels(&self) -> Vec<Arc<str>> {
        self.table.load().custom.clone()
    }

    /// How many lines have been lost since the start because the disk was too slow.
    pub fn lost(&self) -> u64 {
        self.queue.lost_ever()
    }

    /// How many lines may wait to be written.
    pub fn queue_limit(&self) -> usize {
        self.queue.limit()
    }

    /// Attaches a console with a verbosity of its own.
    pub fn attach(self: &Arc<Self>, verbose: u8) -> Feed {
        self.attach_as(Verbosity::Own(AtomicU8::new(verbose)))
    }

    /// Attaches the root console, whose verbosity also holds for files with a bare `verbose`.
    pub fn attach_root(self: &Arc<Self>) -> Feed {
        self.attach_as(Verbosity::Root(self.root_verbose.clone()))
    }

    fn attach_as(self: &Arc<Self>, verbose: Verbosity) -> Feed {
        let (feed, mouth) = Feed::new(self, verbose);
        self.mouths.rcu(|mouths| mouths.iter().cloned().chain([mouth.clone()]).collect::<Vec<_>>());
        self.wishes_changed();
        feed
    }

    fn detach(&self, mouth: &Arc<Mouth>) {
        self.mouths.rcu(|mouths| {
            mouths.iter().filter(|known| !Arc::ptr_eq(known, mouth)).cloned().collect::<Vec<_>>()
        });
        self.wishes_changed();
    }

    /// A line as consoles show it.
    pub fn show(&self, line: &Line, colours: bool) -> String {
        let table = self.table.load();
        table.look.on_console(line, table.console().1, colours)
    }

    /// How verbose the root console is.
    pub fn root_verbose(&self) -> u8 {
        self.root_verbose.load(Ordering::Relaxed)
    }

    /// Sets how verbose the root console is.
    pub fn set_root_verbose(&self, level: u8) {
        self.root_verbose.store(level, Ordering::Relaxed);
        self.wishes_changed();
    }

    /// How much debugging is logged of everything.
    pub fn debug(&self) -> u8 {
        self.depth(Depth::Debug)
    }

    /// How much debugging, or how many traces, are logged of everything.
    pub fn depth(&self, depth: Depth) -> u8 {
        self.wishes().of(depth).level
    }

    /// Sets how much is logged of everything; zero also takes back what was said about modules.
    pub fn set_depth(&self, depth: Depth, level: u8) {
        {
            let mut wishes = self.wishes();
            let wish = wishes.of(depth);
            wish.level = level;
            if level == 0 {
                wish.modules.clear();
            }
        }
        self.wishes_changed();
    }

    /// How much is logged of a module beyond that.
    pub fn depth_of(&self, depth: Depth, module: &str) -> u8 {
        self.wishes().of(depth).of_module(module)
    }

    /// Sets how much is logged of a module; returns the level before, or `None` if nothing has this name.
    pub fn set_depth_of(&self, depth: Depth, module: &str, level: u8) -> Option<u8> {
        let before = self.wishes().of(depth).set_module(module, level);
        self.wishes_changed();
        before
    }

    /// Logs the debugging of one call, or no longer; says whether that is a change.
    pub fn debug_call(&self, call: u64, on: bool) -> bool {
        let changed = {
            let calls = &mut self.wishes().debug.calls;
            let before = calls.len();
            calls.retain(|known| *known != call);
            let was_on = calls.len() != before;
            if on {
                calls.push(call);
            }
            was_on != on
        };
        self.wishes_changed();
        changed
    }

    /// Logs the debugging of all calls, or of none; also of those to come.
    pub fn debug_all_calls(&self, on: bool) {
        {
            let debug = &mut self.wishes().debug;
            debug.calls.clear();
            debug.all_calls = on;
        }
        self.wishes_changed();
    }

    /// Whether the debugging of calls to come is logged.
    pub fn debugs_all_calls(&self) -> bool {
        self.wishes().debug.all_calls
    }

    /// Whether `logger filter` keeps a line from the consoles.
    fn is_filtered(&self, line: &Line) -> bool {
        matches!(line.level, Level::Verbose | Level::Debug | Level::Trace | Level::Dtmf)
            && self.groups.get().is_some_and(|groups| groups.hides(line.channel.into_iter().chain(line.call)))
    }

    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.debugging.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn store(&self, table: Table) -> Arc<Table> {
        let table = Arc::new(table);
        self.table.store(table.clone());
        table
    }

    /// Somebody wants more or less than before.
    fn wishes_changed(&self) {
        self.fan.changed();
        if let Some(core) = self.announcer.core() {
            core.verbosity.set_verbose(self.wants().verbose);
            core.verbosity.set_debug(self.debug());
            core.verbosity.set_custom_levels(&self.table.load().custom);
        }
    }
}

impl Wishes {
    fn of(&mut self, depth: Depth) -> &mut Debugging {
        match depth {
            Depth::Debug => &mut self.debug,
            Depth::Trace => &mut self.trace,
        }
    }
}

impl Sink for Logger {
    fn wants(&self) -> Wants {
        let table = self.table.load();
        let mouths = self.mouths.load();
        let (console_levels, _) = table.console();
        let is_watched = !mouths.is_empty() && console_levels.contains(Level::Verbose);
        let console_verbose = mouths.iter().map(|mouth| mouth.verbose()).max().filter(|_| is_watched);
        let levels = if mouths.is_empty() { Levels::NONE } else { console_levels };
        let wishes = self.wishes();
        Wants {
            levels: table.written_levels().union(levels),
            verbose: table.written_verbose().max(console_verbose.unwrap_or(0)),
            debug: wishes.debug.clone(),
            trace: wishes.trace.clone(),
        }
    }

    fn offer(&self, line: &Arc<Line>) {
        let table = self.table.load();
        if table.written_levels().contains(line.level) {
            self.queue.push(line);
        }
        if table.console().0.contains(line.level) && !self.is_filtered(line) {
            let mouths = self.mouths.load();
            mouths.iter().filter(|mouth| mouth.wants(line)).for_each(|mouth| mouth.offer(line));
        }
    }
}

#[async_trait]
impl Gauge for Logger {
    fn name(&self) -> &str {
        "logger"
    }

    fn read(&self) -> Reading {
        self.queue.reading()
    }

    fn reset(&self) {
        self.queue.reset();
    }

    async fn ping(&self) {
        self.flush().await;
    }
}

impl Drop for Logger {
    fn drop(&mut self) {
        self.fan.changed();
        self.queue.order(Order::Stop);
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // The last lines are worth the wait; but the writer itself may be the last to have held the logger.
        if let Some(writer) = writer.filter(|writer| writer.thread().id() != thread::current().id()) {
            let _ = writer.join();
        }
    }
}

/// The table of a configuration and the files of its channels; those that cannot be opened are named and left out.
fn open(
    config: &LoggerConfig,
    settings: &LoggerSettings,
    dynamic: &[ChannelConfig],
    root: &Arc<AtomicU8>,
) -> (Table, Vec<Output>, Vec<String>) {
    let suffix = config.general.append_hostname.then(|| settings.host.to_string());
    let configured = config.channels.iter().cloned().map(|channel| (channel, suffix.as_deref(), false));
    let added = dynamic.iter().cloned().map(|channel| (channel, None, true));
    let (mut channels, mut outputs, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for (channel, suffix, dynamic) in configured.chain(added) {
        let channel = Arc::new(LogChannel::new(channel, &settings.directory, suffix, dynamic));
        match Output::open(&channel, &Sockets::of(settings)) {
            Ok(output) => {
                outputs.extend(output);
                channels.push(channel);
            }
            Err(error) => failures.push(format!("Unable to open log file '{}': {error}", channel.shown)),
        }
    }
    let general = &config.general;
    let look = Look {
        dates: general.dates.clone(),
        zone: TimeZone::system(),
        call_ids: general.call_ids,
        host: settings.host.clone(),
    };
    let table = Table {
        look,
        channels,
        custom: general.custom_levels.clone(),
        rotation: general.rotation,
        exec_after_rotate: general.exec_after_rotate.as_deref().map(Arc::from),
        rotate_size: general.rotate_size,
        rotate_time: general.rotate_time,
        root: root.clone(),
    };
    (table, outputs, failures)
}
