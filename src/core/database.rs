//! The key store that survives a restart (Asterisk's AstDB): families, keys, values.

use async_trait::async_trait;

/// Where keys and values live; `family` may contain slashes.
#[async_trait]
pub trait Database: Send + Sync {
    /// The value, `None` where there is none.
    async fn get(&self, family: &str, key: &str) -> Result<Option<String>, DatabaseError>;

    /// Sets a value; when this returns, the value is read back by everybody, and on disk a moment later.
    async fn put(&self, family: &str, key: &str, value: &str) -> Result<(), DatabaseError>;

    /// Deletes a key; says whether it was there.
    async fn delete(&self, family: &str, key: &str) -> Result<bool, DatabaseError>;

    /// Deletes a family and what is below it (`prefix` and `prefix/…`); returns how many entries went.
    async fn delete_tree(&self, prefix: &str) -> Result<usize, DatabaseError>;

    /// All entries at and below `prefix` as (`/family/key`, value), sorted; everything for an empty prefix.
    async fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, DatabaseError>;

    /// Sets a value soon, without waiting: for what must not delay a call. Says whether the queue took it.
    fn put_soon(&self, family: &str, key: &str, value: String) -> bool;

    /// Deletes a key soon, without waiting.
    fn delete_soon(&self, family: &str, key: &str) -> bool;

    /// Waits until everything accepted so far is on disk.
    async fn flush(&self) -> Result<(), DatabaseError>;
}

/// Why the database did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// Its queue is full: the disk is too slow.
    #[error("the database is too busy")]
    Busy,
    /// SQLite said no.
    #[error("database: {0}")]
    Failed(String),
}

/// A database that forgets everything at the end: for tests and for trying a dialplan.
#[derive(Default)]
pub struct MemoryDatabase(std::sync::Mutex<std::collections::BTreeMap<String, String>>);

impl MemoryDatabase {
    fn map(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The path of an entry: `/family/key`.
pub fn path(family: &str, key: &str) -> String {
    format!("/{}/{}", family.trim_matches('/'), key)
}

/// Whether the entry at `path` is at or below `prefix`.
pub fn is_below(path: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_matches('/');
    let rest = path.trim_start_matches('/').strip_prefix(prefix);
    prefix.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[async_trait]
impl Database for MemoryDatabase {
    async fn get(&self, family: &str, key: &str) -> Result<Option<String>, DatabaseError> {
        Ok(self.map().get(&path(family, key)).cloned())
    }

    async fn put(&self, family: &str, key: &str, value: &str) -> Result<(), DatabaseError> {
        self.map().insert(path(family, key), value.to_owned());
        Ok(())
    }

    async fn delete(&self, family: &str, key: &str) -> Result<bool, DatabaseError> {
        Ok(self.map().remove(&path(family, key)).is_some())
    }

    async fn delete_tree(&self, prefix: &str) -> Result<usize, DatabaseError> {
        let mut map = self.map();
        let before = map.len();
        map.retain(|path, _| !is_below(path, prefix));
        Ok(before - map.len())
    }

    async fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, DatabaseError> {
        let map = self.map();
        Ok(map
            .iter()
            .filter(|(path, _)| is_below(path, prefix))
            .map(|(p, v)| (p.clone(), v.clone()))
            .collect())
    }

    fn put_soon(&self, family: &str, key: &str, value: String) -> bool {
        self.map().insert(path(family, key), value);
        true
    }

    fn delete_soon(&self, family: &str, key: &str) -> bool {
        self.map().remove(&path(family, key));
        true
    }

    async fn flush(&self) -> Result<(), DatabaseError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_family_is_a_tree() {
        let database = MemoryDatabase::default();
        for (family, key) in [("cidname", "1001"), ("cidname/work", "1002"), ("cidnames", "1")] {
            database.put(family, key, "x").await.expect("memory");
        }
        assert_eq!(database.entries("cidname").await.expect("memory").len(), 2);
        assert_eq!(database.delete_tree("cidname").await, Ok(2));
        assert_eq!(database.get("cidnames", "1").await, Ok(Some("x".to_owned())));
    }
}
