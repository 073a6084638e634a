//! `cli_aliases.conf`: other names for commands, and `cli show aliases`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{Alias, CliCall, CliCommand, CliError};
use obelus_core::conf::{Document, Problem, Problems, Reader, suggest};
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};

/// The file.
const FILE: &str = "cli_aliases.conf";

/// Reads the aliases of the templates that `[general]` names; of two with one name the first counts.
fn read(document: &Document, problems: &mut Problems) -> Vec<Alias> {
    let Some(general) = document.section("general") else { return Vec::new() };
    let mut reader = Reader::new(general, problems);
    let templates: Vec<_> = reader.all("template").into_iter().cloned().collect();
    let _ = reader.finish();
    let mut aliases: Vec<Alias> = Vec::new();
    for template in templates {
        let Some(section) = document.section(&template.value) else {
            let names = document.concrete().map(|section| &*section.name);
            let near = suggest(&template.value, names.collect::<Vec<_>>());
            let message = format!("there is no section [{}] with aliases", template.value);
            problems.push(Problem::error(template.location.clone(), message).suggesting(near));
            continue;
        };
        for entry in &section.entries {
            let words = entry.key.split_whitespace().collect::<Vec<_>>().join(" ");
            if entry.value.is_empty() {
                problems.error(entry.location.clone(), format!("`{words}` stands for nothing"));
            } else if !aliases.iter().any(|alias| alias.name.eq_ignore_ascii_case(&words)) {
                aliases.push(Alias { name: words.into(), command: entry.value.clone() });
            }
        }
    }
    aliases
}

/// The module `res_clialiases`.
pub struct AliasModule {
    core: Arc<Core>,
    folder: ConfigFolder,
}

impl AliasModule {
    /// A module that reads the file in `folder`.
    pub fn new(core: &Arc<Core>, folder: ConfigFolder) -> AliasModule {
        AliasModule { core: core.clone(), folder }
    }

    fn load(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let aliases = read(&self.folder.load_if_there(FILE, &mut problems), &mut problems);
        if problems.errors() > 0 {
            return Err(ModuleError::new(problems));
        }
        for refused in self.core.registry().commands().set_aliases(aliases) {
            tracing::debug!(alias = %refused.name, "a command of this name is there already");
        }
        Ok(())
    }
}

#[async_trait]
impl Module for AliasModule {
    fn name(&self) -> &'static str {
        "res_clialiases"
    }

    fn description(&self) -> &'static str {
        "CLI Aliases"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    fn check(&self, problems: &mut Problems) {
        read(&self.folder.load_if_there(FILE, problems), problems);
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.load()
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        self.load()
    }
}

/// `cli show aliases`.
pub(super) struct ShowAliases;

#[async_trait]
impl CliCommand for ShowAliases {
    fn syntax(&self) -> &'static str {
        "cli show aliases"
    }

    fn synopsis(&self) -> &'static str {
        "Show CLI command aliases"
    }

    fn description(&self) -> &'static str {
        "Lists the aliases of cli_aliases.conf with the commands that they stand for."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = row("Alias Command", "Real Command");
        for alias in call.core.registry().commands().aliases() {
            let _ = text.write_str(&row(&alias.name, &alias.command));
        }
        Ok(text)
    }
}

fn row(alias: &str, command: &str) -> String {
    format!("{alias:<50.50} {command:<50.50}\n")
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::{MemoryFiles, load};

    use super::*;

    fn check(text: &str, expected: &[(&str, &str)], complaints: &[&str]) {
        let mut problems = Problems::new();
        let document = load(&MemoryFiles::new().file(FILE, text), FILE, &mut problems);
        let aliases = read(&document, &mut problems);
        let found: Vec<(&str, &str)> = aliases.iter().map(|alias| (&*alias.name, &*alias.command)).collect();
        assert_eq!(found, expected);
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(told, complaints);
    }

    #[test]
    fn templates_are_read_in_their_order() {
        check(
            "[general]\ntemplate = friendly\ntemplate = old\n[friendly]\nreload=module reload\n\
             [old_tpl](!)\nshow  version=core show version\nreload=never\n[old](old_tpl)\ndie now=core stop now\n",
            &[
                ("reload", "module reload"),
                ("show version", "core show version"),
                ("die now", "core stop now"),
            ],
            &[],
        );
        check("[friendly]\nreload=module reload\n", &[], &[]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        check(
            "[general]\ntemplate = freindly\ntemplat = x\n[friendly]\nreload=\n",
            &[],
            &[
                "cli_aliases.conf:3: unknown option `templat` in [general]; did you mean `template`?",
                "cli_aliases.conf:2: there is no section [freindly] with aliases; did you mean `friendly`?",
            ],
        );
    }
}
