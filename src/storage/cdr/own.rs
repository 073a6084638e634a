//! `cdr_sqlite`: every record in the table `cdr` of `cdr.sqlite3`, and the calls that are up in `cdr_open`.
//!
//! After a kill the rows of `cdr_open` are closed at the moment in which they were noted last.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::cdr::{Backend, CallRecord};
use obelus_core::conf::{Problem, Problems, Reader};
use obelus_core::files::ConfigFolder;
use rusqlite::Connection;

use super::row::{COLUMNS, MARKS, NAMES, insert, read};
use crate::file::File;

/// The configuration, one of ours.
const FILE: &str = "cdr_sqlite.conf";

/// How long a locked database is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// What identifies a record among those that are open.
type Key = (Arc<str>, u64);

/// The tables.
pub struct SqliteOwn {
    core: Weak<Core>,
    folder: ConfigFolder,
    active: AtomicBool,
    file: File,
    /// The open records as they stand in the table, without what grows by itself.
    noted: Mutex<HashMap<Key, CallRecord>>,
}

impl SqliteOwn {
    /// The back end of this PBX.
    pub fn new(core: &Arc<Core>, folder: &ConfigFolder) -> SqliteOwn {
        SqliteOwn {
            core: Arc::downgrade(core),
            folder: folder.clone(),
            active: AtomicBool::new(false),
            file: File::default(),
            noted: Mutex::default(),
        }
    }

    fn path(&self) -> Option<PathBuf> {
        Some(self.core.upgrade()?.settings.load().directories.db.join("cdr.sqlite3"))
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let path = self.path().ok_or("the PBX has ended")?;
        let prepared = move |connection: &mut Connection| {
            connection.execute_batch(&format!(
                "CREATE TABLE IF NOT EXISTS cdr (id INTEGER PRIMARY KEY, {COLUMNS});
                 CREATE INDEX IF NOT EXISTS cdr_by_start ON cdr (start);
                 CREATE TABLE IF NOT EXISTS cdr_open ({COLUMNS}, PRIMARY KEY (uniqueid, sequence));
                 CREATE TABLE IF NOT EXISTS cdr_seen (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT)"
            ))?;
            work(connection)
        };
        self.file.with(&path, BUSY, prepared).await
    }

    /// What of the open records is new or has changed, and which are open no longer.
    fn changes(&self, records: Vec<CallRecord>) -> (Vec<CallRecord>, Vec<Key>) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut gone = std::mem::take(&mut *noted);
        let mut changed = Vec::new();
        for record in records {
            let key = (record.uniqueid.clone(), record.sequence);
            let still = CallRecord { duration: 0, billsec: 0, ..record.clone() };
            if gone.remove(&key).as_ref() != Some(&still) {
                changed.push(record);
            }
            noted.insert(key, still);
        }
        (changed, gone.into_keys().collect())
    }
}

