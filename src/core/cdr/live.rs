//! The book of the running PBX.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{Book, CallRecord, CdrOptions};
use crate::Core;
use crate::events::{Delivery, Listener};

/// The book and its ear on the bus; empty while no records are kept.
#[derive(Default)]
pub struct LiveBook(Mutex<Option<Open>>);

struct Open {
    book: Book,
    listener: Listener,
}

impl LiveBook {
    fn open(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to keep records; channels that are there already are not in the book.
    pub fn begin(&self, core: &Core, options: CdrOptions, sequence: u64) {
        let listener = core.events.listen(Book::interest(), None);
        *self.open() = Some(Open { book: Book::new(options, sequence), listener });
    }

    /// Ends it and returns what was open, closed with the reason.
    pub fn end(&self, now: Timestamp, reason: &'static str) -> Vec<CallRecord> {
        let Some(mut open) = self.open().take() else { return Vec::new() };
        open.catch_up();
        open.book.close_all(now, reason);
        open.book.take_finished()
    }

    /// Whether records are kept.
    pub fn is_kept(&self) -> bool {
        self.open().is_some()
    }

    /// Reads or changes the book after everything that has happened; `None` while no records are kept.
    pub fn with<T>(&self, work: impl FnOnce(&mut Book) -> T) -> Option<T> {
        let mut guard = self.open();
        let open = guard.as_mut()?;
        open.catch_up();
        Some(work(&mut open.book))
    }
}

impl Open {
    fn catch_up(&mut self) {
        while let Some(delivery) = self.listener.try_next() {
            match delivery {
                Delivery::Event(record) => self.book.handle(&record),
                Delivery::Lost(events) => {
                    tracing::error!(
                        events,
                        "call records: events were lost, some records will be incomplete"
                    );
                }
            }
        }
    }
}
