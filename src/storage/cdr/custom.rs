//! `cdr_sqlite3_custom`: a table with columns of the operator's own, in `master.db` of the log folder.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cdr::{Backend, CallRecord, Pattern, RecordSource};
use obelus_core::conf::{Problem, Problems, Reader, Section};
use obelus_core::files::ConfigFolder;
use rusqlite::Connection;

use super::File;

/// The configuration.
const FILE: &str = "cdr_sqlite3_custom.conf";

/// What the file says.
struct Table {
    name: String,
    columns: Vec<String>,
    values: Vec<Pattern>,
    busy: Duration,
}

/// The table.
pub struct SqliteCustom {
    core: Weak<Core>,
    folder: ConfigFolder,
    table: Mutex<Option<Arc<Table>>>,
    file: File,
}

impl SqliteCustom {
    /// The back end of this PBX.
    pub fn new(core: &Arc<Core>, folder: &ConfigFolder) -> SqliteCustom {
        SqliteCustom {
            core: Arc::downgrade(core),
            folder: folder.clone(),
            table: Mutex::default(),
            file: File::default(),
        }
    }

    fn table(&self) -> Option<Arc<Table>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn read(folder: &ConfigFolder, problems: &mut Problems) -> Option<Table> {
    let document = folder.load_if_there(FILE, problems);
    let mut table = None;
    for section in document.concrete() {
        if &*section.name == "master" {
            table = read_table(section, problems);
        } else {
            let reason = format!("section [{}] is not served; there is [master]", section.name);
            problems.push(Problem::error(section.location.clone(), reason));
        }
    }
    table
}

fn read_table(section: &Section, problems: &mut Problems) -> Option<Table> {
    let mut reader = Reader::new(section, problems);
    let name = reader.text("table").unwrap_or("cdr").to_owned();
    let columns: Vec<String> =
        reader.text("columns").unwrap_or("").split(',').map(|name| name.trim().to_owned()).collect();
    let entry = reader.entry("values");
    let busy = reader.integer("busy_timeout", 0..=600_000_u32).unwrap_or(1000);
    reader.unserved("fields", &[]);
    let mut values = Vec::new();
    match entry {
        None => reader.missing("values"),
        Some(entry) => match patterns(&entry.value) {
            Ok(patterns) if patterns.len() == columns.len() => values = patterns,
            Ok(patterns) => {
                reader.reject(entry, &format!("{} values for {} columns", patterns.len(), columns.len()));
            }
            Err(reason) => reader.reject(entry, &reason),
        },
    }
    let good = reader.finish() && !values.is_empty();
    good.then(|| Table { name, columns, values, busy: Duration::from_millis(busy.into()) })
}

/// Values between single quotes, with commas between them.
fn patterns(text: &str) -> Result<Vec<Pattern>, String> {
    let mut patterns = Vec::new();
    let mut rest = text.trim();
    loop {
        let inner = rest.strip_prefix('\'').ok_or("each value stands between single quotes")?;
        let (value, behind) = inner.split_once('\'').ok_or("a value has no quote at its end")?;
        patterns.push(Pattern::of_record(value)?);
        rest = match behind.trim_start() {
            "" => return Ok(patterns),
            behind => behind.strip_prefix(',').ok_or("values are separated by commas")?.trim_start(),
        };
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
        let table = read(&self.folder, problems);
        if use_it && problems.errors() == before {
            *self.table.lock().unwrap_or_else(PoisonError::into_inner) = table.map(Arc::new);
            self.file.close();
        }
    }

    fn is_active(&self) -> bool {
        self.table().is_some()
    }

    async fn write(&self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let (Some(table), Some(core)) = (self.table(), self.core.upgrade()) else { return Ok(()) };
        let path = core.settings.load().directories.log.join("master.db");
        let zone = TimeZone::system();
        let fill = |record: &Arc<CallRecord>| -> Vec<String> {
            table.values.iter().map(|pattern| pattern.fill(&RecordSource { record, zone: &zone })).collect()
        };
        let rows: Vec<Vec<String>> = records.iter().map(fill).collect();
        let busy = table.busy;
        self.file.with(&path, busy, move |connection| insert(connection, &table, &rows)).await
    }
}

fn insert(connection: &mut Connection, table: &Table, rows: &[Vec<String>]) -> rusqlite::Result<()> {
    let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
    let name = quoted(&table.name);
    let columns = table.columns.iter().map(quoted).collect::<Vec<_>>().join(", ");
    let marks = vec!["?"; table.columns.len()].join(", ");
    let change = connection.transaction()?;
    change.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {name} (AcctId INTEGER PRIMARY KEY, {columns})"
    ))?;
    {
        let mut statement =
            change.prepare_cached(&format!("INSERT INTO {name} ({columns}) VALUES ({marks})"))?;
        for row in rows {
            statement.execute(rusqlite::params_from_iter(row))?;
        }
    }
    change.commit()
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;
    use obelus_core::settings::{Directories, Settings};
    use obelus_core::testing::dry_core;

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

    #[test]
    fn what_does_not_fit_is_named() {
        let problem = |text: &str| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let _inside = runtime.enter();
            load(text).3
        };
        assert!(problem("[master]\ncolumns => a,b\nvalues => '1'\n").contains("1 values for 2 columns"));
        assert!(problem("[master]\ncolumns => a\nvalues => ${CDR(src)}\n").contains("single quotes"));
        assert!(problem("[master]\ncolumns => a\nvalues => '${SHELL(x)}'\n").contains("SHELL(x)"));
        assert!(problem("[other]\n").contains("[other]"));
    }
}
