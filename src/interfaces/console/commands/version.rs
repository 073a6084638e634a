//! `core show version`.

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::version::{ASTERISK, VERSION};

use crate::usage::usage;

pub(super) struct ShowVersion;

#[async_trait]
impl CliCommand for ShowVersion {
    fn syntax(&self) -> &'static str {
        "core show version"
    }

    fn synopsis(&self) -> &'static str {
        "Display version info"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let (machine, system) = (std::env::consts::ARCH, std::env::consts::OS);
        Ok(format!(
            "Obelus {VERSION}, compatible with Asterisk {ASTERISK}, on a {machine} running {system}\n"
        ))
    }
}
