//! `cel_custom`: files whose lines are patterns, `cel-custom/Master.csv` and others.

use std::path::Path;

use jiff::tz::TimeZone;
use obelus_core::cdr::Pattern;
use obelus_core::cel::{CelEvent, EventSource};
use obelus_core::conf::{Problem, Problems};
use obelus_core::files::ConfigFolder;

use crate::cdr::file::{append, inside};

/// The configuration.
const FILE: &str = "cel_custom.conf";

/// Files' names and their patterns.
#[derive(Debug, Default)]
pub(super) struct Custom(Vec<(String, Pattern)>);

impl Custom {
    /// Reads cel_custom.conf.
    pub(super) fn load(folder: &ConfigFolder, problems: &mut Problems) -> Custom {
        let mut mappings = Vec::new();
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
        Custom(mappings)
    }

    /// Adds the steps to every file.
    pub(super) async fn write(
        &self,
        folder: &Path,
        events: &[CelEvent],
        date_format: &str,
    ) -> Result<(), String> {
        let zone = TimeZone::system();
        for (name, pattern) in &self.0 {
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
