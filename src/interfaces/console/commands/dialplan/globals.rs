//! `dialplan show globals` and `dialplan set global`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::events::{Event, EventKind};

use crate::usage::usage;

pub(super) struct ShowGlobals;

#[async_trait]
impl CliCommand for ShowGlobals {
    fn syntax(&self) -> &'static str {
        "dialplan show globals"
    }

    fn synopsis(&self) -> &'static str {
        "Show global dialplan variables"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let globals = call.core.globals.all();
        let mut text = String::new();
        for (name, value) in &globals {
            let _ = writeln!(text, "   {name}={value}");
        }
        let _ = writeln!(text, "\n    -- {} variable(s)", globals.len());
        Ok(text)
    }
}

pub(super) struct SetGlobal;

#[async_trait]
impl CliCommand for SetGlobal {
    fn syntax(&self) -> &'static str {
        "dialplan set global <name> <value>"
    }

    fn synopsis(&self) -> &'static str {
        "Set global dialplan variable"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 {
            core.globals.all().into_iter().map(|(name, _)| name).collect()
        } else {
            Vec::new()
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name, value] = call.arguments() else { return Err(usage(self)) };
        call.core.globals.set(name, *value);
        let (name, value): (Arc<str>, Arc<str>) = ((*name).into(), (*value).into());
        let event = || Event::VarSet { channel: None, name: name.clone(), value: value.clone() };
        call.core.events.publish(EventKind::VarSet, || call.core.clock.now(), event);
        Ok(format!("\n    -- Global variable '{name}' set to '{value}'\n"))
    }
}
