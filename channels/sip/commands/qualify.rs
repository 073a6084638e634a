//! `pjsip qualify`, `pjsip show qualify` and `pjsip reload qualify`.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::config::{Aor, Config, Endpoint};
use crate::driver::Driver;

/// The endpoint that a command names, which must have an address of record.
fn find_endpoint<'a>(config: &'a Config, name: &str) -> Result<&'a Arc<Endpoint>, CliError> {
    let unknown = || CliError::failed(format!("Unable to retrieve endpoint {name}"));
    let endpoint = config.endpoints.find(name).ok_or_else(unknown)?;
    if endpoint.aors.is_empty() {
        return Err(CliError::failed(format!("No AORs configured for endpoint '{name}'")));
    }
    Ok(endpoint)
}

fn endpoint_names(driver: &Driver, words: &[&str], place: usize) -> Vec<String> {
    let config = driver.config_arc();
    if words.len() == place { config.endpoints.names().map(str::to_owned).collect() } else { Vec::new() }
}

fn aor_names(driver: &Driver, words: &[&str], place: usize) -> Vec<String> {
    let config = driver.config_arc();
    if words.len() == place { config.aors.names().map(str::to_owned).collect() } else { Vec::new() }
}

fn argument<'a>(call: &CliCall<'a>, syntax: &str) -> Result<&'a str, CliError> {
    match call.arguments() {
        [name] => Ok(*name),
        _ => Err(CliError::Usage(syntax.to_owned())),
    }
}

/// `pjsip qualify <endpoint>`.
pub(super) struct QualifyNow(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for QualifyNow {
    fn syntax(&self) -> &'static str {
        "pjsip qualify <endpoint>"
    }

    fn synopsis(&self) -> &'static str {
        "Send an OPTIONS request to a PJSIP endpoint"
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        endpoint_names(&self.0, words, 2)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let config = self.0.config_arc();
        let endpoint = find_endpoint(&config, argument(&call, self.syntax())?)?;
        let mut out = String::new();
        for aor in &endpoint.aors {
            self.0.locations.ask(aor);
            let _ = writeln!(out, "Qualifying AOR '{}' on endpoint '{}'", aor.name, endpoint.name);
        }
        Ok(out)
    }
}

fn settings(out: &mut String, aor: &Aor) {
    let qualify = &aor.qualify;
    let seconds = qualify.every.map_or(0, |every| every.as_secs());
    let milliseconds = qualify.timeout.unwrap_or(Duration::ZERO).as_millis();
    let yes_or_no = |value| if value { "yes" } else { "no" };
    let _ = writeln!(out, "  Qualify frequency    : {seconds} sec");
    let _ = writeln!(out, "  Qualify timeout      : {milliseconds} ms");
    let _ = writeln!(out, "  Qualify 2xx only     : {}", yes_or_no(qualify.only_2xx));
    let _ = writeln!(out, "  Authenticate qualify : {}", yes_or_no(qualify.authenticate));
}

/// `pjsip show qualify endpoint <id>`.
pub(super) struct ShowEndpoint(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for ShowEndpoint {
    fn syntax(&self) -> &'static str {
        "pjsip show qualify endpoint <id>"
    }

    fn synopsis(&self) -> &'static str {
        "Show the current qualify options for all Aors on the PJSIP endpoint"
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        endpoint_names(&self.0, words, 4)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let config = self.0.config_arc();
        let endpoint = find_endpoint(&config, argument(&call, self.syntax())?)?;
        let mut out = String::new();
        for aor in &endpoint.aors {
            let _ = writeln!(out, " * AOR '{}' on endpoint '{}'", aor.name, endpoint.name);
            settings(&mut out, aor);
            out.push('\n');
        }
        Ok(out)
    }
}

/// `pjsip show qualify aor <id>`.
pub(super) struct ShowAor(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for ShowAor {
    fn syntax(&self) -> &'static str {
        "pjsip show qualify aor <id>"
    }

    fn synopsis(&self) -> &'static str {
        "Show the PJSIP Aor current qualify options"
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        aor_names(&self.0, words, 4)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (config, name) = (self.0.config_arc(), argument(&call, self.syntax())?);
        let unknown = || CliError::failed(format!("Unable to retrieve aor '{name}' qualify options"));
        let mut out = format!(" * AOR '{name}'\n");
        settings(&mut out, config.aors.find(name).ok_or_else(unknown)?);
        Ok(out)
    }
}

/// `pjsip reload qualify endpoint <id>`.
pub(super) struct ReloadEndpoint(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for ReloadEndpoint {
    fn syntax(&self) -> &'static str {
        "pjsip reload qualify endpoint <id>"
    }

    fn synopsis(&self) -> &'static str {
        "Synchronize the qualify options for all Aors on the PJSIP endpoint"
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        endpoint_names(&self.0, words, 4)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let config = self.0.config_arc();
        let endpoint = find_endpoint(&config, argument(&call, self.syntax())?)?;
        let mut out = String::new();
        for aor in &endpoint.aors {
            let _ = writeln!(out, "Synchronizing AOR '{}' on endpoint '{}'", aor.name, endpoint.name);
            self.0.locations.requalify(&config, aor);
        }
        Ok(out)
    }
}

/// `pjsip reload qualify aor <id>`.
pub(super) struct ReloadAor(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for ReloadAor {
    fn syntax(&self) -> &'static str {
        "pjsip reload qualify aor <id>"
    }

    fn synopsis(&self) -> &'static str {
        "Synchronize the PJSIP Aor qualify options"
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        aor_names(&self.0, words, 4)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (config, name) = (self.0.config_arc(), argument(&call, self.syntax())?);
        let unknown = || CliError::failed(format!("Unable to retrieve aor '{name}'"));
        self.0.locations.requalify(&config, config.aors.find(name).ok_or_else(unknown)?);
        Ok(format!("Synchronizing AOR '{name}'\n"))
    }
}
