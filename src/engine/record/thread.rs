//! The thread that writes recordings: looks at all of them a few times a second, and sleeps while there are none.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

use super::job::Job;

/// How often the rings are emptied.
const TURN: Duration = Duration::from_millis(50);

/// The thread, as those see it who record.
#[derive(Debug)]
pub(crate) struct RecordThread {
    desk: Arc<Desk>,
    thread: Thread,
    join: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread finds when it wakes.
#[derive(Debug, Default)]
struct Desk {
    new: Mutex<Vec<Job>>,
    stopping: AtomicBool,
}

impl RecordThread {
    /// Starts the thread; it ends with its last handle, after the last recording.
    pub(crate) fn start_thread() -> std::io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let for_thread = Arc::clone(&desk);
        let name = "obelus-record".to_owned();
        let join = std::thread::Builder::new().name(name).spawn(move || for_thread.run())?;
        Ok(Self { desk, thread: join.thread().clone(), join: Mutex::new(Some(join)) })
    }

    pub(super) fn start(&self, job: Job) {
        self.desk.new.lock().unwrap_or_else(PoisonError::into_inner).push(job);
        self.wake();
    }

    /// Makes the thread look at once.
    pub(super) fn wake(&self) {
        self.thread.unpark();
    }

    /// Ends all recordings and waits until their files are closed.
    pub(crate) fn stop(&self) {
        self.desk.stopping.store(true, Ordering::Release);
        self.wake();
        let join = self.join.lock().unwrap_or_else(PoisonError::into_inner).take();
        if join.is_some_and(|join| join.join().is_err()) {
            tracing::error!("the thread that writes recordings ended by a fault");
        }
    }
}

impl Drop for RecordThread {
    fn drop(&mut self) {
        self.desk.stopping.store(true, Ordering::Release);
        self.wake();
    }
}

impl Desk {
    fn run(&self) {
        let mut jobs = Vec::new();
        loop {
            let stopping = self.stopping.load(Ordering::Acquire);
            jobs.append(&mut *self.new.lock().unwrap_or_else(PoisonError::into_inner));
            if stopping {
                jobs.iter_mut().for_each(Job::end);
            }
            let now = Instant::now();
            // A fault of ours ends one recording and not all of them.
            jobs.retain_mut(|job| catch_unwind(AssertUnwindSafe(|| job.work(now))).unwrap_or(false));
            match jobs.is_empty() {
                true if stopping => return,
                true => std::thread::park(),
                false => std::thread::park_timeout(TURN),
            }
        }
    }
}
