//! `logger show channels` and `logger show levels`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::logger::{Level, LogChannel, Logger};

pub(super) struct ShowChannels(pub(super) Arc<Logger>);

#[async_trait]
impl CliCommand for ShowChannels {
    fn syntax(&self) -> &'static str {
        "logger show channels"
    }

    fn synopsis(&self) -> &'static str {
        "List configured log channels"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = format!("Logger queue limit: {}\n", self.0.queue_limit());
        match self.0.lost() {
            0 => {}
            lost => drop(writeln!(text, "Lines lost: {lost}")),
        }
        text.push('\n');
        push_row(&mut text, ["Channel", "Type", "Formatter", "Status"], "Configuration");
        push_row(&mut text, ["-------", "----", "---------", "------"], "-------------");
        let custom = self.0.custom_levels();
        for channel in self.0.channels().iter().rev() {
            push_channel(&mut text, channel, &custom);
        }
        text.push('\n');
        Ok(text)
    }
}

fn push_channel(text: &mut String, channel: &LogChannel, custom: &[Arc<str>]) {
    let config = &channel.config;
    let status = if channel.is_disabled() { "Disabled" } else { "Enabled" };
    let levels: String = config.filter.levels.names(custom).iter().map(|level| format!("{level} ")).collect();
    push_row(
        text,
        [&channel.shown, config.kind.word(), config.format.name(), status],
        &format!(" - {levels}"),
    );
}

fn push_row(text: &mut String, [name, kind, format, status]: [&str; 4], rest: &str) {
    let _ = writeln!(text, "{name:<35.35} {kind:<8.8} {format:<10.10} {status:<9.9} {rest}");
}

pub(super) struct ShowLevels(pub(super) Arc<Logger>);

#[async_trait]
impl CliCommand for ShowLevels {
    fn syntax(&self) -> &'static str {
        "logger show levels"
    }

    fn synopsis(&self) -> &'static str {
        "List configured log levels"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = "Level Name\n----- ----\n".to_owned();
        for level in Level::all() {
            let _ = writeln!(text, "{:>5} {level}", level.number());
        }
        for (name, place) in self.0.custom_levels().iter().zip(0..) {
            let _ = writeln!(text, "{:>5} {name}", Level::Custom(place).number());
        }
        text.push('\n');
        Ok(text)
    }
}
