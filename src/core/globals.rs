//! Global variables: `[globals]` and `GLOBAL(…)`.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The global variables.
#[derive(Debug, Default)]
pub struct Globals(RwLock<BTreeMap<String, Arc<str>>>);

impl Globals {
    /// The value.
    pub fn get(&self, name: &str) -> Option<Arc<str>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Sets a value.
    pub fn set(&self, name: &str, value: impl Into<Arc<str>>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.into());
    }

    /// Deletes a variable; says whether it was there.
    pub fn remove(&self, name: &str) -> bool {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(name).is_some()
    }

    /// Deletes all.
    pub fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// All of them by name.
    pub fn all(&self) -> Vec<(String, Arc<str>)> {
        let map = self.0.read().unwrap_or_else(PoisonError::into_inner);
        map.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}
