//! `core show taskprocessors`, `core ping taskprocessor` and their kin: the queues of the program.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::gauge::{Gauge, Reading};

use crate::usage::usage;

/// How long a queue may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// From what part of its room on a queue counts as in danger.
const ALERT: u64 = 10;

fn names(core: &Core) -> Vec<String> {
    core.gauges.all().iter().map(|gauge| gauge.name().to_owned()).collect()
}

/// Whether nine tenths of its room are taken.
fn is_alerted(reading: &Reading) -> bool {
    reading.waiting >= reading.room - reading.room / ALERT
}

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "core show taskprocessors [like] <name>"
    }

    fn synopsis(&self) -> &'static str {
        "List instantiated task processors and statistics"
    }

    fn description(&self) -> &'static str {
        "Lists the queues of the program: what has gone through each, what waits, the most that has waited, how many find\n\
         room, and the shortest and longest piece of work where that is measured; and the media threads."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 4 { names(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let like = match call.arguments() {
            [] => String::new(),
            [word, like] if word.eq_ignore_ascii_case("like") => like.to_lowercase(),
            _ => return Err(usage(self)),
        };
        let columns = [
            "Processor",
            "Processed",
            "In Queue",
            "Max Depth",
            "Low water",
            "High water",
            "Low time(us)",
            "High time(us)",
        ];
        let mut text = format!(
            "\n{}",
            row(columns[0], &columns[1..].iter().map(|c| (*c).to_owned()).collect::<Vec<_>>())
        );
        let mut count = 0;
        for gauge in call.core.gauges.all() {
            if gauge.name().to_lowercase().starts_with(&like) {
                text.push_str(&row(gauge.name(), &cells(&gauge.read())));
                count += 1;
            }
        }
        let _ = write!(text, "\n{count} taskprocessors\n\n");
        push_media(&mut text, call.core);
        Ok(text)
    }
}

/// Both marks are the room: a full queue refuses, and takes again as soon as there is room.
fn cells(reading: &Reading) -> Vec<String> {
    let time = |time: Option<Duration>| time.map_or("-".to_owned(), |time| time.as_micros().to_string());
    let times = reading.times;
    vec![
        reading.processed.to_string(),
        reading.waiting.to_string(),
        reading.deepest.to_string(),
        reading.room.to_string(),
        reading.room.to_string(),
        time(times.map(|times| times.0)),
        time(times.map(|times| times.1)),
    ]
}

fn row(name: &str, cells: &[String]) -> String {
    let mut text = format!("{name:<70}");
    for cell in cells {
        let _ = write!(text, " {cell:>10}");
    }
    text.push('\n');
    text
}

/// The media threads have no queues but rings, one for each port; what counts is whether they come in time.
fn push_media(text: &mut String, core: &Core) {
    let _ = writeln!(
        text,
        "{:<14} {:>6} {:>12} {:>8} {:>11} {:>12} {:>12} {:>6} {:>9}",
        "Media thread", "Ports", "Ticks", "Late", "Latest(us)", "Received", "Sent", "Faults", "Real time"
    );
    for (number, stats) in core.engine.stats().iter().enumerate() {
        let _ = writeln!(
            text,
            "{:<14} {:>6} {:>12} {:>8} {:>11} {:>12} {:>12} {:>6} {:>9}",
            format!("media/{number}"),
            stats.ports,
            stats.ticks,
            stats.late,
            stats.latest.as_micros(),
            stats.received,
            stats.sent,
            stats.faults,
            if stats.real_time { "Yes" } else { "No" }
        );
    }
    text.push('\n');
}

pub(super) struct ShowOne;

