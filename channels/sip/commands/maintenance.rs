//! `pjsip set maintenance` and `pjsip show maintenance`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::driver::Driver;
use crate::maintenance::{ALL, State};

fn endpoint_names(driver: &Driver) -> Vec<String> {
    driver.config_arc().endpoints.names().map(str::to_owned).collect()
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// `pjsip set maintenance {on|off} <endpoint|all>`.
pub(super) struct SetMaintenance(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for SetMaintenance {
    fn syntax(&self) -> &'static str {
        "pjsip set maintenance {on|off} <endpoint|all>"
    }

    fn synopsis(&self) -> &'static str {
        "Set PJSIP endpoint maintenance mode"
    }

    fn description(&self) -> &'static str {
        "An endpoint in maintenance may begin nothing: its requests outside dialogs get 503 with Retry-After, but for \
         those by which it unregisters or unsubscribes. Nobody can call it. What is under way goes on."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => vec!["on".to_owned(), "off".to_owned()],
            4 => std::iter::once(ALL.to_owned()).chain(endpoint_names(&self.0)).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let usage = || CliError::Usage(self.syntax().to_owned());
        let [state, name] = call.arguments() else { return Err(usage()) };
        let state = State::parse(state).ok_or_else(usage)?;
        let (config, maintenance, word) =
            (self.0.config_arc(), &self.0.maintenance, state.word().to_uppercase());
        if name.eq_ignore_ascii_case(ALL) {
            let all = config.endpoints.iter().map(|endpoint| &endpoint.name);
            let count = maintenance.set(call.core, all, ALL, state);
            return Ok(format!("Maintenance mode {word} for {count} endpoint{}\n", plural(count)));
        }
        let unknown = || CliError::failed(format!("Endpoint '{name}' not found"));
        let endpoint = config.endpoints.find(name).ok_or_else(unknown)?;
        let changed = maintenance.set(call.core, std::iter::once(&endpoint.name), name, state);
        Ok(match (changed, state) {
            (0, State::On) => format!("Endpoint '{name}' is already in maintenance mode\n"),
            (0, State::Off) => format!("Endpoint '{name}' was not in maintenance mode\n"),
            _ => format!("Maintenance mode {word} for endpoint '{name}'\n"),
        })
    }
}

/// `pjsip show maintenance [endpoint]`.
pub(super) struct ShowMaintenance(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for ShowMaintenance {
    fn syntax(&self) -> &'static str {
        "pjsip show maintenance [<endpoint>]"
    }

    fn synopsis(&self) -> &'static str {
        "Show PJSIP endpoint maintenance status"
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { endpoint_names(&self.0) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let maintenance = &self.0.maintenance;
        match call.arguments() {
            [] => Ok(table(&maintenance.list())),
            [name] => {
                let not = if maintenance.has(name) { "" } else { "NOT " };
                Ok(format!("Endpoint '{name}' is {not}in maintenance mode\n"))
            }
            _ => Err(CliError::Usage(self.syntax().to_owned())),
        }
    }
}

fn table(endpoints: &[Arc<str>]) -> String {
    let mut out = format!("\n  {:<40}  State\n  {:<40}  -----\n", "Endpoint", "-".repeat(40));
    for endpoint in endpoints {
        let _ = writeln!(out, "  {endpoint:<40}  ON");
    }
    let count = endpoints.len();
    let _ = writeln!(out, "\n  {count} endpoint{} in maintenance mode\n", plural(count));
    out
}
