//! The database thread: takes what waits, executes it in one transaction, answers.

use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use obelus_core::database::DatabaseError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::key_store;

/// How many requests may wait; more are refused with [`DatabaseError::Busy`].
const QUEUE: usize = 16_384;
/// How many requests share a transaction at most.
const BATCH: usize = 512;

type Answer<T> = oneshot::Sender<Result<T, DatabaseError>>;

pub(crate) enum Request {
    Get { path: String, answer: Answer<Option<String>> },
    Put { path: String, value: String, answer: Option<Answer<()>> },
    Delete { path: String, answer: Option<Answer<bool>> },
    DeleteTree { prefix: String, answer: Answer<usize> },
    Entries { prefix: String, answer: Answer<Vec<(String, String)>> },
    Flush { answer: Answer<()> },
}

/// The sending side of the queue; closed by taking the sender away.
pub(crate) struct Sender(Mutex<Option<SyncSender<Request>>>);

impl Sender {
    pub(crate) fn send(&self, request: Request) -> Result<(), DatabaseError> {
        let queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = &*queue else {
            return Err(DatabaseError::Failed("the database is closed".to_owned()));
        };
        queue.try_send(request).map_err(|error| match error {
            TrySendError::Full(_) => DatabaseError::Busy,
            TrySendError::Disconnected(_) => {
                DatabaseError::Failed("the database thread has ended".to_owned())
            }
        })
    }

    pub(crate) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

pub(crate) fn start(connection: Connection) -> Result<(Sender, JoinHandle<()>), DatabaseError> {
    key_store::prepare(&connection).map_err(|error| failed(&error))?;
    let (sender, queue) = mpsc::sync_channel(QUEUE);
    let thread = std::thread::Builder::new()
        .name("obelus-database".to_owned())
        .spawn(move || run(&connection, &queue));
    let thread = thread.map_err(|error| DatabaseError::Failed(error.to_string()))?;
    Ok((Sender(Mutex::new(Some(sender))), thread))
}

pub(crate) fn failed(error: &rusqlite::Error) -> DatabaseError {
    DatabaseError::Failed(error.to_string())
}

fn run(connection: &Connection, queue: &Receiver<Request>) {
    while let Ok(first) = queue.recv() {
        let mut flushes = Vec::new();
        let begun = connection.execute_batch("BEGIN");
        execute(connection, first, &mut flushes);
        for request in queue.try_iter().take(BATCH - 1) {
            execute(connection, request, &mut flushes);
        }
        let ended = begun.and_then(|()| connection.execute_batch("COMMIT")).map_err(|error| failed(&error));
        if let Err(error) = &ended {
            tracing::error!(%error, "writing to the database failed");
        }
        for flush in flushes {
            let _ = flush.send(ended.clone());
        }
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
