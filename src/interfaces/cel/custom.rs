//! `cel_custom`: files whose lines are patterns, `cel-custom/Master.csv` and others.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cdr::Pattern;
use obelus_core::cel::{Backend, CelEvent, EventSource};
use obelus_core::conf::{Problem, Problems};
use obelus_core::files::ConfigFolder;

use crate::cdr::file::{append, inside};

/// The configuration.
const FILE: &str = "cel_custom.conf";

/// Files' names and their patterns.
type Mappings = Vec<(String, Pattern)>;

/// The back end.
pub(super) struct Custom {
    core: Weak<Core>,
    folder: ConfigFolder,
    mappings: Mutex<Arc<Mappings>>,
}

impl Custom {
    pub(super) fn new(core: &Arc<Core>, folder: &ConfigFolder) -> Custom {
        Custom { core: Arc::downgrade(core), folder: folder.clone(), mappings: Mutex::default() }
    }

    fn mappings(&self) -> Arc<Mappings> {
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn read(folder: &ConfigFolder, problems: &mut Problems) -> Mappings {
    let mut mappings = Mappings::new();
    for section in folder.load_if_there(FILE, problems).concrete() {
        if &*section.name != "mappings" {
            let reason = format!("section [{}] is unknown; there is [mappings]", section.name);
            problems.push(Problem::error(section.location.clone(), reason));
            continue;
        }
        for entry in &section.entries {
            let compiled = match inside(Path::new(""), &entry.key) {
                Some(_) => Pattern::of_event(&entry.value),
                None => Err("a file's name has no `/` and no `.` at its beginning".to_owned()),
            };
            match compiled {
                Ok(pattern) => mappings.push((entry.key.to_string(), pattern)),
                Err(reason) => problems.push(Problem::error(entry.location.clone(), reason)),
            }
        }
    }
    mappings
}

#[async_trait]
impl Backend for Custom {
    fn name(&self) -> &'static str {
        "CEL Custom CSV Logging"
    }

    fn load(&self, use_it: bool, problems: &mut Problems) {
        let before = problems.errors();
        let mappings = read(&self.folder, problems);
        if use_it && problems.errors() == before {
            *self.mappings.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(mappings);
        }
    }

    fn is_active(&self) -> bool {
        !self.mappings().is_empty()
    }

    async fn write(&self, events: &[Arc<CelEvent>], date_format: &str) -> Result<(), String> {
        let Some(core) = self.core.upgrade() else { return Ok(()) };
        let folder = core.settings.load().directories.log.join("cel-custom");
        drop(core);
        let zone = TimeZone::system();
        for (name, pattern) in self.mappings().iter() {
            let mut lines = String::new();
            for event in events {
                lines.push_str(&pattern.fill(&EventSource { event, date_format, zone: &zone }));
                lines.push('\n');
            }
            append(&folder.join(name), &lines).await?;
        }
        Ok(())
    }
}
