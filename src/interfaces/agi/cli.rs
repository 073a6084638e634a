//! `agi show commands` and `agi set debug`.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::registry::Registry;

use super::Agi;
use super::commands::{self, Entry};
use crate::usage::usage;

pub(super) fn register(agi: &Arc<Agi>, registry: &mut Registry) {
    registry.add_command(ShowCommands);
    registry.add_command(SetDebug(agi.clone()));
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
