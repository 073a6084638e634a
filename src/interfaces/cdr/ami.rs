//! `cdr_manager`: tells the programs of the manager interface, as `cdr_manager.conf` wants.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cdr::{Backend, CallRecord, Pattern, RecordSource};
use obelus_core::conf::{Problem, Problems, Reader, Section};
use obelus_core::events::{Event, EventKind};
use obelus_core::files::ConfigFolder;

/// The file.
const FILE: &str = "cdr_manager.conf";

/// What the file says.
#[derive(Debug, Default)]
struct Wanted {
    enabled: bool,
    /// Headers of the event and what they show.
    mappings: Vec<(Box<str>, Pattern)>,
}

/// The back end.
pub(super) struct ToPrograms {
    core: Weak<Core>,
    folder: ConfigFolder,
    wanted: Mutex<Arc<Wanted>>,
}

impl ToPrograms {
    pub(super) fn new(core: &Arc<Core>, folder: &ConfigFolder) -> ToPrograms {
        ToPrograms { core: Arc::downgrade(core), folder: folder.clone(), wanted: Mutex::default() }
    }

    fn wanted(&self) -> Arc<Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn read(folder: &ConfigFolder, problems: &mut Problems) -> Wanted {
    let mut wanted = Wanted::default();
    for section in folder.load_if_there(FILE, problems).concrete() {
        match &*section.name {
            "general" => {
                let mut reader = Reader::new(section, problems);
                wanted.enabled = reader.boolean("enabled").unwrap_or(false);
                let _ = reader.finish();
            }
            "mappings" => read_mappings(section, &mut wanted, problems),
            other => {
                let reason = format!("section [{other}] is unknown; there are [general] and [mappings]");
                problems.push(Problem::error(section.location.clone(), reason));
            }
        }
    }
    wanted
}

/// Lines of `field => Header`.
fn read_mappings(section: &Section, wanted: &mut Wanted, problems: &mut Problems) {
    for entry in section.entries.iter().filter(|entry| !entry.value.is_empty()) {
        match Pattern::of_record(&format!("${{CDR({})}}", entry.key)) {
            Ok(pattern) => wanted.mappings.push((entry.value.as_ref().into(), pattern)),
            Err(reason) => problems.push(Problem::error(entry.location.clone(), reason)),
        }
    }
}

#[async_trait]
impl Backend for ToPrograms {
    fn name(&self) -> &'static str {
        "cdr_manager"
    }

    fn description(&self) -> &'static str {
        "Asterisk Manager Interface CDR Backend"
    }

    fn load(&self, use_it: bool, problems: &mut Problems) {
        let before = problems.errors();
        let wanted = read(&self.folder, problems);
        if use_it && problems.errors() == before {
            *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(wanted);
        }
    }

    fn is_active(&self) -> bool {
        self.wanted().enabled
    }

    async fn write(&self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let Some(core) = self.core.upgrade() else { return Ok(()) };
        let (wanted, zone) = (self.wanted(), TimeZone::system());
        for record in records {
            let source = RecordSource { record, zone: &zone };
            let event = || {
                let filled =
                    |(header, pattern): &(Box<str>, Pattern)| (header.clone(), pattern.fill(&source));
                let more = wanted.mappings.iter().map(filled).collect();
                Event::Recorded { record: record.clone(), more }
            };
            core.events.publish(EventKind::Recorded, || core.clock.now(), event);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;
    use obelus_core::events::Delivery;
    use obelus_core::testing::TestPbx;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_record_brings_what_the_file_maps() {
        let text = "[general]\nenabled = yes\n[mappings]\nlinkedid => LinkedID\ncolour => Colour\n";
        let pbx = TestPbx::new(|_, _| {});
        let manager = ToPrograms::new(&pbx.core, &ConfigFolder::of(MemoryFiles::new().file(FILE, text)));
        let mut problems = Problems::new();
        manager.load(true, &mut problems);
        assert_eq!(problems.to_string(), "");
        let mut listener = pbx.core.events.listen(EventKind::Recorded.bit(), None);
        let record = CallRecord {
            linkedid: "7.1".into(),
            variables: vec![("colour".to_owned(), "blue".to_owned())],
            ..CallRecord::empty()
        };
        manager.write(&[Arc::new(record)]).await.unwrap();
        let Some(Delivery::Event(record)) = listener.try_next() else { panic!("a record") };
        let Event::Recorded { more, .. } = &record.event else { panic!("{record:?}") };
        let more: Vec<String> = more.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(more, ["LinkedID=7.1", "Colour=blue"]);
    }

    #[test]
    fn nothing_is_told_without_the_file() {
        let mut problems = Problems::new();
        assert!(!read(&ConfigFolder::of(MemoryFiles::new()), &mut problems).enabled);
        read(&ConfigFolder::of(MemoryFiles::new().file(FILE, "[generl]\n")), &mut problems);
        assert_eq!(problems.errors(), 1);
    }
}
