//! `family/key`, as the functions that read and write the database take it.

use obelus_core::channel::Channel;
use obelus_core::database::DatabaseError;
use obelus_core::dialplan::split_arguments_at;
use obelus_core::function::FunctionError;

/// A key of the database.
pub(crate) struct Entry {
    pub(crate) family: String,
    pub(crate) key: String,
}

impl Entry {
    /// Splits at the first slash.
    pub(crate) fn parse(text: &str) -> Result<Entry, FunctionError> {
        match split_arguments_at(text, b'/', 2).as_slice() {
            [family, key] => Ok(Entry { family: family.to_string(), key: key.to_string() }),
            _ => Err(FunctionError::arguments(format!("write family/key, not `{text}`"))),
        }
    }

    /// The value, if there is one.
    pub(crate) async fn get(&self, channel: &Channel) -> Result<Option<String>, FunctionError> {
        let database = &channel.core().database;
        database.get(&self.family, &self.key).await.map_err(|error| failed(&error))
    }
}

/// The database's error as a function's.
pub(crate) fn failed(error: &DatabaseError) -> FunctionError {
    FunctionError::failed(error.to_string())
}

/// The names directly below a family, each once, in the database's order.
pub(crate) async fn keys_below(channel: &Channel, family: &str) -> Result<Vec<String>, FunctionError> {
    let prefix = family.trim_matches('/');
    let entries = channel.core().database.entries(prefix).await.map_err(|error| failed(&error))?;
    let mut keys: Vec<String> = Vec::new();
    for (path, _) in &entries {
        let below = path.trim_start_matches('/').get(prefix.len()..).unwrap_or("").trim_start_matches('/');
        let key = below.split('/').next().unwrap_or("");
        if keys.last().is_none_or(|last| !last.eq_ignore_ascii_case(key)) {
            keys.push(key.to_owned());
        }
    }
    Ok(keys)
}
