//! `dialplan debug`: the order in which extensions are looked at, and what a number lacks for each.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::dialplan::{Explanation, Plan, Query, Skipped};

use super::contexts;
use super::show::split;
use crate::usage::usage;

pub(super) struct Debug;

#[async_trait]
impl CliCommand for Debug {
    fn syntax(&self) -> &'static str {
        "dialplan debug [[<exten>@]<context>]"
    }

    fn synopsis(&self) -> &'static str {
        "Show how extensions are searched"
    }

    fn description(&self) -> &'static str {
        "Shows the extensions of the contexts in the order in which they are looked at. With an extension: what it finds now, called by nobody in particular, and what it lacks for each of the others."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            2 => contexts(core),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (exten, context) = match call.arguments() {
            [] => (None, None),
            [place] => split(place),
            _ => return Err(usage(self)),
        };
        let loaded = call.core.dialplan.load();
        let plan = loaded.plan();
        if let Some(context) = context.filter(|context| plan.context(context).is_none()) {
            return Err(CliError::failed(format!("There is no existence of '{context}' context")));
        }
        let names = plan.contexts().iter().map(|known| known.name());
        let names = names.filter(|name| context.is_none_or(|context| context == *name));
        let now = call.core.clock.zoned();
        let mut text = String::new();
        for context in names {
            match exten {
                None => push_order(&mut text, plan, context),
                Some(extension) => {
                    let query = Query { context, extension, caller_id: "", now: &now };
                    push_verdicts(&mut text, &plan.explain(&query));
                }
            }
        }
        Ok(text)
    }
}

fn push_order(text: &mut String, plan: &Plan, context: &str) {
    let Some(context) = plan.context(context) else { return };
    let _ = writeln!(text, "[ Context '{}' ]", context.name());
    for (number, extension) in (1..).zip(context.extensions()) {
        let _ = writeln!(text, "  {number:>4}. {extension}");
    }
    for include in context.includes() {
        let _ = writeln!(text, "        then '{}'", include.text());
    }
    text.push('\n');
}

fn push_verdicts(text: &mut String, explanation: &Explanation<'_>) {
    for searched in &explanation.contexts {
        let included = if searched.depth > 0 { "Included context" } else { "Context" };
        let _ = writeln!(text, "[ {included} '{}' ]", searched.context.name());
        for (extension, verdict) in &searched.extensions {
            let _ = writeln!(text, "  {:<24} {verdict}", extension.to_string());
        }
        for (include, why) in &searched.skipped {
            let why = match why {
                Skipped::OutOfTime => "does not hold now",
                Skipped::Missing => "does not exist",
                Skipped::Again => "was searched already",
            };
            let _ = writeln!(text, "  include '{}' {why}", include.text());
        }
    }
    text.push('\n');
}
