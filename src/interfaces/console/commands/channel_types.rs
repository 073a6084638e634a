//! `core show channeltypes` and `core show channeltype`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

pub(super) struct ShowChannelTypes;

#[async_trait]
impl CliCommand for ShowChannelTypes {
    fn syntax(&self) -> &'static str {
        "core show channeltypes"
    }

    fn synopsis(&self) -> &'static str {
        "List available channel types"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let mut text =
            row("Type", "Description", ["Devicestate", "Presencestate", "Indications", "Transfer"]);
        let line = "-------------";
        text.push_str(&row(line, line, [line; 4]));
        let registry = call.core.registry();
        let mut techs: Vec<_> = registry.techs().collect();
        techs.sort_by_key(|tech| tech.name());
        for tech in &techs {
            // The traits of a technology are the same for all: state, indications and transfer are part of them.
            text.push_str(&row(tech.name(), tech.description(), ["yes", "no", "yes", "yes"]));
        }
        let _ = writeln!(text, "----------\n{} channel drivers registered.", techs.len());
        Ok(text)
    }
}

fn row(name: &str, description: &str, [device, presence, indications, transfer]: [&str; 4]) -> String {
    format!(
        "{name:<15.15}  {description:<40.40} {device:<13.13} {presence:<13.13} {indications:<13.13} {transfer:<13.13}\n"
    )
}

pub(super) struct ShowChannelType;

#[async_trait]
impl CliCommand for ShowChannelType {
    fn syntax(&self) -> &'static str {
        "core show channeltype <type>"
    }

    fn synopsis(&self) -> &'static str {
        "Give more details on that channel type"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => core.registry().techs().map(|tech| tech.name().to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let registry = call.core.registry();
        let unknown = || CliError::failed(format!("\n{name} is not a registered channel driver."));
        let tech = registry.tech(name).ok_or_else(unknown)?;
        Ok(format!(
            "-- Info about channel driver: {} --\n   Description: {}\n  Device State: yes\nPresence State: no\n    \
             Indication: yes\n     Transfer : yes\n   Digit Begin: yes\n     Digit End: yes\n  Text Support: yes\n",
            tech.name(),
            tech.description()
        ))
    }
}
