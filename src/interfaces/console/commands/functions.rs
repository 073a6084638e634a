//! `core show functions` and `core show function`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

pub(super) struct ShowFunctions;

#[async_trait]
impl CliCommand for ShowFunctions {
    fn syntax(&self) -> &'static str {
        "core show functions [like] <text>"
    }

    fn synopsis(&self) -> &'static str {
        "Shows registered dialplan functions"
    }

    fn description(&self) -> &'static str {
        "Lists the functions; with `like` those whose names contain the text."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let like = match call.arguments() {
            [] => None,
            [word, text] if word.eq_ignore_ascii_case("like") => Some(text.to_uppercase()),
            _ => return Err(usage(self)),
        };
        let title = if like.is_some() { "Matching" } else { "Installed" };
        let mut text = format!("{title} Custom Functions:\n{}\n", "-".repeat(80));
        let registry = call.core.registry();
        let fits = |name: &str| like.as_ref().is_none_or(|like| name.to_uppercase().contains(like));
        let mut count = 0;
        for function in registry.functions().filter(|function| fits(function.name())) {
            let help = function.help();
            let syntax = help.syntax(function.name());
            let _ = writeln!(text, "{:<20.20}  {syntax:<35.35}  {}", function.name(), help.synopsis);
            count += 1;
        }
        let matching = if like.is_some() { "matching " } else { "" };
        let _ = writeln!(text, "{count} {matching}custom functions installed.");
        Ok(text)
    }
}

pub(super) struct ShowFunction;

#[async_trait]
impl CliCommand for ShowFunction {
    fn syntax(&self) -> &'static str {
        "core show function <function>"
    }

    fn synopsis(&self) -> &'static str {
        "Describe a specific dialplan function"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => core.registry().functions().map(|function| function.name().to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let registry = call.core.registry();
        let exact = registry.function(name);
        let found =
            exact.or_else(|| registry.functions().find(|known| known.name().eq_ignore_ascii_case(name)));
        let function = found.ok_or_else(|| CliError::failed("No function by that name registered."))?;
        let mut examples = String::new();
        for (index, (expression, value)) in function.examples().iter().enumerate() {
            let title = if index == 0 { "\n[Examples]\n" } else { "" };
            let _ = writeln!(examples, "{title}{expression} -> {value}");
        }
        Ok(function.help().page("Function", function.name(), &examples))
    }
}
