//! `presencestate list` and `presencestate change`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::presence_state::custom_name;

use crate::usage::usage;

const LINE: &str = "---------------------------------------------------------------------\n";

/// What a person may say.
const STATES: [&str; 7] = ["NOT_SET", "UNAVAILABLE", "AVAILABLE", "AWAY", "XA", "CHAT", "DND"];

pub(super) struct List;

#[async_trait]
impl CliCommand for List {
    fn syntax(&self) -> &'static str {
        "presencestate list"
    }

    fn synopsis(&self) -> &'static str {
        "List currently know custom presence states"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let title = "--- Custom Presence States ------------------------------------------\n";
        let mut text = format!("\n{LINE}{title}{LINE}---\n");
        let presences =
            call.core.custom_presences().await.map_err(|error| CliError::failed(error.to_string()))?;
        if presences.is_empty() {
            text.push_str("No custom presence states defined\n");
            return Ok(text);
        }
        for (name, presence) in presences {
            let _ = write!(
                text,
                "--- Name: '{name}'\n    --- State: '{}'\n    --- Subtype: '{}'\n    --- Message: '{}'\n",
                presence.state.word(),
                presence.subtype,
                presence.message
            );
            text.push_str("---\n");
        }
        let _ = writeln!(text, "{LINE}{LINE}");
        Ok(text)
    }
}

pub(super) struct Change;

#[async_trait]
impl CliCommand for Change {
    fn syntax(&self) -> &'static str {
        "presencestate change <entity> <state>[,<subtype>[,message[,options]]]"
    }

    fn synopsis(&self) -> &'static str {
        "Change a custom presence state"
    }

    fn description(&self) -> &'static str {
        "Sets a presence such as CustomPresence:mypresencestate1 to NOT_SET, UNAVAILABLE, AVAILABLE, AWAY, XA, CHAT or DND;\n\
         with the option e subtype and message come in Base64."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            2 => vec!["CustomPresence:".to_owned()],
            3 => STATES.iter().map(|state| (*state).to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [entity, state] = call.arguments() else { return Err(usage(self)) };
        let only = "The presencestate command can only be used to set 'CustomPresence:' presence state!";
        let name = custom_name(entity).ok_or_else(|| CliError::failed(only))?;
        if name.is_empty() {
            return Err(usage(self));
        }
        let set = call.core.set_custom_presence(name, state).await;
        set.map_err(|error| CliError::failed(error.to_string()))?;
        Ok(format!("Changing {name} to {state}\n"))
    }
}
