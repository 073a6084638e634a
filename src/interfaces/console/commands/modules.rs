//! `module show`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::module_names::{PARTS, PROVIDERS};
use obelus_core::registry::Registry;

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
            3 => lines(&core.registry()).into_iter().map(|line| line.name).collect(),
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
        for Line { name, description, uses } in lines(&call.core.registry()) {
            if name.contains(&like) {
                text.push_str(&row(&name, &description, &uses.to_string(), "Running", "core"));
                count += 1;
            }
        }
        let _ = writeln!(text, "{count} modules loaded");
        Ok(text)
    }
}

struct Line {
    name: String,
    description: String,
    uses: usize,
}

/// What is loaded, under Asterisk's names, sorted: modules, the applications and functions of each, and parts.
fn lines(registry: &Registry) -> Vec<Line> {
    let own = registry.modules().iter().map(|module| Line {
        name: shown(module.name()),
        description: module.description().to_owned(),
        uses: module.use_count(),
    });
    let is_there = |name: &&&str| registry.app(name).is_some() || registry.function(name).is_some();
    let providers = PROVIDERS.iter().filter_map(|(module, provides)| {
        let here: Vec<&str> = provides.iter().filter(is_there).copied().collect();
        (!here.is_empty()).then(|| Line { name: shown(module), description: here.join(", "), uses: 0 })
    });
    let parts =
        PARTS.iter().map(|(part, does)| Line { name: shown(part), description: (*does).to_owned(), uses: 0 });
    let mut lines: Vec<Line> = own.chain(providers).chain(parts).collect();
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    lines.dedup_by(|next, first| next.name == first.name);
    lines
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
