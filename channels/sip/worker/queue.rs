//! What waits for a worker: bounded, and what belongs to live calls apart from what begins new ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use obelus_core::gauge::{Gauge, Reading};
use obelus_sip::Flow;
use tokio::sync::{mpsc, oneshot};

use super::order::Order;

/// Messages of live calls that may wait.
const LIVE: usize = 16_384;

/// Messages that begin something new that may wait: a tenth of a second's work.
const NEW: usize = 2048;

/// A message from the network.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) flow: Flow,
    pub(crate) bytes: Bytes,
}

/// How soon a message must be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// It ends, confirms or answers something.
    Live,
    /// It may begin something.
    New,
}

/// There is no room for this message.
#[derive(Debug)]
pub(crate) struct Full(pub(crate) Packet);

/// The way to a worker.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    live: mpsc::Sender<Packet>,
    new: mpsc::Sender<Packet>,
    /// Each leg has few orders outstanding, so their number is bounded by that of the calls.
    orders: mpsc::UnboundedSender<Order>,
    counts: Arc<Counts>,
}

/// What has come, and how much of it waited at the most.
#[derive(Debug, Default)]
struct Counts {
    taken: AtomicU64,
    deepest: AtomicU64,
}

/// A worker's end.
#[derive(Debug)]
pub(super) struct Inbox {
    pub(super) live: mpsc::Receiver<Packet>,
    pub(super) new: mpsc::Receiver<Packet>,
    pub(super) orders: mpsc::UnboundedReceiver<Order>,
}

pub(super) fn pair() -> (Queue, Inbox) {
    let (live_sender, live) = mpsc::channel(LIVE);
    let (new_sender, new) = mpsc::channel(NEW);
    let (order_sender, orders) = mpsc::unbounded_channel();
    let counts = Arc::default();
    let queue = Queue { live: live_sender, new: new_sender, orders: order_sender, counts };
    (queue, Inbox { live, new, orders })
}

impl Queue {
    /// A way that leads to no worker.
    #[cfg(test)]
    pub(crate) fn to_nobody() -> Queue {
        pair().0
    }

    /// Brings a message, unless there are too many already.
    pub(crate) fn offer(&self, urgency: Urgency, packet: Packet) -> Result<(), Full> {
        let queue = match urgency {
            Urgency::Live => &self.live,
            Urgency::New => &self.new,
        };
        self.counts.taken.fetch_add(1, Ordering::Relaxed);
        self.counts.deepest.fetch_max(self.waiting() + 1, Ordering::Relaxed);
        queue.try_send(packet).map_err(|error| match error {
            mpsc::error::TrySendError::Full(packet) | mpsc::error::TrySendError::Closed(packet) => {
                Full(packet)
            }
        })
    }

    /// Messages that wait.
    fn waiting(&self) -> u64 {
        let waiting = |queue: &mpsc::Sender<Packet>| queue.max_capacity() - queue.capacity();
        (waiting(&self.live) + waiting(&self.new)) as u64
    }

    /// Tells the worker something; a worker that has ended does nothing.
    pub(crate) fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }
}

/// A worker's queue for those who look how full it is.
pub(super) struct QueueGauge {
    name: String,
    queue: Queue,
}

impl QueueGauge {
    pub(super) fn new(number: usize, queue: Queue) -> QueueGauge {
        QueueGauge { name: format!("pjsip/worker-{number}"), queue }
    }
}

#[async_trait]
impl Gauge for QueueGauge {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&self) -> Reading {
        let waiting = self.queue.waiting();
        let taken = self.queue.counts.taken.load(Ordering::Relaxed);
        Reading {
            processed: taken.saturating_sub(waiting),
            waiting,
            deepest: self.queue.counts.deepest.load(Ordering::Relaxed),
            room: (LIVE + NEW) as u64,
            times: None,
        }
    }

    fn reset(&self) {
        self.queue.counts.taken.store(self.queue.waiting(), Ordering::Relaxed);
        self.queue.counts.deepest.store(0, Ordering::Relaxed);
    }

    async fn ping(&self) {
        let (answer, answered) = oneshot::channel();
        self.queue.order(Order::Numbers(answer));
        // A worker that has ended has no queue any more.
        let _ = answered.await;
    }
}
