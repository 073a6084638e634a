//! What the database thread shall do, in order: nobody waits for the queue, and what nobody waits for is collected.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obelus_core::database::DatabaseError;
use obelus_core::gauge::Reading;

use crate::worker::Request;

/// How many requests may wait; more are refused with [`DatabaseError::Busy`].
const CAPACITY: usize = 16_384;
/// How many requests share a transaction at most.
const BATCH: usize = 512;

/// A bounded queue between everybody and the one thread.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    bell: Condvar,
    /// So long requests that nobody waits for may wait for more of their kind.
    patience: Duration,
    counts: Counts,
}

/// What was counted; times are those of transactions, in microseconds.
#[derive(Default)]
struct Counts {
    processed: AtomicU64,
    deepest: AtomicU64,
    shortest: AtomicU64,
    longest: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    requests: VecDeque<Request>,
    /// Somebody waits for one of them.
    is_urgent: bool,
    is_closed: bool,
}

impl Queue {
    pub(crate) fn new(patience: Duration) -> Queue {
        Queue { waiting: Mutex::default(), bell: Condvar::new(), patience, counts: Counts::default() }
    }

    pub(crate) fn send(&self, request: Request) -> Result<(), DatabaseError> {
        let mut waiting = self.waiting();
        if waiting.is_closed {
            return Err(DatabaseError::Failed("the database is closed".to_owned()));
        }
        if waiting.requests.len() >= CAPACITY {
            return Err(DatabaseError::Busy);
        }
        let becomes_urgent = request.is_awaited() && !waiting.is_urgent;
        waiting.is_urgent |= becomes_urgent;
        waiting.requests.push_back(request);
        self.counts.deepest.fetch_max(waiting.requests.len() as u64, Ordering::Relaxed);
        // A thread that collects is let sleep.
        let rings = becomes_urgent || matches!(waiting.requests.len(), 1 | BATCH);
        drop(waiting);
        if rings {
            self.bell.notify_one();
        }
        Ok(())
    }

    /// No more requests are taken; those that wait still come out.
    pub(crate) fn close(&self) {
        self.waiting().is_closed = true;
        self.bell.notify_one();
    }

    /// Nobody takes requests any more: who waits for one is told so.
    pub(crate) fn abandon(&self) {
        self.close();
        self.waiting().requests.clear();
    }

    /// What one transaction shall do; `None` when the queue is closed and empty.
    pub(crate) fn take(&self) -> Option<Vec<Request>> {
        let idle = |waiting: &mut Waiting| waiting.requests.is_empty() && !waiting.is_closed;
        let waiting = self.bell.wait_while(self.waiting(), idle).unwrap_or_else(PoisonError::into_inner);
        let collects = |waiting: &mut Waiting| {
            !waiting.is_urgent && !waiting.is_closed && waiting.requests.len() < BATCH
        };
        let waited = self.bell.wait_timeout_while(waiting, self.patience, collects);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let count = waiting.requests.len().min(BATCH);
        let batch: Vec<Request> = waiting.requests.drain(..count).collect();
        waiting.is_urgent = waiting.requests.iter().any(Request::is_awaited);
        (!batch.is_empty()).then_some(batch)
    }

    /// So many requests were executed in one transaction.
    pub(crate) fn executed(&self, count: usize, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        let counts = &self.counts;
        counts.processed.fetch_add(count as u64, Ordering::Relaxed);
        counts.longest.fetch_max(micros, Ordering::Relaxed);
        // Zero stands for none yet.
        let shorter = |before: u64| (before == 0 || micros < before).then_some(micros);
        let _ = counts.shortest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, shorter);
    }

    /// How full it is, and what was counted.
    pub(crate) fn reading(&self) -> Reading {
        let waiting = self.waiting().requests.len() as u64;
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &self.counts;
        let times = (Duration::from_micros(of(&counts.shortest)), Duration::from_micros(of(&counts.longest)));
        Reading {
            processed: of(&counts.processed),
            waiting,
            deepest: of(&counts.deepest),
            room: CAPACITY as u64,
            times: Some(times).filter(|times| !times.1.is_zero()),
        }
    }

    /// Counts anew.
    pub(crate) fn reset(&self) {
        let counts = &self.counts;
        for count in [&counts.processed, &counts.deepest, &counts.shortest, &counts.longest] {
            count.store(0, Ordering::Relaxed);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const FOR_EVER: Duration = Duration::from_secs(3600);

    fn put(queue: &Queue) {
        let request = Request::Put { path: "/a/b".into(), value: "c".into(), answer: None };
        queue.send(request).expect("there is room");
    }

    fn flush(queue: &Queue) {
        let (answer, _) = tokio::sync::oneshot::channel();
        queue.send(Request::Flush { answer }).expect("there is room");
    }

    fn taken(queue: &Arc<Queue>) -> std::thread::JoinHandle<Option<usize>> {
        let queue = queue.clone();
        std::thread::spawn(move || queue.take().map(|batch| batch.len()))
    }

    #[test]
    fn what_nobody_waits_for_is_collected_until_somebody_waits() {
        let queue = Arc::new(Queue::new(FOR_EVER));
        let batch = taken(&queue);
        put(&queue);
        put(&queue);
        flush(&queue);
        assert_eq!(batch.join().expect("taken"), Some(3));
    }

    #[test]
    fn a_full_transaction_waits_for_nobody() {
        let queue = Arc::new(Queue::new(FOR_EVER));
        let batch = taken(&queue);
        (0..BATCH).for_each(|_| put(&queue));
        assert_eq!(batch.join().expect("taken"), Some(BATCH));
    }

    #[test]
    fn patience_ends() {
        let queue = Queue::new(Duration::ZERO);
        put(&queue);
        assert_eq!(queue.take().map(|batch| batch.len()), Some(1));
    }

    #[test]
    fn what_waits_when_the_queue_closes_still_comes_out() {
        let queue = Arc::new(Queue::new(FOR_EVER));
        put(&queue);
        queue.close();
        let (answer, _) = tokio::sync::oneshot::channel();
        assert!(queue.send(Request::Flush { answer }).is_err());
        assert_eq!(queue.take().map(|batch| batch.len()), Some(1));
        assert!(queue.take().is_none());
    }

    #[tokio::test]
    async fn who_waits_for_a_thread_that_is_gone_is_told() {
        let queue = Queue::new(FOR_EVER);
        let (answer, answered) = tokio::sync::oneshot::channel();
        queue.send(Request::Flush { answer }).expect("there is room");
        queue.abandon();
        assert!(answered.await.is_err());
    }

    #[test]
    fn too_much_is_refused() {
        let queue = Queue::new(FOR_EVER);
        (0..CAPACITY).for_each(|_| put(&queue));
        let request = Request::Delete { path: "/a/b".into(), answer: None };
        assert_eq!(queue.send(request), Err(DatabaseError::Busy));
    }
}
