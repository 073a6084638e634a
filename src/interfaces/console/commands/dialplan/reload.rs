//! `dialplan reload`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::control::Control;
use crate::usage::usage;

/// The module that reads `extensions.conf`.
const MODULE: &str = "pbx_config";

pub(super) struct Reload(pub(super) Arc<dyn Control>);

#[async_trait]
impl CliCommand for Reload {
    fn syntax(&self) -> &'static str {
        "dialplan reload"
    }

    fn synopsis(&self) -> &'static str {
        "Reload extensions and *only* extensions"
    }

    fn description(&self) -> &'static str {
        "Reads extensions.conf again. Live calls keep the dialplan that they began with; a file with errors is refused."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let reloaded = self.0.reload(Some(MODULE)).await;
        reloaded.map_err(|error| CliError::failed(error.to_string()))?;
        Ok("Dialplan reloaded.\n".to_owned())
    }
}
