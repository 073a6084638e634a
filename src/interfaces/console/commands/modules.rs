//! `module show`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

/// What Asterisk's modules begin with; scripts look for those names with `.so` behind them.
const FAMILIES: [&str; 10] =
    ["app_", "bridge_", "cdr_", "cel_", "chan_", "codec_", "format_", "func_", "pbx_", "res_"];

pub(super) struct ModuleShow;

#[async_trait]
impl CliCommand for ModuleShow {
    fn syntax(&self) -> &'static str {
        "module show [like] <text>"
    }

    fn synopsis(&self) -> &'static str {
        "List modules and info"
    }

    fn description(&self) -> &'static str {
        "Lists the modules; with `like` those whose names contain the text."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => core.registry().modules().iter().map(|module| shown(module.name())).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let like = match call.arguments() {
            [] => String::new(),
            [word, text] if word.eq_ignore_ascii_case("like") => text.to_lowercase(),
            _ => return Err(usage(self)),
        };
        let mut text = row("Module", "Description", "Use Count", "Status", "Support Level");
        let mut count = 0;
        for module in call.core.registry().modules() {
            let name = shown(module.name());
            if name.to_lowercase().contains(&like) {
                let uses = module.use_count().to_string();
                text.push_str(&row(&name, module.description(), &uses, "Running", "core"));
                count += 1;
            }
        }
        let _ = writeln!(text, "{count} modules loaded");
        Ok(text)
    }
}

fn shown(name: &str) -> String {
    match FAMILIES.iter().any(|family| name.starts_with(family)) {
        true => format!("{name}.so"),
        false => name.to_owned(),
    }
}

fn row(name: &str, description: &str, uses: &str, status: &str, level: &str) -> String {
    format!("{name:<30} {description:<40.40} {uses:<10} {status:<11} {level:>13}\n")
}
