//! `database show`, `showkey`, `get`, `put`, `del` and `deltree`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::database::DatabaseError;

use crate::usage::usage;

fn failed(error: &DatabaseError) -> CliError {
    CliError::failed(error.to_string())
}

/// `family` and perhaps `keytree`, with a blank or a slash between them.
fn prefix(words: &[&str]) -> Option<String> {
    match words {
        [] => Some(String::new()),
        [family] => Some((*family).to_owned()),
        [family, tree] => Some(format!("{family}/{tree}")),
        _ => None,
    }
}

fn list<'a>(entries: impl Iterator<Item = &'a (String, String)>) -> String {
    let (mut text, mut count) = (String::new(), 0);
    for (key, value) in entries {
        let _ = writeln!(text, "{key:<50}: {value:<25}");
        count += 1;
    }
    let _ = writeln!(text, "{count} results found.");
    text
}

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "database show [<family>] [<keytree>]"
    }

    fn synopsis(&self) -> &'static str {
        "Shows database contents"
    }

    fn description(&self) -> &'static str {
        "Lists the whole database, or a family, or what is below a key of it."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let prefix = prefix(call.arguments()).ok_or_else(|| usage(self))?;
        let entries = call.core.database.entries(&prefix).await.map_err(|error| failed(&error))?;
        Ok(list(entries.iter()))
    }
}

pub(super) struct ShowKey;

#[async_trait]
impl CliCommand for ShowKey {
    fn syntax(&self) -> &'static str {
        "database showkey <keytree>"
    }

    fn synopsis(&self) -> &'static str {
        "Shows database contents"
    }

    fn description(&self) -> &'static str {
        "Lists the entries of all families that have this key."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [key] = call.arguments() else { return Err(usage(self)) };
        let end = format!("/{}", key.trim_start_matches('/'));
        let entries = call.core.database.entries("").await.map_err(|error| failed(&error))?;
        Ok(list(entries.iter().filter(|entry| entry.0.ends_with(&end))))
    }
}

pub(super) struct Get;

#[async_trait]
impl CliCommand for Get {
    fn syntax(&self) -> &'static str {
        "database get <family> <key>"
    }

    fn synopsis(&self) -> &'static str {
        "Gets database value"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [family, key] = call.arguments() else { return Err(usage(self)) };
        match call.core.database.get(family, key).await.map_err(|error| failed(&error))? {
            Some(value) => Ok(format!("Value: {value}\n")),
            None => Err(CliError::failed("Database entry not found.")),
        }
    }
}

pub(super) struct Put;

#[async_trait]
impl CliCommand for Put {
    fn syntax(&self) -> &'static str {
        "database put <family> <key> <value>"
    }

    fn synopsis(&self) -> &'static str {
        "Adds/updates database value"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [family, key, value] = call.arguments() else { return Err(usage(self)) };
        let put = call.core.database.put(family, key, value).await;
        put.map_err(|error| CliError::failed(format!("Failed to update entry: {error}")))?;
        Ok("Updated database successfully\n".to_owned())
    }
}

pub(super) struct Del;

#[async_trait]
impl CliCommand for Del {
    fn syntax(&self) -> &'static str {
        "database del <family> <key>"
    }

    fn synopsis(&self) -> &'static str {
        "Removes database key/value"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [family, key] = call.arguments() else { return Err(usage(self)) };
        match call.core.database.delete(family, key).await.map_err(|error| failed(&error))? {
            true => Ok("Database entry removed.\n".to_owned()),
            false => Err(CliError::failed("Database entry could not be removed.")),
        }
    }
}

pub(super) struct DelTree;

#[async_trait]
impl CliCommand for DelTree {
    fn syntax(&self) -> &'static str {
        "database deltree <family> [<keytree>]"
    }

    fn synopsis(&self) -> &'static str {
        "Removes database keytree/values"
    }

    fn description(&self) -> &'static str {
        "Removes a family, or what is below a key of it."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if call.arguments().is_empty() {
            return Err(usage(self));
        }
        let prefix = prefix(call.arguments()).ok_or_else(|| usage(self))?;
        match call.core.database.delete_tree(&prefix).await.map_err(|error| failed(&error))? {
            0 => Ok("Database entries do not exist.\n".to_owned()),
            count => Ok(format!("{count} database entries removed.\n")),
        }
    }
}
