//! `agi show commands`, `agi dump html`, `agi set debug` and `agi exec`.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::registry::Registry;

use super::Agi;
use super::async_queue::Command;
use super::commands::{self, Entry};
use crate::usage::usage;

pub(super) fn register(agi: &Arc<Agi>, registry: &mut Registry) {
    registry.add_command(ShowCommands);
    registry.add_command(DumpHtml);
    registry.add_command(SetDebug(agi.clone()));
    registry.add_command(Exec(agi.clone()));
}

struct ShowCommands;

#[async_trait]
impl CliCommand for ShowCommands {
    fn syntax(&self) -> &'static str {
        "agi show commands [topic]"
    }

    fn synopsis(&self) -> &'static str {
        "List AGI commands or specific help"
    }

    fn description(&self) -> &'static str {
        "Lists the commands of AGI; `agi show commands topic <command>` explains one."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        match words {
            [_, _, _] => vec!["topic".to_owned()],
            [_, _, _, _] => commands::all().iter().map(|entry| entry.name.to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        match call.arguments() {
            [] => Ok(list(&commands::all())),
            [topic, words @ ..] if topic.eq_ignore_ascii_case("topic") && !words.is_empty() => {
                let line = words.join(" ").to_lowercase();
                let found: Vec<&Entry> =
                    commands::all().into_iter().filter(|entry| entry.name.starts_with(&line)).collect();
                match found.as_slice() {
                    [] => Err(CliError::failed(format!("No such command '{line}'."))),
                    [entry] => Ok(page(entry)),
                    several => Ok(several
                        .iter()
                        .find(|entry| entry.name == line)
                        .map_or_else(|| list(several), |entry| page(entry))),
                }
            }
            _ => Err(usage(self)),
        }
    }
}

fn list(entries: &[&Entry]) -> String {
    let mut text = format!("{:>5} {:>30}   {}\n", "Dead", "Command", "Description");
    for entry in entries {
        let dead = if entry.runs_dead { "Yes" } else { "No" };
        let _ = writeln!(text, "{dead:>5} {:>30}   {}", entry.name, entry.synopsis);
    }
    text
}

fn page(entry: &Entry) -> String {
    format!(
        "\n  -= Info about AGI '{}' =- \n\n[Synopsis]\n{}\n\n[Description]\n{}\n\n[Syntax]\n{}\n\n[Runs Dead]\n{}\n",
        entry.name,
        entry.synopsis,
        entry.description,
        entry.syntax,
        if entry.runs_dead { "Yes" } else { "No" }
    )
}

struct DumpHtml;

#[async_trait]
impl CliCommand for DumpHtml {
    fn syntax(&self) -> &'static str {
        "agi dump html <filename>"
    }

    fn synopsis(&self) -> &'static str {
        "Dumps a list of AGI commands in HTML format"
    }

    fn description(&self) -> &'static str {
        "Writes the commands of AGI into a file as a page of HTML."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [file] = call.arguments() else { return Err(usage(self)) };
        match tokio::fs::write(file, html(&commands::all())).await {
            Ok(()) => Ok(format!("AGI HTML commands dumped to: {file}\n")),
            Err(error) => Err(CliError::failed(format!("Could not create file '{file}': {error}"))),
        }
    }
}

fn html(entries: &[&Entry]) -> String {
    let mut text =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>AGI Commands</title></head>\n<body>\n<h1>AGI Commands</h1>\n"
            .to_owned();
    for entry in entries {
        let _ = writeln!(
            text,
            "<h2>{}</h2>\n<p>{}</p>\n<pre>{}</pre>\n<p>{}</p>",
            escaped(&entry.name.to_uppercase()),
            escaped(entry.synopsis),
            escaped(entry.syntax),
            escaped(entry.description)
        );
    }
    text.push_str("</body>\n</html>\n");
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

struct Exec(Arc<Agi>);

#[async_trait]
impl CliCommand for Exec {
    fn syntax(&self) -> &'static str {
        "agi exec <channel> <command> [<id>]"
    }

    fn synopsis(&self) -> &'static str {
        "Add AGI command to a channel in Async AGI"
    }

    fn description(&self) -> &'static str {
        "Carries a command such as \"EXEC Playback hello-world\" out on a channel that runs AGI(agi:async)."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            2 => core.channels.all().iter().map(|channel| channel.name().to_string()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name, line, rest @ ..] = call.arguments() else { return Err(usage(self)) };
        let channel = call
            .core
            .channels
            .find(name)
            .ok_or_else(|| CliError::failed(format!("Channel {name} does not exist.")))?;
        let id = rest.first().copied().unwrap_or_default();
        let command = Command { line: (*line).to_owned(), id: id.to_owned() };
        match self.0.queues.add(channel.id(), command) {
            true => Ok(String::new()),
            false => {
                let reason = format!("Failed to add AGI command to queue of channel {}", channel.name());
                Err(CliError::failed(reason))
            }
        }
    }
}

struct SetDebug(Arc<Agi>);

#[async_trait]
impl CliCommand for SetDebug {
    fn syntax(&self) -> &'static str {
        "agi set debug {on|off}"
    }

    fn synopsis(&self) -> &'static str {
        "Enable/Disable AGI debugging"
    }

    fn description(&self) -> &'static str {
        "Logs every line between the PBX and AGI programs, or stops that."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { vec!["on".to_owned(), "off".to_owned()] } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let on = match call.arguments() {
            [word] if word.eq_ignore_ascii_case("on") => true,
            [word] if word.eq_ignore_ascii_case("off") => false,
            _ => return Err(usage(self)),
        };
        self.0.debug.store(on, Ordering::Relaxed);
        Ok(format!("AGI Debugging {}abled\n", if on { "En" } else { "Dis" }))
    }
}
