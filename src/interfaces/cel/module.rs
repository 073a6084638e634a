//! The module `cel`: reads the bus while steps are logged, and writes them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cel::{Backend, CelEvent, Ledger};
use obelus_core::conf::Problems;
use obelus_core::events::{Delivery, Listener};
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::config::{CelConf, FILE};

/// How many portions of steps may wait for a slow disk; then the bus is read later.
const QUEUE: usize = 256;

/// Steps that come within this time are written together.
const PAUSE: Duration = Duration::from_millis(50);

/// Channel event logging.
pub(super) struct Cel {
    core: Weak<Core>,
    folder: ConfigFolder,
    backends: Arc<[Arc<dyn Backend>]>,
    conf: Arc<ArcSwap<CelConf>>,
    running: Mutex<Option<Running>>,
}

struct Running {
    stop: watch::Sender<bool>,
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
}

impl Cel {
    pub(super) fn new(core: &Arc<Core>, folder: &ConfigFolder, backends: Vec<Arc<dyn Backend>>) -> Cel {
        Cel {
            core: Arc::downgrade(core),
            folder: folder.clone(),
            backends: backends.into(),
            conf: Arc::new(ArcSwap::from_pointee(CelConf::default())),
            running: Mutex::default(),
        }
    }

    pub(super) fn conf(&self) -> Arc<CelConf> {
        self.conf.load_full()
    }

    pub(super) fn backends(&self) -> &[Arc<dyn Backend>] {
        &self.backends
    }

    /// Reads everything; with `use_it` back ends without an error take their part over.
    fn load(&self, use_it: bool, problems: &mut Problems) -> CelConf {
        let conf = CelConf::load(&self.folder, problems);
        self.backends.iter().for_each(|backend| backend.load(use_it, problems));
        conf
    }

    fn load_and_tell(&self) -> (CelConf, usize) {
        let mut problems = Problems::new();
        let conf = self.load(true, &mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        (conf, problems.errors())
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew with what was loaded; the log knows channels that are up already from their next step on.
    async fn apply(&self, conf: CelConf) {
        self.end().await;
        let Some(core) = self.core.upgrade() else { return };
        let runs = conf.enabled && !conf.tracked.is_empty();
        let ledger = Ledger::new(conf.tracked.clone());
        self.conf.store(Arc::new(conf));
        if !runs {
            return;
        }
        let listener = core.events.listen(Ledger::interest(), None);
        let (queue, portions) = mpsc::channel(QUEUE);
        let (stop, stopped) = watch::channel(false);
        let reader = tokio::spawn(read(listener, ledger, queue, stopped));
        let writer = tokio::spawn(write(self.backends.clone(), self.conf.clone(), portions));
        *self.running() = Some(Running { stop, reader, writer });
    }

    /// Waits until everything is written.
    async fn end(&self) {
        let Some(running) = self.running().take() else { return };
        let _ = running.stop.send(true);
        let ended = [running.reader.await, running.writer.await];
        if ended.iter().any(Result::is_err) {
            tracing::error!("channel event logging has panicked");
        }
    }
}

/// Reads the bus until it is stopped, and then what is still there.
async fn read(
    mut listener: Listener,
    mut ledger: Ledger,
    queue: mpsc::Sender<Vec<CelEvent>>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        // Both branches are cancel safe: a listener and a watch.
        let stops = tokio::select! {
            delivery = listener.next() => {
                take(&mut ledger, delivery);
                tokio::time::sleep(PAUSE).await;
                false
            }
            _ = stopped.changed() => true,
        };
        while let Some(delivery) = listener.try_next() {
            take(&mut ledger, delivery);
        }
        let events = ledger.take_events();
        if (!events.is_empty() && queue.send(events).await.is_err()) || stops {
            return;
        }
    }
}

fn take(ledger: &mut Ledger, delivery: Delivery) {
    match delivery {
        Delivery::Event(record) => ledger.handle(&record),
        Delivery::Lost(events) => tracing::error!(events, "channel event logging: events were lost"),
    }
}

/// A back end that fails is told of in the log, and holds nobody else up.
async fn write(
    backends: Arc<[Arc<dyn Backend>]>,
    conf: Arc<ArcSwap<CelConf>>,
    mut portions: mpsc::Receiver<Vec<CelEvent>>,
) {
    while let Some(events) = portions.recv().await {
        let events: Vec<Arc<CelEvent>> = events.into_iter().map(Arc::new).collect();
        let conf = conf.load_full();
        for backend in backends.iter().filter(|backend| backend.is_active()) {
            if let Err(reason) = backend.write(&events, &conf.date_format).await {
                let (backend, events) = (backend.name(), events.len());
                tracing::error!(backend, reason, events, "channel events could not be written");
            }
        }
    }
}

#[async_trait]
impl Module for Cel {
    fn name(&self) -> &'static str {
        "cel"
    }

