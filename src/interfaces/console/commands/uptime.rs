//! `core show uptime`.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::text::period;
use crate::control::Control;
use crate::usage::usage;

pub(super) struct ShowUptime(pub(super) Arc<dyn Control>);

#[async_trait]
impl CliCommand for ShowUptime {
    fn syntax(&self) -> &'static str {
        "core show uptime [seconds]"
    }

    fn synopsis(&self) -> &'static str {
        "Show uptime information"
    }

    fn description(&self) -> &'static str {
        "Tells how long the PBX has been running and when it was last reloaded; with `seconds` as numbers."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let seconds = match call.arguments() {
            [] => false,
            [word] if word.eq_ignore_ascii_case("seconds") => true,
            _ => return Err(usage(self)),
        };
        let mut text = String::new();
        push_uptime(&mut text, call.core, seconds);
        // The start is the first time that everything was read.
        let reload = self.0.last_reload().unwrap_or(call.core.started);
        push(&mut text, "Last reload: ", since(call.core, reload), seconds);
        Ok(text)
    }
}

/// The line `System uptime: …`.
pub(super) fn push_uptime(text: &mut String, core: &Core, seconds: bool) {
    push(text, "System uptime: ", since(core, core.started), seconds);
}

fn since(core: &Core, time: Timestamp) -> Duration {
    Duration::try_from(core.clock.now().duration_since(time)).unwrap_or_default()
}

fn push(text: &mut String, title: &str, time: Duration, seconds: bool) {
    let shown = if seconds { time.as_secs().to_string() } else { period(time) };
    let _ = writeln!(text, "{title}{shown}");
}
