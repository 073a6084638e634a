//! `cdr_custom`: files whose lines are patterns, `cdr-custom/Master.csv` and others.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cdr::{Backend, CallRecord, Pattern, RecordSource};
use obelus_core::conf::{Problem, Problems};
use obelus_core::files::ConfigFolder;

use super::file::{append, inside};

/// The file.
const FILE: &str = "cdr_custom.conf";

/// A file's name and its pattern.
type Mappings = Vec<(String, Pattern)>;

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

fn read(folder: &ConfigFolder, problems: &mut Problems) -> Mappings {
    let document = folder.load_if_there(FILE, problems);
    let mut mappings = Mappings::new();
    for section in document.concrete() {
        if &*section.name != "mappings" {
            let reason = format!("section [{}] is unknown; there is [mappings]", section.name);
            problems.push(Problem::error(section.location.clone(), reason));
            continue;
        }
        for entry in &section.entries {
            let compiled = match inside(std::path::Path::new(""), &entry.key) {
                Some(_) => Pattern::of_record(&entry.value),
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
        "cdr_custom"
    }

    fn description(&self) -> &'static str {
        "Customizable Comma Separated Values CDR Backend"
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
