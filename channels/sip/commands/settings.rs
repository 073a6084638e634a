//! `pjsip show settings`, `version`, `identifiers` and `unidentified_requests`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::layout::{self, dots, fit, line, to_tab};
use crate::config::Shown;
use crate::driver::Driver;

/// `pjsip show settings`.
pub(super) struct ShowSettings(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for ShowSettings {
    fn syntax(&self) -> &'static str {
        "pjsip show settings"
    }

    fn synopsis(&self) -> &'static str {
        "Show global and system configuration options"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let config = self.0.config_arc();
        let mut out = String::from("\nGlobal Settings:\n\n");
        layout::parameters(&mut out, &config.global.settings());
        out.push_str("\nSystem Settings:\n\n");
        layout::parameters(&mut out, &config.system.settings());
        Ok(out)
    }
}

/// `pjsip show version`.
pub(super) struct ShowVersion;

#[async_trait]
impl CliCommand for ShowVersion {
    fn syntax(&self) -> &'static str {
        "pjsip show version"
    }

    fn synopsis(&self) -> &'static str {
        "Show the version of the SIP stack in use"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        Ok(format!(
            "PJPROJECT version currently running against: none (Obelus SIP {})\n",
            env!("CARGO_PKG_VERSION")
        ))
    }
}

/// `pjsip show identifiers`.
pub(super) struct ShowIdentifiers(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for ShowIdentifiers {
    fn syntax(&self) -> &'static str {
        "pjsip show identifiers"
    }

    fn synopsis(&self) -> &'static str {
        "List endpoint identifiers in the order in which they are asked"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let config = self.0.config_arc();
        let mut out = format!("{}\n", fit("Identifier Names:", 20));
        for identifier in &config.global.identifier_order {
            let _ = writeln!(out, "{}", fit(identifier.word(), 20));
        }
        Ok(out)
    }
}

/// `pjsip show unidentified_requests`.
pub(super) struct ShowUnidentified(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for ShowUnidentified {
    fn syntax(&self) -> &'static str {
        "pjsip show unidentified_requests"
    }

    fn synopsis(&self) -> &'static str {
        "Show PJSIP Unidentified Requests"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let now = tokio::time::Instant::now().into_std();
        let suspects = self.0.unidentified().list();
        if suspects.is_empty() {
            return Ok("No objects found.\n\n".to_owned());
        }
        let mut out = String::from("\n");
        line(&mut out, 0, "Request", &format!("<IP Address{}>  <Count> <Age(sec)>", dots(to_tab(0, 7))));
        layout::rule(&mut out);
        for (address, suspect) in &suspects {
            let age = now.duration_since(suspect.first_seen).as_secs_f64();
            let rest = format!("{}  {:7} {age:10.3}", fit(&address.to_string(), 58), suspect.count);
            line(&mut out, 0, "Request", &rest);
        }
        let _ = writeln!(out, "\nObjects found: {}\n", suspects.len());
        Ok(out)
    }
}
