//! What waits for a worker: bounded, and what belongs to live calls apart from what begins new ones.

use bytes::Bytes;
use obelus_sip::Flow;
use tokio::sync::mpsc;

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
    (Queue { live: live_sender, new: new_sender, orders: order_sender }, Inbox { live, new, orders })
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
        queue.try_send(packet).map_err(|error| match error {
            mpsc::error::TrySendError::Full(packet) | mpsc::error::TrySendError::Closed(packet) => {
                Full(packet)
            }
        })
    }

    /// Tells the worker something; a worker that has ended does nothing.
    pub(crate) fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }
}
