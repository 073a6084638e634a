//! The module `cdr`: reads the book while calls come and go, and feeds the writer.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cdr::{Backend, CallRecord};
use obelus_core::conf::Problems;
use obelus_core::events::EventKind;
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};
use obelus_core::verbose;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::config::{CdrConf, FILE};
use super::journal::Journal;
use super::writer::{Queue, Told, Writer};

/// The longest that the bus is not read.
const PAUSE: Duration = Duration::from_millis(250);

/// How often the calls that are up are noted for a start after a crash; what is younger is lost then.
const NOTE: Duration = Duration::from_secs(1);

/// Call records.
pub(super) struct Cdr {
    core: Weak<Core>,
    folder: ConfigFolder,
    backends: Arc<[Arc<dyn Backend>]>,
    conf: Arc<Mutex<CdrConf>>,
    running: Mutex<Option<Running>>,
}

struct Running {
    queue: Queue,
    writer: JoinHandle<()>,
    stop: watch::Sender<bool>,
    reader: JoinHandle<()>,
}

impl Cdr {
    pub(super) fn new(core: &Arc<Core>, folder: &ConfigFolder, backends: Vec<Arc<dyn Backend>>) -> Cdr {
        Cdr {
            core: Arc::downgrade(core),
            folder: folder.clone(),
            backends: backends.into(),
            conf: Arc::default(),
            running: Mutex::default(),
        }
    }

    pub(super) fn conf(&self) -> CdrConf {
        self.conf.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn backends(&self) -> &[Arc<dyn Backend>] {
        &self.backends
    }

    /// Writes what waits; says how many records that were.
    pub(super) async fn submit(&self) -> Option<usize> {
        let queue = self.running().as_ref().map(|running| running.queue.clone())?;
        let (answer, answered) = oneshot::channel();
        queue.send(Told::Submit(answer)).await.ok()?;
        answered.await.ok()
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads everything; with `use_it` back ends without an error take their part over.
    fn load(&self, use_it: bool, problems: &mut Problems) -> CdrConf {
        let conf = CdrConf::load(&self.folder, problems);
        self.backends.iter().for_each(|backend| backend.load(use_it, problems));
        conf
    }

    fn load_and_tell(&self) -> (CdrConf, usize) {
        let mut problems = Problems::new();
        let conf = self.load(true, &mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        (conf, problems.errors())
    }

    async fn begin(&self, core: &Arc<Core>, conf: &CdrConf) {
        let mut left_over = Vec::new();
        for backend in self.backends.iter().filter(|backend| backend.is_active()) {
            left_over.extend(backend.take_left_over().await);
        }
        let journal = Journal::new(core);
        left_over.extend(journal.take().await);
        let (queue, writer) = Writer::start(self.backends.clone(), self.conf.clone(), journal);
        if !left_over.is_empty() {
            tracing::warn!(records = left_over.len(), "calls that were up at the last end are closed");
            let _ = queue.send(Told::Records(left_over)).await;
        }
        core.cdr.begin(core, conf.options, 0);
        let (stop, stopped) = watch::channel(false);
        let reader = tokio::spawn(read(Arc::downgrade(core), queue.clone(), stopped));
        *self.running() = Some(Running { queue, writer, stop, reader });
    }

    /// Closes what is open, with the reason, and waits until everything is written.
    async fn end(&self, core: &Core, reason: &'static str) {
        let Some(running) = self.running().take() else { return };
        let _ = running.stop.send(true);
        let _ = running.reader.await;
        let last = core.cdr.with(|book| book.take_finished()).unwrap_or_default();
        let open = core.cdr.end(core.clock.now(), reason);
        for records in [last, open] {
            if !records.is_empty() {
                let _ = running.queue.send(Told::Records(records)).await;
            }
        }
        let _ = running.queue.send(Told::Open(Vec::new())).await;
        drop(running.queue);
        if running.writer.await.is_err() {
            tracing::error!("the writer of call records has panicked");
        }
    }

    async fn apply(&self, conf: CdrConf) {
        let Some(core) = self.core.upgrade() else { return };
        *self.conf.lock().unwrap_or_else(PoisonError::into_inner) = conf.clone();
        let runs = self.running().is_some();
        match (conf.enabled, runs) {
            (true, false) => self.begin(&core, &conf).await,
            (true, true) => {
                core.cdr.with(|book| book.set_options(conf.options));
            }
            (false, true) => self.end(&core, "disabled").await,
            (false, false) => {}
        }
    }
}

/// Reads the book when a call ends, or from time to time so that the bus does not run over.
async fn read(core: Weak<Core>, queue: Queue, mut stopped: watch::Receiver<bool>) {
    let Some(mut ends) = core.upgrade().map(|core| core.events.listen(EventKind::Hangup.bit(), None)) else {
        return;
    };
    let mut note = tokio::time::interval(NOTE);
    let mut noted = false;
    loop {
        // Every branch is cancel safe: a listener, a timer, a watch.
        tokio::select! {
            _ = ends.next() => while ends.try_next().is_some() {},
            () = tokio::time::sleep(PAUSE) => {}
            _ = note.tick() => {
                let Some(open) = core.upgrade().and_then(|core| open(&core)) else { return };
                if (noted || !open.is_empty()) && queue.send(Told::Open(open.clone())).await.is_err() {
                    return;
                }
                noted = !open.is_empty();
            }
            _ = stopped.changed() => return,
        }
        let Some(finished) = core.upgrade().and_then(|core| finished(&core)) else { return };
        if !finished.is_empty() && queue.send(Told::Records(finished)).await.is_err() {
            return;
        }
    }
}

/// What is finished by now; what `cdr set debug` asks for is told on the way.
fn finished(core: &Core) -> Option<Vec<CallRecord>> {
    let (finished, notes) = core.cdr.with(|book| (book.take_finished(), book.take_notes()))?;
    for note in notes {
        verbose!(core, 1, "{note}");
    }
    Some(finished)
}

fn open(core: &Core) -> Option<Vec<CallRecord>> {
    let now = core.clock.now();
    core.cdr.with(|book| book.open(now))
}

#[async_trait]
impl Module for Cdr {
    fn name(&self) -> &'static str {
        "cdr"
    }

    fn description(&self) -> &'static str {
        "CDR Engine"
    }

    fn files(&self) -> &'static [&'static str] {
        &[
            "cdr.conf",
            "cdr_custom.conf",
            "cdr_json.conf",
            "cdr_manager.conf",
            "cdr_sqlite.conf",
            "cdr_sqlite3_custom.conf",
        ]
    }

    fn use_count(&self) -> usize {
        self.core.upgrade().and_then(|core| core.cdr.with(|book| book.channels())).unwrap_or(0)
    }

    fn check(&self, problems: &mut Problems) {
        self.load(false, problems);
    }

    async fn start(&self) -> Result<(), ModuleError> {
        let (conf, _) = self.load_and_tell();
        self.apply(conf).await;
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        match self.load_and_tell() {
            (conf, 0) => self.apply(conf).await,
            (_, errors) => {
                return Err(ModuleError::new(format!(
                    "{FILE} and its back ends have {errors} errors (see the log)"
                )));
            }
        }
        Ok(())
    }

    async fn stop(&self) {
        if let Some(core) = self.core.upgrade() {
            self.end(&core, "shutdown").await;
        }
    }
}
