//! `cel_sqlite3_custom`: the steps of calls in tables with columns of the operator's own.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cdr::Pattern;
use obelus_core::cel::{Backend, CelEvent, EventSource};
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;

use crate::table::{self, Kind, Table};

/// The configuration.
const FILE: &str = "cel_sqlite3_custom.conf";

const KIND: Kind = Kind { table: "cel", compile: Pattern::of_event };

/// The tables.
pub struct CelSqlite {
    core: Weak<Core>,
    folder: ConfigFolder,
    tables: Mutex<Arc<[Table]>>,
}

impl CelSqlite {
    /// The back end of this PBX.
    pub fn new(core: &Arc<Core>, folder: &ConfigFolder) -> CelSqlite {
        CelSqlite { core: Arc::downgrade(core), folder: folder.clone(), tables: Mutex::default() }
    }

    fn tables(&self) -> Arc<[Table]> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Backend for CelSqlite {
    fn name(&self) -> &'static str {
        "CEL sqlite3 custom backend"
    }

    fn load(&self, use_it: bool, problems: &mut Problems) {
        let before = problems.errors();
        let tables = table::read(&self.folder.load_if_there(FILE, problems), &KIND, problems);
        if use_it && problems.errors() == before {
            *self.tables.lock().unwrap_or_else(PoisonError::into_inner) = tables.into();
        }
    }

    fn is_active(&self) -> bool {
        !self.tables().is_empty()
    }

    async fn write(&self, events: &[Arc<CelEvent>], date_format: &str) -> Result<(), String> {
        let Some(core) = self.core.upgrade() else { return Ok(()) };
        let folder = core.settings.load().directories.log.clone();
        let zone = TimeZone::system();
        for table in self.tables().iter() {
            let row = |event: &Arc<CelEvent>| table.row(&EventSource { event, date_format, zone: &zone });
            table.insert(&folder, events.iter().map(row).collect()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cel::{CelKind, Ledger, Tracked};
    use obelus_core::conf::MemoryFiles;
    use obelus_core::events::Delivery;
    use obelus_core::settings::{Directories, Settings};
    use obelus_core::testing::TestPbx;
    use rusqlite::Connection;

    use super::*;

    #[tokio::test]
    async fn a_step_is_a_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let pbx = TestPbx::new(|_, _| {});
        let directories = Directories::below(path.join("etc"), path.join("share"), path.clone());
        pbx.core.settings.store(Arc::new(Settings::new(directories)));
        let text =
            "[steps]\ncolumns = kind, at, who\nvalues = '${eventtype}','${eventtime}','${CALLERID(num)}'\n";
        let files = ConfigFolder::of(MemoryFiles::new().file(FILE, text));
        let backend = CelSqlite::new(&pbx.core, &files);
        let mut problems = Problems::new();
        backend.load(true, &mut problems);
        assert_eq!(problems.to_string(), "");
        let mut listener = pbx.core.events.listen(Ledger::interest(), None);
        let mut tracked = Tracked::default();
        tracked.add(CelKind::ChannelStart);
        let mut ledger = Ledger::new(tracked);
        let (_channel, _far) = pbx.channel();
        while let Some(Delivery::Event(record)) = listener.try_next() {
            ledger.handle(&record);
        }
        let events: Vec<_> = ledger.take_events().into_iter().map(Arc::new).collect();
        backend.write(&events, "%Y").await.unwrap();
        let connection = Connection::open(path.join("log/steps.db")).unwrap();
        let row = connection.query_row("SELECT kind, at, who FROM cel", [], |row| {
            Ok([row.get::<_, String>(0)?, row.get(1)?, row.get(2)?])
        });
        assert_eq!(row.unwrap(), ["CHAN_START", "2026", "1001"]);
    }
}
