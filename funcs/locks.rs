//! Named locks that channels hold, as often as they took them, until they give them back or end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obelus_core::channel::Channel;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// All locks that are held or waited for.
#[derive(Default)]
pub(crate) struct Locks(Mutex<HashMap<String, Lock>>);

#[derive(Default)]
struct Lock {
    /// The channel that holds it, and how often it took it.
    holder: Option<(u64, u32)>,
    /// Wakes one that waits; each of those holds a clone.
    freed: Arc<Notify>,
}

/// A lock as the console shows it.
pub(crate) struct Listed {
    pub(crate) name: String,
    /// The channel that holds it.
    pub(crate) holder: Option<u64>,
    /// The holder and those that wait.
    pub(crate) requesters: usize,
}

/// Kept by a channel that has taken a lock, so that it gives its locks back when it ends.
struct Holder {
    locks: Arc<Locks>,
    channel: u64,
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.locks.table().retain(|_, lock| {
            if lock.holder.is_some_and(|(holder, _)| holder == self.channel) {
                lock.free();
            }
            lock.is_needed()
        });
    }
}

impl Lock {
    fn free(&mut self) {
        self.holder = None;
        self.freed.notify_one();
    }

    fn is_needed(&self) -> bool {
        self.holder.is_some() || Arc::strong_count(&self.freed) > 1
    }
}

impl Locks {
    fn table(&self) -> MutexGuard<'_, HashMap<String, Lock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> Vec<Listed> {
        let table = self.table();
        let mut all: Vec<Listed> = table
            .iter()
            .map(|(name, lock)| Listed {
                name: name.clone(),
                holder: lock.holder.map(|(holder, _)| holder),
                requesters: usize::from(lock.holder.is_some()) + Arc::strong_count(&lock.freed) - 1,
            })
            .collect();
        drop(table);
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    /// Takes a lock, for which it waits so long at most; says whether it has it now.
    pub(crate) async fn take(
        self: &Arc<Self>,
        channel: &mut Channel,
        name: &str,
        patience: Duration,
    ) -> bool {
        let id = channel.handle().id();
        let deadline = Instant::now() + patience;
        while let Err(freed) = self.attempt(id, name) {
            if channel.meanwhile(timeout_at(deadline, freed.notified())).await.is_err() {
                drop(freed);
                self.tidy(name);
                return false;
            }
        }
        if channel.datastore.get::<Holder>().is_none() {
            channel.datastore.insert(Holder { locks: self.clone(), channel: id });
        }
        true
    }

    /// Takes a lock, or gives what to wait for.
    fn attempt(&self, channel: u64, name: &str) -> Result<(), Arc<Notify>> {
        let mut table = self.table();
        let lock = table.entry(name.to_owned()).or_default();
        match &mut lock.holder {
            None => lock.holder = Some((channel, 1)),
            Some((holder, times)) if *holder == channel => *times += 1,
            Some(_) => return Err(lock.freed.clone()),
        }
        Ok(())
    }

    /// Gives a lock back once; says whether the channel held it.
    pub(crate) fn give_back(&self, channel: &Channel, name: &str) -> bool {
        let mut table = self.table();
        let Some(lock) = table.get_mut(name) else { return false };
        match &mut lock.holder {
            Some((holder, times)) if *holder == channel.handle().id() => *times -= 1,
            _ => return false,
        }
        if lock.holder.is_some_and(|(_, times)| times == 0) {
            lock.free();
        }
        drop(table);
        self.tidy(name);
        true
    }

    /// Forgets a lock that nobody holds or waits for.
    fn tidy(&self, name: &str) {
        let mut table = self.table();
        if table.get(name).is_some_and(|lock| !lock.is_needed()) {
            table.remove(name);
        }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.table().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    const PATIENCE: Duration = Duration::from_secs(3);

    #[tokio::test(start_paused = true)]
    async fn a_lock_goes_from_one_channel_to_the_next() {
        let locks = Arc::new(Locks::default());
        let mut bench = Bench::new();
        let (mut second, _far) = bench.pbx.channel();
        assert!(locks.take(&mut bench.channel, "a", PATIENCE).await);
        assert!(locks.take(&mut bench.channel, "a", PATIENCE).await, "its holder may take it again");
        let began = Instant::now();
        assert!(!locks.take(&mut second, "a", PATIENCE).await);
        assert_eq!(began.elapsed(), PATIENCE);
        let (taken, ()) = tokio::join!(locks.take(&mut second, "a", PATIENCE), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert!(locks.give_back(&bench.channel, "a") && locks.give_back(&bench.channel, "a"));
        });
        assert!(taken && !locks.give_back(&bench.channel, "a"));
        assert!(locks.give_back(&second, "a") && locks.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_that_ends_gives_its_locks_back() {
        let locks = Arc::new(Locks::default());
        let mut bench = Bench::new();
        let (mut second, _far) = bench.pbx.channel();
        assert!(locks.take(&mut second, "a", PATIENCE).await && locks.take(&mut second, "b", PATIENCE).await);
        let (taken, ()) = tokio::join!(locks.take(&mut bench.channel, "a", PATIENCE), async { drop(second) });
        assert!(taken && locks.give_back(&bench.channel, "a") && locks.is_empty());
    }
}
