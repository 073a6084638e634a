//! `dialplan remove extension`, `remove include`, `remove ignorepat` and `remove context`.

use std::cell::Cell;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::dialplan::{Script, Start};

use super::add::Kind;
use super::{contexts, has_context, typed_here};
use crate::usage::usage;

/// Changes the dialplan; says whether there was something to remove.
fn remove(core: &Core, edit: impl Fn(&mut Script) -> bool) -> Result<bool, CliError> {
    let removed = Cell::new(false);
    let changed = core.change_dialplan(&typed_here(), |script| {
        removed.set(edit(script));
        Ok(())
    });
    changed.map_err(|error| CliError::failed(error.to_string()))?;
    Ok(removed.get())
}

pub(super) struct RemoveExtension;

#[async_trait]
impl CliCommand for RemoveExtension {
    fn syntax(&self) -> &'static str {
        "dialplan remove extension <exten[/cid]@context> [<priority>]"
    }

    fn synopsis(&self) -> &'static str {
        "Remove a specified extension"
    }

    fn description(&self) -> &'static str {
        "Removes an extension, or one priority of it, until the dialplan is reloaded."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (place, priority) = match call.arguments() {
            [place] => (place, None),
            [place, priority] => (place, Some(read_priority(priority)?)),
            _ => return Err(usage(self)),
        };
        let missing =
            || CliError::failed(format!("Missing extension or context name in third argument '{place}'"));
        let named = place.split_once('@').filter(|(exten, context)| !exten.is_empty() && !context.is_empty());
        let (exten, context) = named.ok_or_else(missing)?;
        if !remove(call.core, |script| script.remove_exten(context, exten, priority.as_ref()) > 0)? {
            return Err(CliError::failed(format!("Failed to remove extension {exten}@{context}")));
        }
        Ok(match priority {
            None => format!("Whole extension {exten}@{context} removed\n"),
            Some(priority) => format!("Extension {exten}@{context} with priority {priority} removed\n"),
        })
    }
}

fn read_priority(text: &str) -> Result<Start, CliError> {
    if text == "hint" {
        return Ok(Start::Hint);
    }
    match text.parse() {
        Ok(0) => {
            Err(CliError::failed("If you want to remove whole extension, please omit priority argument"))
        }
        Ok(number) => Ok(Start::Number(number)),
        Err(_) => Err(CliError::failed(format!("Invalid priority '{text}'"))),
    }
}

/// `remove include` or `remove ignorepat`.
pub(super) struct RemoveText {
    pub(super) what: Kind,
}

#[async_trait]
impl CliCommand for RemoveText {
    fn syntax(&self) -> &'static str {
        match self.what {
            Kind::Include => "dialplan remove include <include> from <context>",
            Kind::IgnorePattern => "dialplan remove ignorepat <pattern> from <context>",
        }
    }

    fn synopsis(&self) -> &'static str {
        match self.what {
            Kind::Include => "Remove a specified include from context",
            Kind::IgnorePattern => "Remove ignore pattern from context",
        }
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            4 => vec!["from".to_owned()],
            5 => contexts(core),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [text, word, context] = call.arguments() else { return Err(usage(self)) };
        if !word.eq_ignore_ascii_case("from") {
            return Err(usage(self));
        }
        let removed = remove(call.core, |script| match self.what {
            Kind::Include => script.remove_include(context, text),
            Kind::IgnorePattern => script.remove_ignore_pattern(context, text),
        })?;
        match (self.what, removed) {
            (Kind::Include, true) => Ok(format!("We are not including '{text}' into '{context}' now\n")),
            (Kind::Include, false) => {
                Err(CliError::failed(format!("Failed to remove '{text}' include from '{context}' context")))
            }
            (Kind::IgnorePattern, true) => {
                Ok(format!("Ignore pattern '{text}' removed from '{context}' context\n"))
            }
            (Kind::IgnorePattern, false) => Err(CliError::failed(format!(
                "There is no existence of '{text}' ignore pattern in '{context}' context"
            ))),
        }
    }
}

pub(super) struct RemoveContext;

#[async_trait]
impl CliCommand for RemoveContext {
    fn syntax(&self) -> &'static str {
        "dialplan remove context <context>"
    }

    fn synopsis(&self) -> &'static str {
        "Remove a specified context"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { contexts(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [context] = call.arguments() else { return Err(usage(self)) };
        if !has_context(call.core, context) {
            return Err(CliError::failed(format!("There is no such context as '{context}'")));
        }
        remove(call.core, |script| script.remove_context(context))?;
        Ok(format!("Removed context '{context}'\n"))
    }
}
