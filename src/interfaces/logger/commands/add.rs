//! `logger add channel` and `logger remove channel`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::logger::{Level, Logger};
use crate::usage::usage;

pub(super) struct AddChannel(pub(super) Arc<Logger>);

#[async_trait]
impl CliCommand for AddChannel {
    fn syntax(&self) -> &'static str {
        "logger add channel <name> <levels>"
    }

    fn synopsis(&self) -> &'static str {
        "Adds a new logging channel"
    }

    fn description(&self) -> &'static str {
        "The channel stays until it is removed or the program ends. <levels> are written as in logger.conf:\n\
         notice,warning,verbose(3), with [json] or [plain] in front if wished."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            4 => Level::all().map(|level| level.name().to_lowercase()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name, levels] = call.arguments() else { return Err(usage(self)) };
        self.0.add_channel(name, levels).map_err(|error| CliError::failed(error.to_string()))?;
        Ok(String::new())
    }
}

pub(super) struct RemoveChannel(pub(super) Arc<Logger>);

#[async_trait]
impl CliCommand for RemoveChannel {
    fn syntax(&self) -> &'static str {
        "logger remove channel <name>"
    }

    fn synopsis(&self) -> &'static str {
        "Removes a logging channel"
    }

    fn description(&self) -> &'static str {
        "Removes a channel that `logger add channel` has made."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        let dynamic = self.0.channels().into_iter().filter(|channel| channel.dynamic && words.len() == 3);
        dynamic.map(|channel| channel.config.name.clone()).collect()
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        self.0.remove_channel(name).map_err(|error| CliError::failed(error.to_string()))?;
        Ok(format!("Removed dynamic logger channel '{name}'\n"))
    }
}
