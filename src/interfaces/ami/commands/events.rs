//! `manager show events` and `manager show event`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::usage;
use crate::events::CATALOGUE;

/// How many names stand in a row.
const COLUMNS: usize = 3;

pub(super) struct ShowEvents;

#[async_trait]
impl CliCommand for ShowEvents {
    fn syntax(&self) -> &'static str {
        "manager show events"
    }

    fn synopsis(&self) -> &'static str {
        "List manager interface events"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let mut names: Vec<&str> = CATALOGUE.iter().map(|event| event.0).collect();
        names.sort_unstable();
        let mut text = "Events:\n".to_owned();
        text.push_str("  --------------------  --------------------  --------------------\n");
        for row in names.chunks(COLUMNS) {
            for name in row {
                let _ = write!(text, "  {name:<20.20}");
            }
            text.push('\n');
        }
        text.push('\n');
        Ok(text)
    }
}

pub(super) struct ShowEvent;

#[async_trait]
impl CliCommand for ShowEvent {
    fn syntax(&self) -> &'static str {
        "manager show event <event>"
    }

    fn synopsis(&self) -> &'static str {
        "Show a manager interface event"
    }

    fn complete(&self, _core: &Core, _words: &[&str]) -> Vec<String> {
        CATALOGUE.iter().map(|event| event.0.to_owned()).collect()
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let Some((name, class, about)) = CATALOGUE.iter().find(|event| event.0.eq_ignore_ascii_case(name))
        else {
            return Err(CliError::failed(format!("Could not find event '{name}'")));
        };
        Ok(format!("Event: {name}\n[Synopsis]\n{about}\n\n[Privilege]\n{class}\n\n"))
    }
}
