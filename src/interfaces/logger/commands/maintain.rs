//! `logger reload` and `logger rotate`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::files::ConfigFolder;

use crate::logger::Logger;
use crate::logger::module::{FILE, reload_from};

pub(super) struct Reload(pub(super) Arc<Logger>, pub(super) ConfigFolder);

#[async_trait]
impl CliCommand for Reload {
    fn syntax(&self) -> &'static str {
        "logger reload [<alt-conf>]"
    }

    fn synopsis(&self) -> &'static str {
        "Reopens the log files"
    }

    fn description(&self) -> &'static str {
        "Reads logger.conf, or the file that is named, and opens all log files again."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let file = call.argument(0).unwrap_or(FILE);
        match reload_from(&self.0, &self.1, file) {
            Ok(()) => Ok(String::new()),
            Err(told) => Err(CliError::failed(format!("{told}\nFailed to reload the logger"))),
        }
    }
}

pub(super) struct Rotate(pub(super) Arc<Logger>);

#[async_trait]
impl CliCommand for Rotate {
    fn syntax(&self) -> &'static str {
        "logger rotate"
    }

    fn synopsis(&self) -> &'static str {
        "Rotates and reopens the log files"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let failures = self.0.rotate().await;
        if failures.is_empty() {
            return Ok(String::new());
        }
        let told = failures.join("\n");
        Err(CliError::failed(format!("{told}\nFailed to reload the logger and rotate log files")))
    }
}
