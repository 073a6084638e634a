//! `manager set debug`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::usage;
use crate::ami::Ami;

pub(super) struct SetDebug(pub(super) Arc<Ami>);

#[async_trait]
impl CliCommand for SetDebug {
    fn syntax(&self) -> &'static str {
        "manager set debug [on|off]"
    }

    fn synopsis(&self) -> &'static str {
        "Show, enable, disable debugging of the manager code"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let debug = match call.arguments() {
            [] => {
                let word = if self.0.debug.load(Ordering::Relaxed) { "on" } else { "off" };
                return Ok(format!("manager debug is {word}\n"));
            }
            [word] if word.eq_ignore_ascii_case("on") => true,
            [word] if word.eq_ignore_ascii_case("off") => false,
            _ => return Err(usage(self)),
        };
        self.0.debug.store(debug, Ordering::Relaxed);
        Ok(String::new())
    }
}