    fn description(&self) -> &'static str {
        "CEL Engine"
    }

    fn files(&self) -> &'static [&'static str] {
        &["cel.conf", "cel_custom.conf", "cel_sqlite3_custom.conf"]
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
        self.end().await;
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;
    use obelus_core::events::{Event, EventKind};
    use obelus_core::settings::{Directories, Settings};
    use obelus_core::testing::TestPbx;

    use super::super::ami::ToPrograms;
    use super::super::custom::Custom;
    use super::*;

    fn cel(pbx: &TestPbx, folder: &std::path::Path, files: MemoryFiles) -> (Arc<Cel>, Arc<ToPrograms>) {
        let directories = Directories::below(folder.join("etc"), folder.join("share"), folder.to_owned());
        pbx.core.settings.store(Arc::new(Settings::new(directories)));
        let files = ConfigFolder::of(files);
        let manager = Arc::new(ToPrograms::new(&pbx.core, &files));
        let backends: Vec<Arc<dyn Backend>> = vec![Arc::new(Custom::new(&pbx.core, &files)), manager.clone()];
        (Arc::new(Cel::new(&pbx.core, &files, backends)), manager)
    }

    #[tokio::test(start_paused = true)]
    async fn the_steps_of_a_call_are_in_the_file() {
        let memory = MemoryFiles::new()
            .file("cel.conf", "[general]\nenable=yes\nevents=CHAN_START,ANSWER,CHAN_END\ndateformat=%Y\n")
            .file("cel_custom.conf", "[mappings]\nMaster.csv => ${CSV_QUOTE(${eventtype})},${eventtime},${CALLERID(num)},${CHANNEL(exten)}\n");
        let folder = tempfile::tempdir().unwrap();
        let pbx = TestPbx::new(|_, _| {});
        let (cel, manager) = cel(&pbx, folder.path(), memory);
        cel.start().await.unwrap();
        assert!(!manager.is_active());
        let (mut channel, _far) = pbx.channel();
        channel.answer().await.unwrap();
        drop(channel);
        cel.stop().await;
        let text = std::fs::read_to_string(folder.path().join("log/cel-custom/Master.csv")).unwrap();
        let line = |word: &str| format!("\"{word}\",2026,1001,s\n");
        assert_eq!(text, [line("CHAN_START"), line("ANSWER"), line("CHAN_END")].concat());
    }

    #[tokio::test(start_paused = true)]
    async fn programs_are_told_when_the_file_wants_it() {
        let text =
            "[general]\nenable=yes\nevents=USER_DEFINED\n[manager]\nenabled=yes\nshow_user_defined=yes\n";
        let folder = tempfile::tempdir().unwrap();
        let pbx = TestPbx::new(|_, _| {});
        let (cel, _) = cel(&pbx, folder.path(), MemoryFiles::new().file("cel.conf", text));
        cel.start().await.unwrap();
        let mut listener = pbx.core.events.listen(EventKind::Logged.bit(), None);
        let (channel, _far) = pbx.channel();
        channel.publish_with(EventKind::UserStep, |channel| Event::UserStep {
            channel,
            name: "Door".into(),
            extra: "{}".into(),
        });
        drop(channel);
        cel.stop().await;
        let Some(Delivery::Event(record)) = listener.try_next() else { panic!("a step") };
        let Event::Logged { step, by_kind: true } = &record.event else { panic!("{record:?}") };
        assert_eq!((step.name(), step.kind.word(), &*step.extra), ("Door", "USER_DEFINED", "{}"));
        assert!(listener.try_next().is_none(), "only what cel.conf names");
    }
}
