//! `config list` and `config reload`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::control::Control;
use crate::usage::usage;

/// What is read by the program itself, before its modules.
const OF_CORE: [&str; 4] = ["obelus.conf", "asterisk.conf", "modules.conf", "cli.conf"];

/// File and module, sorted by the file; only files that are there.
fn files(core: &Core) -> Vec<(&'static str, &'static str)> {
    let folder = core.settings.load().directories.etc.clone();
    let registry = core.registry();
    let of_modules =
        registry.modules().iter().flat_map(|module| module.files().iter().map(|file| (*file, module.name())));
    let of_core = OF_CORE.iter().map(|file| (*file, "core"));
    let mut found: Vec<_> =
        of_core.chain(of_modules).filter(|(file, _)| folder.join(file).is_file()).collect();
    found.sort_unstable();
    found
}

pub(super) struct List;

#[async_trait]
impl CliCommand for List {
    fn syntax(&self) -> &'static str {
        "config list"
    }

    fn synopsis(&self) -> &'static str {
        "Show all files that have loaded a configuration file"
    }

    fn description(&self) -> &'static str {
        "Lists the configuration files that are there, each behind the module that reads it."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let mut text = String::new();
        for (file, module) in files(call.core) {
            let _ = writeln!(text, "{module:<20.20} {file:<50}");
        }
        Ok(text)
    }
}

pub(super) struct Reload(pub(super) Arc<dyn Control>);

#[async_trait]
impl CliCommand for Reload {
    fn syntax(&self) -> &'static str {
        "config reload <filename.conf>"
    }

    fn synopsis(&self) -> &'static str {
        "Force a reload on modules using a particular configuration file"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            2 => files(core).into_iter().filter(|row| row.1 != "core").map(|row| row.0.to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [file] = call.arguments() else { return Err(usage(self)) };
        if OF_CORE.contains(file) {
            return Err(CliError::failed(format!("{file} is read at the start only: 'core restart'")));
        }
        let registry = call.core.registry();
        let modules: Vec<&'static str> = registry
            .modules()
            .iter()
            .filter(|module| module.files().contains(file))
            .map(|module| module.name())
            .collect();
        if modules.is_empty() {
            return Err(CliError::failed(format!("No module reads '{file}'")));
        }
        let mut text = String::new();
        for module in modules {
            let done = self.0.reload(Some(module)).await;
            done.map_err(|error| CliError::failed(format!("{text}{error}")))?;
            let _ = writeln!(text, "Module '{module}' reloaded successfully.");
        }
        Ok(text)
    }
}
