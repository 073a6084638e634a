//! `dialplan add extension`, `add include` and `add ignorepat`.

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::dialplan::{EditError, Exten};
use obelus_core::interpreter::ChangeError;

use super::{contexts, has_context, typed_here};
use crate::usage::usage;

/// `… into <context>`: the context, if the word before it is right.
fn into<'a>(words: &[&'a str]) -> Option<&'a str> {
    match words {
        [word, context] if word.eq_ignore_ascii_case("into") => Some(context),
        _ => None,
    }
}

/// What may follow when the thing to add has been typed.
fn complete_into(core: &Core, words: &[&str]) -> Vec<String> {
    match words.len() {
        4 => vec!["into".to_owned()],
        5 => contexts(core),
        _ => Vec::new(),
    }
}

pub(super) struct AddExtension;

#[async_trait]
impl CliCommand for AddExtension {
    fn syntax(&self) -> &'static str {
        "dialplan add extension <exten>,<priority>,<app> into <context> [replace]"
    }

    fn synopsis(&self) -> &'static str {
        "Add new extension into context"
    }

    fn description(&self) -> &'static str {
        "Adds a priority, or with `hint` as priority a hint, until the dialplan is reloaded. <app> is `name`,\n\
         `name(arguments)` or `name,arguments`. With `replace` it may take the place of one that is there."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 6 { vec!["replace".to_owned()] } else { complete_into(core, words) }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (line, context, replace) = match call.arguments() {
            [line, rest @ ..] if rest.len() == 2 => (line, into(rest), false),
            [line, rest @ .., last] if rest.len() == 2 && last.eq_ignore_ascii_case("replace") => {
                (line, into(rest), true)
            }
            _ => return Err(usage(self)),
        };
        let context = context.ok_or_else(|| usage(self))?;
        let place = typed_here();
        let line = with_parentheses(line).ok_or_else(|| usage(self))?;
        let exten = Exten::parse(&line, &place).map_err(|error| CliError::failed(error.to_string()))?;
        let is_new = !has_context(call.core, context);
        let edit =
            |script: &mut obelus_core::dialplan::Script| script.add_exten(context, exten.clone(), replace);
        call.core.change_dialplan(&place, edit).map_err(|error| refused(&exten, context, &error))?;
        let shown = format!("{},{},{}({})", exten.name, exten.priority, exten.application, exten.arguments);
        let first = if is_new { created(context, "extension") } else { String::new() };
        Ok(match replace {
            true => format!(
                "{first}Extension {}@{context} ({}) replace by '{shown}'\n",
                exten.name, exten.priority
            ),
            false => format!("{first}Extension '{shown}' added into '{context}' context\n"),
        })
    }
}

/// `100,1,Dial,PJSIP/a` is `100,1,Dial(PJSIP/a)`; none without an application.
fn with_parentheses(line: &str) -> Option<String> {
    let mut parts = line.splitn(3, ',');
    let (exten, priority, app) = (parts.next()?, parts.next()?, parts.next()?);
    Some(match app.split_once(',') {
        Some((name, data)) if !name.contains('(') => format!("{exten},{priority},{name}({data})"),
        _ => format!("{exten},{priority},{app}"),
    })
}

fn created(context: &str, what: &str) -> String {
    format!("Context '{context}' did not exist prior to add {what} - the context will be created.\n")
}

fn refused(exten: &Exten, context: &str, error: &ChangeError) -> CliError {
    let Exten { name, priority, .. } = exten;
    CliError::Failed(match error {
        ChangeError::Edit(EditError::Taken { .. }) => {
            format!("Extension {name}@{context} with priority {priority} already exists")
        }
        error => format!("Failed to add '{name},{priority}' extension into '{context}' context: {error}"),
    })
}

/// `add include` or `add ignorepat`.
pub(super) struct AddText {
    pub(super) what: Kind,
}

/// What of a context is added by its text alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A context that is searched too.
    Include,
    /// Digits that leave the dial tone on.
    IgnorePattern,
}

#[async_trait]
impl CliCommand for AddText {
    fn syntax(&self) -> &'static str {
        match self.what {
            Kind::Include => "dialplan add include <include> into <context>",
            Kind::IgnorePattern => "dialplan add ignorepat <pattern> into <context>",
        }
    }

    fn synopsis(&self) -> &'static str {
        match self.what {
            Kind::Include => "Include context in other context",
            Kind::IgnorePattern => "Add new ignore pattern",
        }
    }

    fn description(&self) -> &'static str {
        "It stays until the dialplan is reloaded."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 if self.what == Kind::Include => contexts(core),
            _ => complete_into(core, words),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [text, rest @ ..] = call.arguments() else { return Err(usage(self)) };
        let context = into(rest).ok_or_else(|| usage(self))?;
        let is_new = !has_context(call.core, context);
        match self.what {
            Kind::Include if !has_context(call.core, text) => {
                return Err(CliError::failed(format!("There is no existence of context '{text}'")));
            }
            Kind::IgnorePattern if is_new => {
                return Err(CliError::failed(format!("There is no existence of '{context}' context")));
            }
            Kind::Include | Kind::IgnorePattern => {}
        }
        let place = typed_here();
        let added = call.core.change_dialplan(&place, |script| match self.what {
            Kind::Include => script.add_include(context, text, &place),
            Kind::IgnorePattern => script.add_ignore_pattern(context, text, &place),
        });
        added.map_err(|error| self.refused(text, context, &error))?;
        Ok(match self.what {
            Kind::Include => {
                let first = if is_new { created(context, "include") } else { String::new() };
                format!("{first}Context '{text}' included in '{context}' context\n")
            }
            Kind::IgnorePattern => format!("Ignore pattern '{text}' added into '{context}' context\n"),
        })
    }
}

impl AddText {
    fn refused(&self, text: &str, context: &str, error: &ChangeError) -> CliError {
        let twice = matches!(error, ChangeError::Edit(EditError::Twice { .. }));
        CliError::Failed(match (self.what, twice) {
            (Kind::Include, true) => format!("Context '{text}' already included in '{context}' context"),
            (Kind::Include, false) => format!("Failed to include '{text}' in '{context}' context: {error}"),
            (Kind::IgnorePattern, true) => {
                format!("Ignore pattern '{text}' already included in '{context}' context")
            }
            (Kind::IgnorePattern, false) => {
                format!("Failed to add ignore pattern '{text}' into '{context}' context: {error}")
            }
        })
    }
}
