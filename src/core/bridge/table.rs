//! All live bridges.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bridge::{Bridge, Technologies};

/// The table, by id.
#[derive(Default)]
pub struct Bridges {
    map: Mutex<BTreeMap<Arc<str>, Bridge>>,
    optimizations: Mutex<u32>,
    /// The ways in which channels are joined.
    pub technologies: Technologies,
}

impl Bridges {
    fn map(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Bridge>> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many times a Local channel has left a call; held while one does.
    pub(super) fn optimizations(&self) -> MutexGuard<'_, u32> {
        self.optimizations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, bridge: Bridge) {
        self.map().insert(bridge.id().clone(), bridge);
    }

    /// The bridge of this kind that is there, or a new one; says whether it is new.
    pub(super) fn find_or_add(
        &self,
        is_wanted: impl Fn(&Bridge) -> bool,
        make: impl FnOnce() -> Bridge,
    ) -> (Bridge, bool) {
        let mut map = self.map();
        if let Some(bridge) = map.values().find(|bridge| is_wanted(bridge)) {
            return (bridge.clone(), false);
        }
        let bridge = make();
        map.insert(bridge.id().clone(), bridge.clone());
        (bridge, true)
    }

    pub(super) fn remove(&self, id: &str) -> bool {
        self.map().remove(id).is_some()
    }

    /// The bridge of this id.
    pub fn find(&self, id: &str) -> Option<Bridge> {
        self.map().get(id).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Bridge> {
        self.map().values().cloned().collect()
    }
}
