//! `core show switches` and `core show config mappings`: there are none.

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

pub(super) struct ShowSwitches;

#[async_trait]
impl CliCommand for ShowSwitches {
    fn syntax(&self) -> &'static str {
        "core show switches"
    }

    fn synopsis(&self) -> &'static str {
        "Show alternative switches"
    }

    fn description(&self) -> &'static str {
        "Lists what `switch` in extensions.conf can name; Obelus has no such thing yet."
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        Ok("There are no registered alternative switches\n".to_owned())
    }
}

pub(super) struct ShowConfigMappings;

#[async_trait]
impl CliCommand for ShowConfigMappings {
    fn syntax(&self) -> &'static str {
        "core show config mappings"
    }

    fn synopsis(&self) -> &'static str {
        "Display config mappings (file names to config engines)"
    }

    fn description(&self) -> &'static str {
        "Lists the files that come from databases; Obelus reads files only."
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        Ok("No config mappings found.\n".to_owned())
    }
}
