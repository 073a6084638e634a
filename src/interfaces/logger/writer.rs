//! The thread that writes the log files, and the queue before it.
//!
//! Whoever logs puts a line into the queue and goes on: no lock, no disk. When the disk is slower than the log, lines
//! are lost rather than calls delayed; errors and warnings find a place for longer, and the losses are counted and told.

use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle, Thread};

use crossbeam_queue::SegQueue;
use jiff::Timestamp;
use obelus_core::gauge::Reading;
use tokio::sync::oneshot;

use super::announce::Announcer;
use super::channel::{LogChannel, Output};
use super::level::Level;
use super::line::{Line, Origin};
use super::table::Table;

/// Lines written before they are brought to the disk.
const BATCH: usize = 256;

/// The part of the queue that only errors and warnings may fill.
const RESERVE: usize = 4;

/// What waits for the writer.
#[derive(Default)]
pub(super) struct Queue {
    jobs: SegQueue<Job>,
    limit: AtomicUsize,
    lost: AtomicU64,
    lost_ever: AtomicU64,
    pushed: AtomicU64,
    deepest: AtomicU64,
    writer: OnceLock<Thread>,
}

enum Job {
    Line(Arc<Line>),
    Order(Order),
}

/// What the writer is told to do, in the order of the lines around it.
pub(super) enum Order {
    /// These are the outputs now, written by this table.
    Replace(Vec<Output>, Arc<Table>),
    /// One more output, and the table that names it.
    Add(Output, Arc<Table>),
    /// This channel is gone, and from the table too.
    Remove(Arc<LogChannel>, Arc<Table>),
    /// Rotate all files and say what failed.
    Rotate(oneshot::Sender<Vec<String>>),
    /// Say when everything up to here is written.
    Flush(oneshot::Sender<()>),
    /// Write what is left and end.
    Stop,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Queue {
        Queue { limit: AtomicUsize::new(limit), ..Queue::default() }
    }

    pub(super) fn set_limit(&self, limit: usize) {
        self.limit.store(limit, Ordering::Relaxed);
    }

    pub(super) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Adds a line if there is room.
    pub(super) fn push(&self, line: &Arc<Line>) {
        let limit = self.limit();
        let is_urgent = matches!(line.level, Level::Error | Level::Warning);
        let room = if is_urgent { limit + limit / RESERVE } else { limit };
        if self.jobs.len() >= room {
            self.lost.fetch_add(1, Ordering::Relaxed);
            self.lost_ever.fetch_add(1, Ordering::Relaxed);
        } else {
            self.jobs.push(Job::Line(line.clone()));
            self.pushed.fetch_add(1, Ordering::Relaxed);
            self.deepest.fetch_max(self.jobs.len() as u64, Ordering::Relaxed);
        }
        self.wake();
    }

    /// Adds an order, which is obeyed after the lines that are already there.
    pub(super) fn order(&self, order: Order) {
        self.jobs.push(Job::Order(order));
        self.wake();
    }

    /// How many lines were lost since the start.
    pub(super) fn lost_ever(&self) -> u64 {
        self.lost_ever.load(Ordering::Relaxed)
    }

    /// How full it is, and what has gone through it.
    pub(super) fn reading(&self) -> Reading {
        let waiting = self.jobs.len() as u64;
        Reading {
            processed: self.pushed.load(Ordering::Relaxed).saturating_sub(waiting),
            waiting,
            deepest: self.deepest.load(Ordering::Relaxed),
            room: self.limit() as u64,
            times: None,
        }
    }

    /// Counts anew.
    pub(super) fn reset(&self) {
        self.pushed.store(self.jobs.len() as u64, Ordering::Relaxed);
        self.deepest.store(0, Ordering::Relaxed);
    }

    fn wake(&self) {
        if let Some(writer) = self.writer.get() {
            writer.unpark();
        }
    }
}

pub(super) struct Writer {
    queue: Arc<Queue>,
    outputs: Vec<Output>,
    table: Arc<Table>,
    announcer: Arc<Announcer>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(
        queue: &Arc<Queue>,
        outputs: Vec<Output>,
        table: Arc<Table>,
        announcer: Arc<Announcer>,
    ) -> io::Result<JoinHandle<()>> {
        let writer = Writer { queue: queue.clone(), outputs, table, announcer };
        let thread = thread::Builder::new().name("logger".to_owned()).spawn(move || writer.run())?;
        let _ = queue.writer.set(thread.thread().clone());
        // A line may have come before the thread was known to the queue.
        queue.wake();
        Ok(thread)
    }

    fn run(mut self) {
        loop {
            let order = self.write_batch();
            self.tell_losses();
            self.flush();
            match order {
                Some(Order::Stop) => return,
                Some(order) => self.obey(order),
                None if self.queue.jobs.is_empty() => thread::park(),
                None => {}
            }
        }
    }

