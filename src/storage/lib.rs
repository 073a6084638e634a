//! SQLite behind its own thread: the key store and registrations; and call records in files of their own.
//!
//! Requests wait in a bounded queue and are executed in batches, one transaction each, so that a commit is paid once
//! for many. Nobody waits for the disk but those who ask to ([`Database::flush`]).

pub mod cdr;
mod cel;
mod file;
mod key_store;
mod queue;
mod table;
mod worker;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use async_trait::async_trait;
use obelus_core::database::{Database, DatabaseError, path};
use obelus_core::gauge::{Gauge, Reading};
use tokio::sync::oneshot;

pub use cel::CelSqlite;
use queue::Queue;
use worker::Request;

/// The database file, shared by everybody in the PBX.
pub struct Storage {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Storage {
    /// Opens or makes the file; the table is the one that Asterisk's `astdb.sqlite3` has.
    pub fn open(file: &Path) -> Result<Storage, DatabaseError> {
        let failed =
            |error: &dyn std::fmt::Display| DatabaseError::Failed(format!("{}: {error}", file.display()));
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        }
        let connection = rusqlite::Connection::open(file).map_err(|error| failed(&error))?;
        Storage::start(connection)
    }

    /// A database in memory, for tests.
    pub fn in_memory() -> Result<Storage, DatabaseError> {
        let connection = rusqlite::Connection::open_in_memory()
            .map_err(|error| DatabaseError::Failed(error.to_string()))?;
        Storage::start(connection)
    }

    fn start(connection: rusqlite::Connection) -> Result<Storage, DatabaseError> {
        let (queue, thread) = worker::start(connection)?;
        Ok(Storage { queue, thread: Mutex::new(Some(thread)) })
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, DatabaseError>>) -> Request,
    ) -> Result<T, DatabaseError> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(request(answer))?;
        answered.await.map_err(|_| DatabaseError::Failed("the database thread has ended".to_owned()))?
    }

    /// Writes everything and ends the thread.
    pub fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        self.queue.close();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the database thread has panicked");
        }
    }
}

#[async_trait]
impl Database for Storage {
    async fn get(&self, family: &str, key: &str) -> Result<Option<String>, DatabaseError> {
        let path = path(family, key);
        self.ask(|answer| Request::Get { path, answer }).await
    }

    async fn put(&self, family: &str, key: &str, value: &str) -> Result<(), DatabaseError> {
        let (path, value) = (path(family, key), value.to_owned());
        self.ask(|answer| Request::Put { path, value, answer: Some(answer) }).await
    }

    async fn delete(&self, family: &str, key: &str) -> Result<bool, DatabaseError> {
        let path = path(family, key);
        self.ask(|answer| Request::Delete { path, answer: Some(answer) }).await
    }

    async fn delete_tree(&self, prefix: &str) -> Result<usize, DatabaseError> {
        let prefix = prefix.to_owned();
        self.ask(|answer| Request::DeleteTree { prefix, answer }).await
    }

    async fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, DatabaseError> {
        let prefix = prefix.to_owned();
        self.ask(|answer| Request::Entries { prefix, answer }).await
    }

    fn put_soon(&self, family: &str, key: &str, value: String) -> bool {
        self.queue.send(Request::Put { path: path(family, key), value, answer: None }).is_ok()
    }

    fn delete_soon(&self, family: &str, key: &str) -> bool {
        self.queue.send(Request::Delete { path: path(family, key), answer: None }).is_ok()
    }

    async fn flush(&self) -> Result<(), DatabaseError> {
        self.ask(|answer| Request::Flush { answer }).await
    }
}

#[async_trait]
impl Gauge for Storage {
    fn name(&self) -> &str {
        "database"
    }

    fn read(&self) -> Reading {
        self.queue.reading()
    }

    fn reset(&self) {
        self.queue.reset();
    }

    async fn ping(&self) {
        // A database that has ended answers too.
        let _ = self.flush().await;
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_put_is_read_back_and_survives() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("db/astdb.sqlite3");
        let storage = Storage::open(&file).expect("opens");
        storage.put("cidname", "1001", "Alice").await.expect("put");
        assert!(storage.put_soon("cidname/work", "1002", "Bob %_".to_owned()));
        assert_eq!(storage.get("cidname/work", "1002").await, Ok(Some("Bob %_".to_owned())));
        drop(storage);
        let storage = Storage::open(&file).expect("opens again");
        assert_eq!(storage.get("cidname", "1001").await, Ok(Some("Alice".to_owned())));
        assert_eq!(storage.entries("cidname").await.map(|entries| entries.len()), Ok(2));
        assert_eq!(storage.delete("cidname", "1001").await, Ok(true));
        assert_eq!(storage.delete("cidname", "1001").await, Ok(false));
    }

    #[tokio::test]
    async fn what_goes_through_is_counted() {
        let storage = Storage::in_memory().expect("opens");
        storage.put("a", "b", "c").await.expect("put");
        storage.ping().await;
        let reading = storage.read();
        assert_eq!((reading.processed, reading.waiting, reading.deepest), (2, 0, 1));
        assert!(reading.times.is_some_and(|(shortest, longest)| shortest <= longest));
        storage.reset();
        assert_eq!(storage.read(), Reading { room: reading.room, ..Reading::default() });
    }

    #[tokio::test]
    async fn a_tree_is_what_is_below_a_family() {
        let storage = Storage::in_memory().expect("opens");
        for (family, key) in [("a", "1"), ("a/b", "2"), ("ab", "3"), ("a_", "4")] {
            storage.put(family, key, "x").await.expect("put");
        }
        assert_eq!(storage.delete_tree("a").await, Ok(2));
        let left: Vec<String> =
            storage.entries("").await.expect("entries").into_iter().map(|entry| entry.0).collect();
        assert_eq!(left, ["/a_/4", "/ab/3"]);
        assert_eq!(storage.flush().await, Ok(()));
    }
}
