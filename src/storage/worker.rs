//! The database thread: takes what waits, executes it in one transaction, answers.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use obelus_core::database::DatabaseError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::key_store;
use crate::queue::Queue;

/// Registrations and states that come within so long are written at once.
const PATIENCE: Duration = Duration::from_millis(50);

type Answer<T> = oneshot::Sender<Result<T, DatabaseError>>;

pub(crate) enum Request {
    Get { path: String, answer: Answer<Option<String>> },
    Put { path: String, value: String, answer: Option<Answer<()>> },
    Delete { path: String, answer: Option<Answer<bool>> },
    DeleteTree { prefix: String, answer: Answer<usize> },
    Entries { prefix: String, answer: Answer<Vec<(String, String)>> },
    Flush { answer: Answer<()> },
}

impl Request {
    /// Whether somebody waits for the answer.
    pub(crate) fn is_awaited(&self) -> bool {
        !matches!(self, Request::Put { answer: None, .. } | Request::Delete { answer: None, .. })
    }
}

pub(crate) fn start(connection: Connection) -> Result<(Arc<Queue>, JoinHandle<()>), DatabaseError> {
    key_store::prepare(&connection).map_err(|error| failed(&error))?;
    let queue = Arc::new(Queue::new(PATIENCE));
    let taken = queue.clone();
    let thread = std::thread::Builder::new()
        .name("obelus-database".to_owned())
        .spawn(move || run(&connection, &taken));
    let thread = thread.map_err(|error| DatabaseError::Failed(error.to_string()))?;
    Ok((queue, thread))
}

pub(crate) fn failed(error: &rusqlite::Error) -> DatabaseError {
    DatabaseError::Failed(error.to_string())
}

fn run(connection: &Connection, queue: &Queue) {
    // However the thread ends, nobody waits for it any more.
    let _closing = Closing(queue);
    while let Some(batch) = queue.take() {
        let (mut flushes, count, began) = (Vec::new(), batch.len(), Instant::now());
        let begun = connection.execute_batch("BEGIN");
        for request in batch {
            execute(connection, request, &mut flushes);
        }
        let ended = begun.and_then(|()| connection.execute_batch("COMMIT")).map_err(|error| failed(&error));
        if let Err(error) = &ended {
            tracing::error!(%error, "writing to the database failed");
        }
        queue.executed(count, began.elapsed());
        for flush in flushes {
            let _ = flush.send(ended.clone());
        }
    }
}

struct Closing<'a>(&'a Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

fn execute(connection: &Connection, request: Request, flushes: &mut Vec<Answer<()>>) {
    match request {
        Request::Get { path, answer } => reply(answer, key_store::get(connection, &path)),
        Request::Put { path, value, answer } => {
            reply_or_log(answer, key_store::put(connection, &path, &value))
        }
        Request::Delete { path, answer } => reply_or_log(answer, key_store::delete(connection, &path)),
        Request::DeleteTree { prefix, answer } => reply(answer, key_store::delete_tree(connection, &prefix)),
        Request::Entries { prefix, answer } => reply(answer, key_store::entries(connection, &prefix)),
        Request::Flush { answer } => flushes.push(answer),
    }
}

fn reply<T>(answer: Answer<T>, result: rusqlite::Result<T>) {
    let _ = answer.send(result.map_err(|error| failed(&error)));
}

fn reply_or_log<T>(answer: Option<Answer<T>>, result: rusqlite::Result<T>) {
    match (answer, result) {
        (Some(answer), result) => reply(answer, result),
        (None, Err(error)) => tracing::error!(%error, "writing to the database failed"),
        (None, Ok(_)) => {}
    }
}
