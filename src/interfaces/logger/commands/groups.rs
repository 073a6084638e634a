//! `logger filter changroup`, `logger filter show` and `logger filter reset`: see `LOG_GROUP()`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::conf::is_true;

use crate::usage::usage;

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

pub(super) struct Change;

#[async_trait]
impl CliCommand for Change {
    fn syntax(&self) -> &'static str {
        "logger filter changroup <group> {on|off}"
    }

    fn synopsis(&self) -> &'static str {
        "Filter PBX logs by channel log group"
    }

    fn description(&self) -> &'static str {
        "Shows the lines of a group of channels on consoles, or no longer. While a group is shown, verbose lines, digits\n\
         and debugging of everything else are not; files still get all lines. LOG_GROUP() puts a channel into a group."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [group, state] = call.arguments() else { return Err(usage(self)) };
        let on = is_true(state);
        call.core.log_groups.show(group, on);
        let state = if on { "enabled" } else { "disabled" };
        Ok(format!("Logging of channel group '{group}' is now {state}\n"))
    }
}

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "logger filter show"
    }

    fn synopsis(&self) -> &'static str {
        "Show current PBX channel filtering"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let groups = call.core.log_groups.shown();
        let mut text = String::new();
        for (index, group) in groups.iter().enumerate() {
            let _ = writeln!(text, "{:3} {group:<32}", index + 1);
        }
        match groups.len() {
            0 => text.push_str("No filtering currently active\n"),
            count => drop(writeln!(text, "{count} channel group{} currently enabled", plural(count))),
        }
        Ok(text)
    }
}

pub(super) struct Reset;

#[async_trait]
impl CliCommand for Reset {
    fn syntax(&self) -> &'static str {
        "logger filter reset"
    }

    fn synopsis(&self) -> &'static str {
        "Reset PBX channel filtering"
    }

    fn description(&self) -> &'static str {
        "Shows the lines of all channels again."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let removed = call.core.log_groups.show_all();
        Ok(format!("Log filtering has been reset ({removed} filter{} removed)\n", plural(removed)))
    }
}
