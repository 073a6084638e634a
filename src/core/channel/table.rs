//! All live channels, by number, name, unique id and device.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::channel::{ChannelHandle, ChannelState};
use crate::device_state::ChannelCounts;

/// The table; locked for a moment when a channel comes, goes or is looked for.
pub struct Channels {
    index: Mutex<Index>,
    next_id: AtomicU64,
    processed: AtomicU64,
    processed_calls: AtomicU64,
    active: watch::Sender<usize>,
}

#[derive(Default)]
struct Index {
    by_id: BTreeMap<u64, ChannelHandle>,
    by_name: HashMap<Arc<str>, u64>,
    by_unique_id: HashMap<Arc<str>, u64>,
    by_device: HashMap<Box<str>, Vec<u64>>,
}

impl Index {
    fn forget_name(&mut self, channel: &ChannelHandle) {
        if self.by_name.get(channel.name()) == Some(&channel.id()) {
            self.by_name.remove(channel.name());
        }
        if let Some(ids) = self.by_device.get_mut(channel.device()) {
            ids.retain(|id| *id != channel.id());
            if ids.is_empty() {
                self.by_device.remove(channel.device());
            }
        }
    }
}

impl Default for Channels {
    fn default() -> Channels {
        Channels {
            index: Mutex::default(),
            next_id: AtomicU64::new(0),
            processed: AtomicU64::new(0),
            processed_calls: AtomicU64::new(0),
            active: watch::Sender::new(0),
        }
    }
}

impl Channels {
    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a new channel.
    pub(crate) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn add(&self, channel: ChannelHandle) {
        self.processed.fetch_add(1, Ordering::Relaxed);
        if !channel.facts().outgoing {
            self.processed_calls.fetch_add(1, Ordering::Relaxed);
        }
        let mut index = self.index();
        let id = channel.id();
        index.by_name.insert(channel.name().clone(), id);
        index.by_unique_id.insert(channel.unique_id().clone(), id);
        index.by_device.entry(channel.device().into()).or_default().push(id);
        index.by_id.insert(id, channel);
        self.active.send_replace(index.by_id.len());
    }

    /// Gives a channel another name.
    pub(super) fn rename(&self, channel: &ChannelHandle, name: Arc<str>, technology: &'static str) {
        let mut index = self.index();
        let id = channel.id();
        // Whoever is in no table is renamed only.
        if !index.by_id.contains_key(&id) {
            return channel.rename(name, technology);
        }
        index.forget_name(channel);
        channel.rename(name, technology);
        index.by_name.insert(channel.name().clone(), id);
        index.by_device.entry(channel.device().into()).or_default().push(id);
    }

    pub(crate) fn remove(&self, channel: &ChannelHandle) {
        let mut index = self.index();
        index.by_id.remove(&channel.id());
        index.by_unique_id.remove(channel.unique_id());
        index.forget_name(channel);
        self.active.send_replace(index.by_id.len());
    }

    /// The channel of this name or unique id; names are compared without case.
    pub fn find(&self, name: &str) -> Option<ChannelHandle> {
        let index = self.index();
        let id = index.by_name.get(name).or_else(|| index.by_unique_id.get(name)).copied();
        let id = id.or_else(|| {
            index.by_name.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, id)| *id)
        });
        index.by_id.get(&id?).cloned()
    }

    /// All channels, oldest first.
    pub fn all(&self) -> Vec<ChannelHandle> {
        self.index().by_id.values().cloned().collect()
    }

    /// The channels of a device such as `PJSIP/1001`.
    pub fn of_device(&self, device: &str) -> Vec<ChannelHandle> {
        let index = self.index();
        let ids = index.by_device.get(device).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| index.by_id.get(id).cloned()).collect()
    }

    /// What the channels of a device say of it.
    pub fn counts(&self, device: &str) -> ChannelCounts {
        let mut counts = ChannelCounts::default();
        for channel in self.of_device(device) {
            let facts = channel.facts();
            match facts.state {
                ChannelState::Down | ChannelState::Reserved => {}
                ChannelState::Ringing => counts.ringing += 1,
                _ => {
                    counts.in_use += 1;
                    counts.on_hold += usize::from(facts.on_hold);
                }
            }
        }
        counts
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        *self.active.borrow()
    }

    /// How many there have been since the start.
    pub fn processed(&self) -> u64 {
        self.processed.load(Ordering::Relaxed)
    }

    /// How many calls there are: channels that the PBX has not made itself.
    pub fn calls(&self) -> usize {
        self.all().iter().filter(|channel| !channel.facts().outgoing).count()
    }

    /// How many calls there have been since the start.
    pub fn processed_calls(&self) -> u64 {
        self.processed_calls.load(Ordering::Relaxed)
    }

    /// Waits until the last one is gone.
    pub async fn wait_until_none(&self) {
        let _ = self.active.subscribe().wait_for(|count| *count == 0).await;
    }
}