#[async_trait]
impl CliCommand for ShowOne {
    fn syntax(&self) -> &'static str {
        "core show taskprocessor name <name>"
    }

    fn synopsis(&self) -> &'static str {
        "Display detailed info about a specific taskprocessor"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 4 { names(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let gauge = find(call.core, name, "Taskprocessor")?;
        let reading = gauge.read();
        let mut text = format!("\nTaskprocessor: {}\n{}\n", gauge.name(), "=".repeat(43));
        let subsystem = gauge.name().split_once('/').map_or("(none)", |(subsystem, _)| subsystem);
        let mut line = |title: &str, value: String| {
            let title = format!("{title}:");
            let _ = writeln!(text, "{title:<21} {value}");
        };
        line("Subsystem", subsystem.to_owned());
        line("Tasks processed", reading.processed.to_string());
        line("Current queue size", reading.waiting.to_string());
        line("Max queue depth", reading.deepest.to_string());
        line("Low water mark", reading.room.to_string());
        line("High water mark", reading.room.to_string());
        line("High water alert", if is_alerted(&reading) { "Yes" } else { "No" }.to_owned());
        if let Some((shortest, longest)) = reading.times {
            line("Highest time (us)", longest.as_micros().to_string());
            line("Lowest time (us)", shortest.as_micros().to_string());
        }
        text.push('\n');
        Ok(text)
    }
}

fn find(core: &Core, name: &str, what: &str) -> Result<Arc<dyn Gauge>, CliError> {
    core.gauges.find(name).ok_or_else(|| CliError::failed(format!("\n{what} '{name}' not found\n")))
}

pub(super) struct ShowAlerted;

#[async_trait]
impl CliCommand for ShowAlerted {
    fn syntax(&self) -> &'static str {
        "core show taskprocessor alerted subsystems"
    }

    fn synopsis(&self) -> &'static str {
        "Shows the subsystems that have tripped a task processor alert"
    }

    fn description(&self) -> &'static str {
        "Lists the queues of which nine tenths are taken."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = format!("\n{:<32} {:>12}\n", "Subsystem", "Alert Count");
        let alerted: Vec<_> =
            call.core.gauges.all().into_iter().filter(|gauge| is_alerted(&gauge.read())).collect();
        for gauge in &alerted {
            let _ = writeln!(text, "{:<32} {:>12}", gauge.name(), 1);
        }
        let _ = write!(text, "\n{} subsystems\n\n", alerted.len());
        Ok(text)
    }
}

pub(super) struct Ping;

#[async_trait]
impl CliCommand for Ping {
    fn syntax(&self) -> &'static str {
        "core ping taskprocessor <name>"
    }

    fn synopsis(&self) -> &'static str {
        "Ping a named task processor"
    }

    fn description(&self) -> &'static str {
        "Sends something through a queue, behind all that waits in it, and tells how long that took."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { names(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let gauge = find(call.core, name, "ping failed:")?;
        let began = Instant::now();
        let answered = tokio::time::timeout(PATIENCE, gauge.ping()).await;
        answered.map_err(|_| {
            CliError::failed(format!("\nping failed: {name} did not answer in {PATIENCE:?}\n"))
        })?;
        let took = began.elapsed();
        Ok(format!(
            "\npinging {name} ...\n\t{name:>24} ping time: {}.{:06} sec\n\n",
            took.as_secs(),
            took.subsec_micros()
        ))
    }
}

pub(super) struct Reset;

#[async_trait]
impl CliCommand for Reset {
    fn syntax(&self) -> &'static str {
        "core reset taskprocessor <name>"
    }

    fn synopsis(&self) -> &'static str {
        "Reset a named task processor's stats"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { names(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        find(call.core, name, "Reset failed:")?.reset();
        Ok(format!("\nResetting {name}\n\n"))
    }
}

pub(super) struct ResetAll;

#[async_trait]
impl CliCommand for ResetAll {
    fn syntax(&self) -> &'static str {
        "core reset taskprocessors"
    }

    fn synopsis(&self) -> &'static str {
        "Reset stats for all task processors"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        call.core.gauges.all().iter().for_each(|gauge| gauge.reset());
        Ok("\nResetting stats for all taskprocessors\n\n".to_owned())
    }
}