#[async_trait]
impl Backend for SqliteOwn {
    fn name(&self) -> &'static str {
        "cdr_sqlite"
    }

    fn description(&self) -> &'static str {
        "SQLite CDR Backend"
    }

    fn load(&self, use_it: bool, problems: &mut Problems) {
        let before = problems.errors();
        let mut enabled = false;
        for section in self.folder.load_if_there(FILE, problems).concrete() {
            if &*section.name != "general" {
                let reason = format!("section [{}] is unknown; there is [general]", section.name);
                problems.push(Problem::error(section.location.clone(), reason));
                continue;
            }
            let mut reader = Reader::new(section, problems);
            enabled = reader.boolean("enabled").unwrap_or(false);
            let _ = reader.finish();
        }
        if use_it && problems.errors() == before {
            self.active.store(enabled, Ordering::Relaxed);
        }
    }

    fn is_active(&self) -> bool {
        self.active.load(Ordering::Relaxed)
    }

    async fn write(&self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let records = records.to_vec();
        self.with(move |connection| {
            let change = connection.transaction()?;
            {
                let mut statement =
                    change.prepare_cached(&format!("INSERT INTO cdr ({NAMES}) VALUES ({MARKS})"))?;
                for record in &records {
                    insert(&mut statement, record)?;
                }
                let mut close =
                    change.prepare_cached("DELETE FROM cdr_open WHERE uniqueid = ? AND sequence = ?")?;
                for record in &records {
                    close.execute((&*record.uniqueid, record.sequence as i64))?;
                }
            }
            change.commit()
        })
        .await
    }

    fn keeps_open(&self) -> bool {
        true
    }

    async fn keep_open(&self, records: Vec<CallRecord>) {
        let Some(now) = self.core.upgrade().map(|core| core.clock.now()) else { return };
        let (changed, gone) = self.changes(records);
        let noted = self.with(move |connection| {
            let change = connection.transaction()?;
            {
                let sql = format!("INSERT OR REPLACE INTO cdr_open ({NAMES}) VALUES ({MARKS})");
                let mut statement = change.prepare_cached(&sql)?;
                for record in &changed {
                    insert(&mut statement, record)?;
                }
                let mut close =
                    change.prepare_cached("DELETE FROM cdr_open WHERE uniqueid = ? AND sequence = ?")?;
                for (id, sequence) in &gone {
                    close.execute((&**id, *sequence as i64))?;
                }
                change
                    .execute("INSERT OR REPLACE INTO cdr_seen (id, at) VALUES (1, ?)", [now.to_string()])?;
            }
            change.commit()
        });
        if let Err(reason) = noted.await {
            self.noted.lock().unwrap_or_else(PoisonError::into_inner).clear();
            tracing::warn!(reason, "the calls that are up could not be noted");
        }
    }

    async fn take_left_over(&self) -> Vec<CallRecord> {
        let taken = self.with(|connection| {
            let at: String = connection.query_row("SELECT max(at) FROM cdr_seen", [], |row| {
                row.get::<_, Option<String>>(0).map(Option::unwrap_or_default)
            })?;
            let mut statement =
                connection.prepare(&format!("SELECT {NAMES} FROM cdr_open ORDER BY start, sequence"))?;
            let records: Vec<CallRecord> = statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?;
            drop(statement);
            connection.execute("DELETE FROM cdr_open", [])?;
            let seen: Option<Timestamp> = at.parse().ok();
            Ok(records.into_iter().map(|record| record.closed_after_kill(seen)).collect())
        });
        taken.await.unwrap_or_else(|reason| {
            tracing::warn!(reason, "calls that were up at the last end cannot be read");
            Vec::new()
        })
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cdr::Disposition;
    use obelus_core::conf::MemoryFiles;
    use obelus_core::settings::{Directories, Settings};
    use obelus_core::testing::dry_core;

    use super::*;

    fn backend(folder: &tempfile::TempDir) -> (Arc<Core>, SqliteOwn) {
        let path = folder.path().to_owned();
        let core = dry_core(Settings::new(Directories::below(path.join("etc"), path.join("share"), path)));
        let config = ConfigFolder::of(MemoryFiles::new().file(FILE, "[general]\nenabled=yes\n"));
        let backend = SqliteOwn::new(&core, &config);
        let mut problems = Problems::new();
        backend.load(true, &mut problems);
        assert!(backend.is_active() && problems.is_empty());
        (core, backend)
    }

    fn record(sequence: u64, answered: bool) -> CallRecord {
        CallRecord {
            start: "2026-03-02T12:00:00Z".parse().unwrap(),
            answer: answered.then(|| "2026-03-02T12:00:05Z".parse().unwrap()),
            uniqueid: "1.2".into(),
            clid: "\"O'Neill; \"\" <1>".to_owned(),
            variables: vec![("colour".to_owned(), "blue".to_owned())],
            sequence,
            ..CallRecord::empty()
        }
    }

    #[tokio::test]
    async fn a_record_is_written_and_open_ones_survive_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let (core, first) = backend(&folder);
        let records = vec![record(1, true), record(2, false), record(3, true)];
        first.keep_open(records.clone()).await;
        // The first one ends; the second is answered.
        first
            .write(&[Arc::new(CallRecord { end: Some(records[0].start), ..record(1, true) })])
            .await
            .unwrap();
        first.keep_open(vec![record(2, true), record(3, true)]).await;
        drop((core, first));

        let (_core, second) = backend(&folder);
        let left = second.take_left_over().await;
        assert_eq!(left.iter().map(|record| record.sequence).collect::<Vec<_>>(), [2, 3]);
        assert!(
            left.iter()
                .all(|record| record.disposition == Disposition::Answered && record.reason == "restart")
        );
        assert!(left[0].end.unwrap() > left[0].start && left[0].billsec == left[0].duration - 5);
        assert_eq!(
            (left[0].clid.as_str(), &left[0].variables),
            ("\"O'Neill; \"\" <1>", &records[0].variables)
        );
        assert!(second.take_left_over().await.is_empty());
        let connection = Connection::open(folder.path().join("db/cdr.sqlite3")).unwrap();
        let count: i64 = connection.query_row("SELECT count(*) FROM cdr", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1);
    }
}
