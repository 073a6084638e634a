//! `bridge technology show` and `bridge technology suspend|unsuspend`.

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "bridge technology show"
    }

    fn synopsis(&self) -> &'static str {
        "List registered bridge technologies"
    }

    fn description(&self) -> &'static str {
        "Lists the ways in which channels are joined: of those that fit and are not suspended, the one with the highest\n\
         priority is taken."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let mut text = row("Name", "Type", "Priority", "Suspended");
        for (technology, suspended) in call.core.bridges.technologies.all() {
            let suspended = if suspended { "Yes" } else { "No" };
            text.push_str(&row(
                technology.name,
                technology.kind,
                &technology.priority.to_string(),
                suspended,
            ));
        }
        Ok(text)
    }
}

fn row(name: &str, kind: &str, priority: &str, suspended: &str) -> String {
    format!("{name:<20} {kind:<20} {priority:>8} {suspended}\n")
}

/// Both directions of it.
pub(super) struct Suspend {
    pub(super) suspend: bool,
}

#[async_trait]
impl CliCommand for Suspend {
    fn syntax(&self) -> &'static str {
        if self.suspend { "bridge technology suspend <name>" } else { "bridge technology unsuspend <name>" }
    }

    fn synopsis(&self) -> &'static str {
        if self.suspend { "Suspend a bridge technology" } else { "Unsuspend a bridge technology" }
    }

    fn description(&self) -> &'static str {
        "While native_rtp is suspended no two telephones send their audio to each other. The others cannot be\n\
         suspended, since nothing else does what they do."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => core.bridges.technologies.all().map(|row| row.0.name.to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let word = if self.suspend { "Suspended" } else { "Unsuspended" };
        match call.core.bridges.technologies.suspend(name, self.suspend) {
            Ok(()) => Ok(format!("{word} bridge technology '{name}'\n")),
            Err(error) => Err(CliError::failed(format!("Bridge technology '{name}' {error}"))),
        }
    }
}
