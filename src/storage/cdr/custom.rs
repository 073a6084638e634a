//! `cdr_sqlite3_custom`: tables with columns of the operator's own, in databases of the log folder.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cdr::{Backend, CallRecord, Pattern, RecordSource};
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;

use crate::table::{self, Kind, Table};

/// The configuration.
const FILE: &str = "cdr_sqlite3_custom.conf";

const KIND: Kind = Kind { table: "cdr", compile: Pattern::of_record };

/// The tables.
pub struct SqliteCustom {
    core: Weak<Core>,
    folder: ConfigFolder,
    tables: Mutex<Arc<[Table]>>,
}

impl SqliteCustom {
    /// The back end of this PBX.
    pub fn new(core: &Arc<Core>, folder: &ConfigFolder) -> SqliteCustom {
        SqliteCustom { core: Arc::downgrade(core), folder: folder.clone(), tables: Mutex::default() }
    }

    fn tables(&self) -> Arc<[Table]> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Backend for SqliteCustom {
    fn name(&self) -> &'static str {
        "cdr_sqlite3_custom"
    }

    fn description(&self) -> &'static str {
        "SQLite3 Custom CDR Module"
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

    async fn write(&self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let Some(core) = self.core.upgrade() else { return Ok(()) };
        let folder = core.settings.load().directories.log.clone();
        let zone = TimeZone::system();
        for table in self.tables().iter() {
            let rows =
                records.iter().map(|record| table.row(&RecordSource { record, zone: &zone })).collect();
            table.insert(&folder, rows).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;
    use obelus_core::settings::{Directories, Settings};
    use obelus_core::testing::dry_core;

    use rusqlite::Connection;

    use super::*;

    fn load(text: &str) -> (SqliteCustom, Arc<Core>, tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let core = dry_core(Settings::new(Directories::below(path.join("etc"), path.join("share"), path)));
        let config = ConfigFolder::of(MemoryFiles::new().file(FILE, text));
        let backend = SqliteCustom::new(&core, &config);
        let mut problems = Problems::new();
        backend.load(true, &mut problems);
        (backend, core, folder, problems.to_string())
    }

    #[tokio::test]
    async fn rows_have_the_operators_columns() {
        let text = "[master]\ntable => calls\ncolumns => who, whom, \"odd\nvalues => '${CDR(src)}','${CDR(dst)}','x, ${CDR(colour)}'\nbusy_timeout => 500\n";
        let (backend, _core, folder, problems) = load(text);
        assert_eq!(problems, "");
        let record = CallRecord {
            src: "1001".into(),
            dst: "6'00".into(),
            variables: vec![("colour".to_owned(), "blue".to_owned())],
            ..CallRecord::empty()
        };
        backend.write(&[Arc::new(record.clone()), Arc::new(record)]).await.unwrap();
        let connection = Connection::open(folder.path().join("log/master.db")).unwrap();
        let row = connection.query_row("SELECT * FROM calls WHERE AcctId = 2", [], |row| {
            Ok([row.get::<_, String>(1)?, row.get(2)?, row.get(3)?])
        });
        assert_eq!(row.unwrap(), ["1001", "6'00", "x, blue"]);
    }
}
