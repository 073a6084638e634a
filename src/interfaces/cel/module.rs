//! The module `cel`: reads the bus while steps are logged, and writes them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cel::{CelEvent, Ledger};
use obelus_core::conf::Problems;
use obelus_core::events::{Delivery, Listener};
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::config::{CelConf, FILE};
use super::custom::Custom;

/// How many portions of steps may wait for a slow disk; then the bus is read later.
const QUEUE: usize = 256;

/// Steps that come within this time are written together.
const PAUSE: Duration = Duration::from_millis(50);

/// What the configuration says.
#[derive(Default)]
struct Loaded {
    conf: CelConf,
    custom: Custom,
}

/// Channel event logging.
pub(super) struct Cel {
    core: Weak<Core>,
    folder: ConfigFolder,
    loaded: Arc<ArcSwap<Loaded>>,
    running: Mutex<Option<Running>>,
}

struct Running {
    stop: watch::Sender<bool>,
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
}

impl Cel {
    pub(super) fn new(core: &Arc<Core>, folder: &ConfigFolder) -> Cel {
        Cel {
            core: Arc::downgrade(core),
            folder: folder.clone(),
            loaded: Arc::new(ArcSwap::from_pointee(Loaded::default())),
            running: Mutex::default(),
        }
    }

    fn load(&self, problems: &mut Problems) -> Loaded {
        Loaded { conf: CelConf::load(&self.folder, problems), custom: Custom::load(&self.folder, problems) }
    }

    fn load_and_tell(&self) -> (Loaded, usize) {
        let mut problems = Problems::new();
        let loaded = self.load(&mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        (loaded, problems.errors())
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew with what was loaded; the log knows channels that are up already from their next step on.
    async fn apply(&self, loaded: Loaded) {
        self.end().await;
        let Some(core) = self.core.upgrade() else { return };
        let runs = loaded.conf.enabled && !loaded.conf.tracked.is_empty();
        let ledger = Ledger::new(loaded.conf.tracked.clone());
        self.loaded.store(Arc::new(loaded));
        if !runs {
            return;
        }
        let listener = core.events.listen(Ledger::interest(), None);
        let (queue, portions) = mpsc::channel(QUEUE);
        let (stop, stopped) = watch::channel(false);
        let reader = tokio::spawn(read(listener, ledger, queue, stopped));
        let writer = tokio::spawn(write(self.core.clone(), self.loaded.clone(), portions));
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

async fn write(core: Weak<Core>, loaded: Arc<ArcSwap<Loaded>>, mut portions: mpsc::Receiver<Vec<CelEvent>>) {
    while let Some(events) = portions.recv().await {
        let Some(core) = core.upgrade() else { return };
        let folder = core.settings.load().directories.log.join("cel-custom");
        drop(core);
        let loaded = loaded.load_full();
        if let Err(reason) = loaded.custom.write(&folder, &events, &loaded.conf.date_format).await {
            tracing::error!(reason, events = events.len(), "channel events could not be written");
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

    fn check(&self, problems: &mut Problems) {
        self.load(problems);
    }

    async fn start(&self) -> Result<(), ModuleError> {
        let (loaded, _) = self.load_and_tell();
        self.apply(loaded).await;
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        match self.load_and_tell() {
            (loaded, 0) => self.apply(loaded).await,
            (_, errors) => {
                return Err(ModuleError::new(format!(
                    "{FILE} and cel_custom.conf have {errors} errors (see the log)"
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
    use obelus_core::settings::{Directories, Settings};
    use obelus_core::testing::TestPbx;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_steps_of_a_call_are_in_the_file() {
        let memory = MemoryFiles::new()
            .file("cel.conf", "[general]\nenable=yes\nevents=CHAN_START,ANSWER,CHAN_END\ndateformat=%Y\n")
            .file("cel_custom.conf", "[mappings]\nMaster.csv => ${CSV_QUOTE(${eventtype})},${eventtime},${CALLERID(num)},${CHANNEL(exten)}\n");
        let folder = tempfile::tempdir().unwrap();
        let pbx = TestPbx::new(|_, _| {});
        let path = folder.path().to_owned();
        let directories = Directories::below(path.join("etc"), path.join("share"), path.clone());
        pbx.core.settings.store(Arc::new(Settings::new(directories)));
        let cel = Cel::new(&pbx.core, &ConfigFolder::of(memory));
        cel.start().await.unwrap();
        let (mut channel, _far) = pbx.channel();
        channel.answer().await.unwrap();
        drop(channel);
        cel.stop().await;
        let text = std::fs::read_to_string(path.join("log/cel-custom/Master.csv")).unwrap();
        let line = |word: &str| format!("\"{word}\",2026,1001,s\n");
        assert_eq!(text, [line("CHAN_START"), line("ANSWER"), line("CHAN_END")].concat());
    }
}
