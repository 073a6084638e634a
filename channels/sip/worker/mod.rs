//! The workers: each owns a user agent and everything of the calls whose Call-IDs are its.
//!
//! A worker is one task. It takes messages, what legs want, and the time; lets the user agent make of them what
//! SIP makes of them; decides; and sends. Workers share nothing but look-ups.

mod admission;
mod asked_transfer;
mod call;
mod changes;
mod commands;
mod direct;
mod ended;
mod incoming;
mod order;
mod outgoing;
mod profiles;
mod queue;
mod replacing;
mod requests;
mod run;
mod session;
mod transfer;

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use obelus_core::gauge::Gauge;
use obelus_sip::Flow;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) use call::CallKey;
pub(crate) use order::{NewCall, Order, Request};
pub(crate) use profiles::credential;
pub(crate) use queue::{Full, Packet, Queue, Urgency};

use crate::authenticate::SharedKey;
use crate::driver::Driver;
use queue::QueueGauge;
use run::Worker;

/// All workers.
pub struct Crew {
    queues: Vec<Queue>,
    hash: RandomState,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// How full the queues are; here so that they live as long as the crew.
    _gauges: Vec<Arc<dyn Gauge>>,
}

impl Crew {
    /// Starts so many workers.
    pub fn start(driver: &Arc<Driver>, count: usize) -> Arc<Crew> {
        let key = SharedKey::new(driver.core.random.key());
        let (queues, inboxes): (Vec<_>, Vec<_>) = (0..count.max(1)).map(|_| queue::pair()).unzip();
        let gauges = queues.iter().enumerate().map(|(number, queue): (usize, &Queue)| {
            let gauge: Arc<dyn Gauge> = Arc::new(QueueGauge::new(number, queue.clone()));
            driver.core.gauges.add(&gauge);
            gauge
        });
        let gauges = gauges.collect();
        let crew = Crew { queues, hash: RandomState::new(), tasks: Mutex::default(), _gauges: gauges };
        let tasks = inboxes.into_iter().zip(&crew.queues).map(|(inbox, queue)| {
            let worker = Worker::new(driver.clone(), queue.clone(), key.clone(), driver.core.random.key());
            tokio::spawn(worker.run(inbox))
        });
        let tasks = tasks.collect();
        *crew.tasks.lock().unwrap_or_else(PoisonError::into_inner) = tasks;
        Arc::new(crew)
    }

    /// The worker that owns the call of this Call-ID.
    pub(crate) fn owner_of(&self, call_id: &[u8]) -> &Queue {
        let count = self.queues.len() as u64;
        let index = self.hash.hash_one(call_id) % count.max(1);
        // There is at least one, and the remainder is below their number.
        #[allow(clippy::indexing_slicing, reason = "the remainder of a division by the length")]
        &self.queues[index as usize]
    }

    /// Tells everybody.
    fn tell(&self, order: impl Fn() -> Order) {
        self.queues.iter().for_each(|queue| queue.order(order()));
    }

    /// What was under way on a connection, or to an address, fails.
    pub(crate) fn flow_failed(&self, flow: Flow) {
        self.tell(|| Order::FlowFailed(flow));
    }

    /// The configuration or the transports have changed.
    pub fn reconfigure(&self) {
        self.tell(|| Order::Reconfigure);
    }

    /// Numbers of the stack, and how full it is: one entry for each worker.
    pub async fn numbers(&self) -> Vec<(obelus_sip::ua::Counters, obelus_sip::ua::Load)> {
        let mut numbers = Vec::with_capacity(self.queues.len());
        for queue in &self.queues {
            let (answer, answered) = oneshot::channel();
            queue.order(Order::Numbers(answer));
            numbers.extend(answered.await.ok());
        }
        numbers
    }

    /// Ends all workers; what they still have to send is sent.
    pub async fn stop(&self) {
        self.tell(|| Order::Stop);
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            // A task that failed has said so already.
            let _ = task.await;
        }
    }
}
