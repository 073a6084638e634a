//! `cdr_custom`: files whose lines are patterns, `cdr-custom/Master.csv` and others.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cdr::{Backend, CallRecord, Pattern, RecordSource};
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;

use super::file::{Mappings, append, mappings};

/// The file.
const FILE: &str = "cdr_custom.conf";

/// The files.
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

#[async_trait]
impl Backend for Custom {
    fn name(&self) -> &'static str {
        "cdr_custom"
    }

    fn description(&self) -> &'static str {
        "Customizable Comma Separated Values CDR Backend"
    }

    fn load(&self, use_it: bool, problems: &mut Problems) {
        let before = problems.errors();
        let mappings = mappings(&self.folder, FILE, Pattern::of_record, problems);
        if use_it && problems.errors() == before {
            *self.mappings.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(mappings);
        }
    }

    fn is_active(&self) -> bool {
        !self.mappings().is_empty()
    }

    async fn write(&self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let Some(core) = self.core.upgrade() else { return Ok(()) };
        let folder = core.settings.load().directories.log.join("cdr-custom");
        let zone = TimeZone::system();
        for (name, pattern) in self.mappings().iter() {
            let mut lines = String::new();
            for record in records {
                lines.push_str(&pattern.fill(&RecordSource { record, zone: &zone }));
                lines.push('\n');
            }
            append(&folder.join(name), &lines).await?;
        }
        Ok(())
    }
}