    /// Writes lines up to the next order, which it returns.
    fn write_batch(&mut self) -> Option<Order> {
        for _ in 0..BATCH {
            match self.queue.jobs.pop()? {
                Job::Line(line) => self.write(&line),
                Job::Order(order) => return Some(order),
            }
        }
        None
    }

    fn write(&mut self, line: &Line) {
        self.rotate_what_is_past(line.time);
        for output in &mut self.outputs {
            if let Err(error) = output.write(line, &self.table.look, self.table.root_verbose()) {
                self.announcer.failed(&output.channel, &error);
            }
        }
        self.rotate_what_is_full();
    }

    /// The first line of another hour, day or week begins a new file.
    fn rotate_what_is_past(&mut self, now: Timestamp) {
        let Some(period) = self.table.rotate_time else { return };
        let table = self.table.clone();
        if self.outputs.iter().any(|output| output.is_of_the_past(period, &table.look, now)) {
            self.rotate_and_report(|output| output.is_of_the_past(period, &table.look, now));
        }
    }

    fn rotate_what_is_full(&mut self) {
        let Some(limit) = self.table.rotate_size else { return };
        if self.outputs.iter().any(|output| output.is_larger_than(limit)) {
            self.rotate_and_report(|output| output.is_larger_than(limit));
        }
    }

    fn rotate_and_report(&mut self, which: impl Fn(&Output) -> bool) {
        for failure in self.rotate(which) {
            tracing::error!("{failure}");
        }
    }

    fn tell_losses(&mut self) {
        let lost = self.queue.lost.swap(0, Ordering::Relaxed);
        if lost == 0 {
            return;
        }
        let limit = self.queue.limit();
        let message =
            format!("{lost} lines of the log were lost: more than {limit} were waiting to be written");
        self.write(&Line {
            time: Timestamp::now(),
            level: Level::Warning,
            custom: None,
            verbose: 0,
            call: None,
            channel: None,
            thread: super::layer::thread_number(),
            origin: Origin { module: module_path!(), file: file!(), line: line!() },
            message,
            fields: Vec::new(),
        });
    }

    fn flush(&mut self) {
        for output in &mut self.outputs {
            if let Err(error) = output.flush() {
                self.announcer.failed(&output.channel, &error);
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Replace(outputs, table) => {
                let was_off = |new: &&Output| {
                    let is_same = |old: &Output| old.channel.shown == new.channel.shown;
                    self.outputs.iter().any(|old| old.channel.is_disabled() && is_same(old))
                };
                outputs.iter().filter(was_off).for_each(|new| self.announcer.works(&new.channel));
                (self.outputs, self.table) = (outputs, table);
                self.rotate_and_report(Output::is_huge);
            }
            Order::Add(output, table) => {
                self.outputs.push(output);
                self.table = table;
            }
            Order::Remove(channel, table) => {
                self.outputs.retain(|output| !Arc::ptr_eq(&output.channel, &channel));
                self.table = table;
            }
            Order::Rotate(done) => {
                let failures = self.rotate(|_| true);
                let _ = done.send(failures);
            }
            Order::Flush(done) => {
                let _ = done.send(());
            }
            Order::Stop => {}
        }
    }

    /// Rotates the files that `which` chooses; returns what failed.
    fn rotate(&mut self, which: impl Fn(&Output) -> bool) -> Vec<String> {
        let (rotation, command) = (self.table.rotation, self.table.exec_after_rotate.clone());
        let mut failures = Vec::new();
        for output in self.outputs.iter_mut().filter(|output| which(output)) {
            let was_off = output.channel.is_disabled();
            match output.rotate(rotation, Timestamp::now()) {
                Ok(Some(name)) => {
                    if was_off {
                        self.announcer.works(&output.channel);
                    }
                    failures.extend(run_after(command.as_deref(), &name));
                }
                Ok(None) => {}
                Err(error) => failures.push(format!("`{}` cannot be rotated: {error}", output.channel.shown)),
            }
        }
        failures
    }
}

/// Runs `exec_after_rotate` without waiting for it, on a thread that reaps it.
fn run_after(command: Option<&str>, name: &Path) -> Option<String> {
    let command = command?.replace("${filename}", &name.to_string_lossy());
    match Command::new("/bin/sh").arg("-c").arg(&command).spawn() {
        Ok(mut child) => {
            let reaper = thread::Builder::new().name("logger-exec".to_owned());
            let reaped = reaper.spawn(move || {
                if let Ok(status) = child.wait()
                    && !status.success()
                {
                    tracing::warn!(%command, %status, "exec_after_rotate");
                }
            });
            reaped.err().map(|error| format!("exec_after_rotate: {error}"))
        }
        Err(error) => Some(format!("exec_after_rotate `{command}`: {error}")),
    }
}
