//! The task that hands finished records to the back ends.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use obelus_core::cdr::{Backend, CallRecord};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::config::CdrConf;
use super::journal::Journal;
use super::json;

/// How many records may wait for slow back ends; then those who make them wait too.
const QUEUE: usize = 4096;

/// What the task is told.
pub(super) enum Told {
    Records(Vec<CallRecord>),
    /// The calls that are up, for a start after a crash.
    Open(Vec<CallRecord>),
    /// `cdr submit`: write what waits.
    Submit(oneshot::Sender<usize>),
}

/// The sending side.
pub(super) type Queue = mpsc::Sender<Told>;

/// The back ends and how they are fed.
pub(super) struct Writer {
    backends: Arc<[Arc<dyn Backend>]>,
    conf: Arc<Mutex<CdrConf>>,
    journal: Journal,
    waiting: Vec<Arc<CallRecord>>,
    oldest: Option<Instant>,
}

impl Writer {
    /// Starts the task; it ends when the queue is closed, and has then written everything.
    pub(super) fn start(
        backends: Arc<[Arc<dyn Backend>]>,
        conf: Arc<Mutex<CdrConf>>,
        journal: Journal,
    ) -> (Queue, tokio::task::JoinHandle<()>) {
        let (queue, told) = mpsc::channel(QUEUE);
        let writer = Writer { backends, conf, journal, waiting: Vec::new(), oldest: None };
        (queue, tokio::spawn(writer.run(told)))
    }

    async fn run(mut self, mut told: mpsc::Receiver<Told>) {
        loop {
            let due = self.due();
            let deadline = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            // Both branches are cancel safe: a channel and a timer.
            tokio::select! {
                next = told.recv() => match next {
                    Some(told) => self.take(told).await,
                    None => break,
                },
                () = deadline => self.write().await,
            }
        }
        self.write().await;
    }

    /// When the oldest record must be written.
    fn due(&self) -> Option<Instant> {
        let time = self.conf().time;
        self.oldest.map(|oldest| oldest + time)
    }

    fn conf(&self) -> CdrConf {
        self.conf.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn take(&mut self, told: Told) {
        match told {
            Told::Records(records) => {
                self.waiting.extend(records.into_iter().map(Arc::new));
                self.oldest.get_or_insert_with(Instant::now);
                let conf = self.conf();
                if !conf.batch || self.waiting.len() >= conf.size {
                    self.write().await;
                }
            }
            Told::Open(records) => {
                let active = self.active();
                for backend in &active {
                    backend.keep_open(records.clone()).await;
                }
                if !active.iter().any(|backend| backend.keeps_open()) {
                    self.journal.keep(&records).await;
                }
            }
            Told::Submit(answer) => {
                let count = self.waiting.len();
                self.write().await;
                let _ = answer.send(count);
            }
        }
    }

    fn active(&self) -> Vec<Arc<dyn Backend>> {
        self.backends.iter().filter(|backend| backend.is_active()).cloned().collect()
    }

    /// What a back end cannot take is not lost: it stands in the log.
    async fn write(&mut self) {
        self.oldest = None;
        let records = std::mem::take(&mut self.waiting);
        if records.is_empty() {
            return;
        }
        for backend in self.active() {
            let Err(reason) = write_patiently(backend.as_ref(), &records).await else { continue };
            for record in &records {
                let record = json::object(record);
                tracing::error!(backend = backend.name(), reason, %record, "a call record could not be written");
            }
        }
    }
}

/// A disk that is full for a moment, or a table that is locked, gets a second and a third chance.
async fn write_patiently(backend: &dyn Backend, records: &[Arc<CallRecord>]) -> Result<(), String> {
    for pause in [Duration::from_millis(100), Duration::from_secs(1)] {
        match backend.write(records).await {
            Ok(()) => return Ok(()),
            Err(reason) => tracing::warn!(backend = backend.name(), reason, "call records: trying again"),
        }
        tokio::time::sleep(pause).await;
    }
    backend.write(records).await
}
