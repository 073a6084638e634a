//! Ports for drivers whose audio is not RTP: two bounded rings of frames and digits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_queue::ArrayQueue;
use obelus_media::Codec;
use tokio::sync::Notify;

use crate::port::Shared;

/// How a queue port is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueOptions {
    /// The codec that the driver takes; what it gives may be in any.
    pub codec: Codec,
    /// Frames that either ring holds.
    pub room: usize,
    /// Give frames of the driver on one by one at this distance, for drivers that hand them over in bursts;
    /// `None` gives each on at once.
    pub pace: Option<Duration>,
}

impl QueueOptions {
    /// A second of frames of 20 ms in `codec`, given on at once.
    #[must_use]
    pub fn new(codec: Codec) -> Self {
        Self { codec, room: 50, pace: None }
    }
}

/// What goes through a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueItem {
    /// Sound, as RTP carries it.
    Frame {
        /// Its codec.
        codec: Codec,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// A key goes down.
    DigitBegin {
        /// The key.
        digit: char,
    },
    /// A key is released.
    DigitEnd {
        /// The key.
        digit: char,
        /// How long it was down.
        duration: Duration,
    },
}

/// Why a queue does not take a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The port is closed.
    #[error("the media port is closed")]
    Closed,
    /// Frames come faster than they go on.
    #[error("the media port's frame queue is full")]
    Full,
}

/// The driver's end of a queue port.
#[derive(Debug)]
pub struct QueueEnd {
    inner: Arc<QueueInner>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct QueueInner {
    pub(crate) codec: Codec,
    pub(crate) pace: Option<Duration>,
    pub(crate) to_driver: ArrayQueue<QueueItem>,
    pub(crate) from_driver: ArrayQueue<QueueItem>,
    /// Buffers that go round, so that a frame costs no allocation.
    pub(crate) spare: ArrayQueue<Vec<u8>>,
    pub(crate) arrived: Notify,
    pub(crate) closed: AtomicBool,
    /// Frames that the driver did not take in time.
    pub(crate) lost: AtomicU64,
}

impl QueueInner {
    pub(crate) fn new(options: QueueOptions) -> Self {
        let room = options.room.max(1);
        Self {
            codec: options.codec,
            pace: options.pace,
            to_driver: ArrayQueue::new(room),
            from_driver: ArrayQueue::new(room),
            spare: ArrayQueue::new(room * 2),
            arrived: Notify::new(),
            closed: AtomicBool::new(false),
            lost: AtomicU64::new(0),
        }
    }

    /// Gives the driver something; `false` if it is behind, and then it is lost.
    pub(crate) fn give(&self, item: QueueItem) -> bool {
        let given = self.to_driver.push(item).is_ok();
        if given {
            self.arrived.notify_one();
        } else {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        given
    }

    pub(crate) fn give_frame(&self, codec: Codec, payload: &[u8]) -> bool {
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        bytes.extend_from_slice(payload);
        self.give(QueueItem::Frame { codec, bytes })
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.arrived.notify_one();
    }
}

impl QueueEnd {
    pub(crate) fn new(inner: Arc<QueueInner>, shared: Arc<Shared>) -> Self {
        Self { inner, shared }
    }

    /// Gives sound to the engine, as if it came from the network.
    ///
    /// # Errors
    /// [`QueueError::Full`] if the engine is behind, [`QueueError::Closed`] after the port.
    pub fn send(&self, codec: Codec, payload: &[u8]) -> Result<(), QueueError> {
        let mut bytes = self.inner.spare.pop().unwrap_or_default();
        bytes.clear();
        bytes.extend_from_slice(payload);
        self.put(QueueItem::Frame { codec, bytes })
    }

    /// Gives a digit or a frame to the engine.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn put(&self, item: QueueItem) -> Result<(), QueueError> {
        if self.inner.closed.load(Ordering::Acquire) {
            return Err(QueueError::Closed);
        }
        self.inner.from_driver.push(item).map_err(|_| QueueError::Full)?;
        self.shared.ring();
        Ok(())
    }

    /// The next item for the driver; `None` once the port is closed. Cancel safe.
    pub async fn recv(&mut self) -> Option<QueueItem> {
        loop {
            if let Some(item) = self.inner.to_driver.pop() {
                return Some(item);
            }
            if self.inner.closed.load(Ordering::Acquire) {
                return self.inner.to_driver.pop();
            }
            self.inner.arrived.notified().await;
        }
    }

    /// The next item for the driver, if there is one already.
    pub fn try_recv(&mut self) -> Option<QueueItem> {
        self.inner.to_driver.pop()
    }

    /// Gives the memory of a frame back, so that the next ones cost no allocation.
    pub fn recycle(&self, item: QueueItem) {
        if let QueueItem::Frame { bytes, .. } = item {
            // With enough buffers on their way round this one is let go.
            let _ = self.inner.spare.push(bytes);
        }
    }

    /// Frames that the driver did not take in time.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.inner.lost.load(Ordering::Relaxed)
    }
}
