//! `cel_manager`: tells the programs of the manager interface, as `[manager]` of cel.conf wants.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cel::{Backend, CelEvent};
use obelus_core::conf::{Problems, Reader};
use obelus_core::events::{Event, EventKind};
use obelus_core::files::ConfigFolder;

use super::config::FILE;

/// What `[manager]` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wanted {
    enabled: bool,
    /// `show_user_defined`.
    by_kind: bool,
}

/// The back end.
pub(super) struct ToPrograms {
    core: Weak<Core>,
    folder: ConfigFolder,
    wanted: Mutex<Wanted>,
}

impl ToPrograms {
    pub(super) fn new(core: &Arc<Core>, folder: &ConfigFolder) -> ToPrograms {
        ToPrograms { core: Arc::downgrade(core), folder: folder.clone(), wanted: Mutex::default() }
    }

    fn wanted(&self) -> Wanted {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(folder: &ConfigFolder, problems: &mut Problems) -> Wanted {
    let mut wanted = Wanted::default();
    // What is wrong with the file as a whole is told by who reads [general].
    let document = folder.load_if_there(FILE, &mut Problems::new());
    for section in document.concrete().filter(|section| &*section.name == "manager") {
        let mut reader = Reader::new(section, problems);
        wanted.enabled = reader.boolean("enabled").unwrap_or(false);
        wanted.by_kind = reader.boolean("show_user_defined").unwrap_or(false);
        let _ = reader.finish();
    }
    wanted
}

#[async_trait]
impl Backend for ToPrograms {
    fn name(&self) -> &'static str {
        "Manager Event Logging"
    }

    fn load(&self, use_it: bool, problems: &mut Problems) {
        let before = problems.errors();
        let wanted = read(&self.folder, problems);
        if use_it && problems.errors() == before {
            *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
        }
    }

    fn is_active(&self) -> bool {
        self.wanted().enabled
    }

    async fn write(&self, events: &[Arc<CelEvent>], _date_format: &str) -> Result<(), String> {
        let Some(core) = self.core.upgrade() else { return Ok(()) };
        let by_kind = self.wanted().by_kind;
        for step in events {
            let event = || Event::Logged { step: step.clone(), by_kind };
            core.events.publish(EventKind::Logged, || step.time, event);
        }
        Ok(())
    }
}
