//! A database file of its own, beside that of the key store.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

/// A database file that is opened when it is needed first; what is done with it runs on a thread for blocking work.
#[derive(Clone, Debug, Default)]
pub(crate) struct File(Arc<Mutex<Option<Connection>>>);

impl File {
    /// Does something with the database; an error closes it, so that the next attempt opens it anew.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        path: &Path,
        busy: Duration,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let (file, path) = (self.clone(), path.to_owned());
        let done = tokio::task::spawn_blocking(move || file.work(&path, busy, work));
        done.await.map_err(|error| error.to_string())?
    }

    fn work<T>(
        &self,
        path: &Path,
        busy: Duration,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, String> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = match guard.take() {
            Some(connection) => connection,
            None => open(path, busy)?,
        };
        let done = work(&mut connection).map_err(|error| format!("{}: {error}", path.display()))?;
        *guard = Some(connection);
        Ok(done)
    }
}

fn open(path: &Path, busy: Duration) -> Result<Connection, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let connection = Connection::open(path).map_err(|error| failed(&error))?;
    connection.busy_timeout(busy).map_err(|error| failed(&error))?;
    // A reader of the records does not hold us up, nor the other way round.
    connection
        .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL")
        .map_err(|error| failed(&error))?;
    Ok(connection)
}
