//! The module `pbx_spool`.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::module::{Module, ModuleError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::folder::Folder;
use super::queue::Queue;
use super::watch::Watch;

/// How much of what happens in the folder may wait to be looked at; the kernel keeps the rest.
const SEEN: usize = 256;

/// How long the end of calls is waited for when the PBX stops.
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes the calls of call files.
pub struct SpoolModule {
    core: Weak<Core>,
    work: Mutex<Option<Work>>,
}

struct Work {
    watching: JoinHandle<()>,
    calling: JoinHandle<()>,
}

impl SpoolModule {
    /// The module of this PBX.
    pub fn new(core: &Arc<Core>) -> SpoolModule {
        SpoolModule { core: Arc::downgrade(core), work: Mutex::default() }
    }
}

#[async_trait]
impl Module for SpoolModule {
    fn name(&self) -> &'static str {
        "pbx_spool"
    }

    fn description(&self) -> &'static str {
        "Outgoing Spool Support"
    }

    async fn start(&self) -> Result<(), ModuleError> {
        let core = self.core.upgrade().ok_or_else(|| ModuleError::new("the PBX is ending"))?;
        let spool = core.settings.load().directories.spool.clone();
        let wrong = |error| ModuleError::new(format!("{}: {error}", spool.join("outgoing").display()));
        let folder = Folder::below(&spool).map_err(wrong)?;
        let watch = Watch::begin(folder.waiting()).map_err(wrong)?;
        let (sender, seen) = mpsc::channel(SEEN);
        let watching = tokio::spawn(async move {
            if let Err(error) = watch.tell(sender).await {
                tracing::error!(%error, "call files are not watched any more");
            }
        });
        let calling = tokio::spawn(Queue::new(Arc::downgrade(&core), folder).run(seen));
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(Work { watching, calling });
        Ok(())
    }

    async fn stop(&self) {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Work { watching, calling }) = work else { return };
        // Without the watcher the queue ends by itself, when its calls have been noted.
        watching.abort();
        let ended = tokio::time::timeout(PATIENCE, calling).await;
        if ended.is_err() {
            tracing::warn!("calls of call files were under way; they count as aborted at the next start");
        }
    }
}
