//! All live bridges.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bridge::Bridge;

/// The table, by id.
#[derive(Default)]
pub struct Bridges(Mutex<BTreeMap<Arc<str>, Bridge>>);

impl Bridges {
    fn map(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Bridge>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, bridge: Bridge) {
        self.map().insert(bridge.id().clone(), bridge);
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
