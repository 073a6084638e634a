//! `core reload` and `module reload`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::control::Control;
use crate::usage::usage;

pub(super) struct CoreReload(pub(super) Arc<dyn Control>);

#[async_trait]
impl CliCommand for CoreReload {
    fn syntax(&self) -> &'static str {
        "core reload"
    }

    fn synopsis(&self) -> &'static str {
        "Global reload"
    }

    fn description(&self) -> &'static str {
        "Reads all configuration again. A module whose configuration is wrong keeps the one it has."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        self.0.reload(None).await.map(|()| String::new()).map_err(|error| CliError::failed(error.to_string()))
    }
}

pub(super) struct ModuleReload(pub(super) Arc<dyn Control>);

#[async_trait]
impl CliCommand for ModuleReload {
    fn syntax(&self) -> &'static str {
        "module reload [<module>...]"
    }

    fn synopsis(&self) -> &'static str {
        "Reload configuration for a module"
    }

    fn description(&self) -> &'static str {
        "Reads the configuration of these modules again, or of all if none is named."
    }

    fn complete(&self, core: &Core, _words: &[&str]) -> Vec<String> {
        core.registry().modules().iter().map(|module| module.name().to_owned()).collect()
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if call.arguments().is_empty() {
            let reloaded = self.0.reload(None).await;
            return reloaded.map(|()| String::new()).map_err(|error| CliError::failed(error.to_string()));
        }
        let (mut text, mut all_good) = (String::new(), true);
        for module in call.arguments() {
            let result = self.0.reload(Some(module)).await;
            all_good &= result.is_ok();
            let _ = match result {
                Ok(()) => writeln!(text, "Module '{module}' reloaded successfully."),
                Err(error) => writeln!(text, "{error}"),
            };
        }
        if all_good { Ok(text) } else { Err(CliError::Failed(text)) }
    }
}
