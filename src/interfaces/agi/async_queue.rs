//! The commands that wait for a channel with Async AGI.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use obelus_core::channel::Channel;
use tokio::sync::Notify;

/// How many commands may wait for one channel.
const MOST: usize = 1000;

/// One command from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// The line, as a program would send it.
    pub(super) line: String,
    /// By what the sender knows it; empty for nothing.
    pub(super) id: String,
}

/// The commands of one channel, in their order.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<VecDeque<Command>>,
    more: Notify,
}

/// The queues of all channels that have, or had, Async AGI, by the number of the channel.
#[derive(Default)]
pub(super) struct Queues(Arc<Mutex<HashMap<u64, Arc<Queue>>>>);

/// A channel's queue, kept with the channel: what comes between two runs waits for the second.
struct Kept {
    queues: Weak<Mutex<HashMap<u64, Arc<Queue>>>>,
    channel: u64,
    queue: Arc<Queue>,
}

impl Queues {
    /// The channel's queue, which it gets with its first Async AGI.
    pub(super) fn of(&self, channel: &mut Channel) -> Arc<Queue> {
        let id = channel.handle().id();
        let kept = channel.datastore.get_or_insert_with(|| {
            let queue = Arc::new(Queue::default());
            locked(&self.0).insert(id, queue.clone());
            Kept { queues: Arc::downgrade(&self.0), channel: id, queue }
        });
        kept.queue.clone()
    }

    /// Adds a command; `false` if the channel has no queue, or no room in it.
    pub(super) fn add(&self, channel: u64, command: Command) -> bool {
        let queue = locked(&self.0).get(&channel).cloned();
        queue.is_some_and(|queue| queue.push(command))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(queues) = self.queues.upgrade() {
            locked(&queues).remove(&self.channel);
        }
    }
}

impl Queue {
    fn push(&self, command: Command) -> bool {
        let mut waiting = locked(&self.waiting);
        if waiting.len() >= MOST {
            return false;
        }
        waiting.push_back(command);
        drop(waiting);
        self.more.notify_one();
        true
    }

    /// The next command. Cancel safe.
    pub(super) async fn next(&self) -> Command {
        loop {
            if let Some(command) = locked(&self.waiting).pop_front() {
                return command;
            }
            self.more.notified().await;
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use obelus_core::testing::TestPbx;

    use super::*;

    fn command(line: &str) -> Command {
        Command { line: line.to_owned(), id: String::new() }
    }

    #[tokio::test(start_paused = true)]
    async fn commands_wait_for_the_channel_until_it_ends() {
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, _far) = pbx.channel();
        let (queues, id) = (Queues::default(), channel.handle().id());
        assert!(!queues.add(id, command("NOOP")), "it never had Async AGI");
        let queue = queues.of(&mut channel);
        assert!(queues.add(id, command("ANSWER")) && queues.add(id, command("HANGUP")));
        assert!(Arc::ptr_eq(&queue, &queues.of(&mut channel)));
        assert_eq!((queue.next().await, queue.next().await), (command("ANSWER"), command("HANGUP")));
        drop(channel);
        assert!(!queues.add(id, command("NOOP")));
    }

    #[test]
    fn a_queue_has_an_end() {
        let queue = Queue::default();
        assert_eq!((0..=MOST).filter(|_| queue.push(command("NOOP"))).count(), MOST);
    }
}
