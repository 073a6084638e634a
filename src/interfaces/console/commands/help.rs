//! `core show help` and `help`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError, Commands, fixed_words};

use crate::usage;

/// `core show help`, or `help` for short.
pub(super) struct Help {
    pub(super) syntax: &'static str,
}

#[async_trait]
impl CliCommand for Help {
    fn syntax(&self) -> &'static str {
        self.syntax
    }

    fn synopsis(&self) -> &'static str {
        "Display help list, or specific help on a command"
    }

    fn description(&self) -> &'static str {
        "Without a topic lists the commands; with the beginning of commands lists those; with a command explains it."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        let typed = words.get(fixed_words(self.syntax).count()..).unwrap_or(&[]);
        let mut line = typed.join(" ");
        if !line.is_empty() {
            line.push(' ');
        }
        core.registry().commands().complete(core, &line)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let registry = call.core.registry();
        let topic = call.arguments();
        match exact(registry.commands(), topic) {
            Some(command) => Ok(format!("Usage: {}", usage::text(command))),
            None => list(registry.commands(), &topic.join(" ")),
        }
    }
}

/// The command that these words name in full.
fn exact<'a>(commands: &'a Commands, topic: &[&str]) -> Option<&'a dyn CliCommand> {
    let named = |command: &&std::sync::Arc<dyn CliCommand>| {
        let words: Vec<&str> = fixed_words(command.syntax()).collect();
        !topic.is_empty()
            && words.len() == topic.len()
            && words.iter().zip(topic).all(|(word, typed)| word.eq_ignore_ascii_case(typed))
    };
    commands.iter().find(named).map(|command| command.as_ref())
}

fn list(commands: &Commands, beginning: &str) -> Result<String, CliError> {
    let wanted = beginning.to_lowercase();
    let mut text = String::new();
    for command in commands.iter().filter(|command| command.syntax().to_lowercase().starts_with(&wanted)) {
        let _ = writeln!(text, "{:<30} -- {}", command.syntax(), command.synopsis());
    }
    match text.is_empty() {
        true => Err(CliError::failed(format!("No such command '{beginning}'."))),
        false => Ok(text),
    }
}
