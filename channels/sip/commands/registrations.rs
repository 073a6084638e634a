//! `pjsip show registrations`, `pjsip send register` and `pjsip send unregister`.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::layout::fit;
use super::listing::{Depth, Listing, View, settings_of};
use crate::driver::Driver;

/// What stands for all registrations.
const ALL: &str = "*all";

/// The room for name and server.
const NAME_AND_SERVER: usize = 53;

pub(super) struct Registrations;

/// The seconds until the next attempt.
fn expiry(next: Option<Instant>) -> String {
    let now = tokio::time::Instant::now().into_std();
    let seconds = next.map_or(0, |next| next.saturating_duration_since(now).as_secs());
    format!("(exp. {seconds}s)")
}

impl Listing for Registrations {
    const LIST: (&'static str, &'static str) =
        ("pjsip list registrations [like <pattern>]", "List PJSIP Registrations");
    const SHOW_ALL: (&'static str, &'static str) =
        ("pjsip show registrations [like <pattern>]", "Show PJSIP Registrations");
    const SHOW: (&'static str, &'static str) = ("pjsip show registration <id>", "Show PJSIP Registration");

    fn names(view: &View<'_>) -> Vec<String> {
        view.config.registrations.sorted().iter().map(|registration| registration.name.to_string()).collect()
    }

    fn header(out: &mut String, _depth: Depth) {
        let columns = "<Registration/ServerURI..............................>  <Auth....................>";
        out.push_str(&format!(" {columns}  <Status.......>\n"));
    }

    fn row(view: &View<'_>, out: &mut String, name: &str, _depth: Depth) -> bool {
        let Some(registration) = view.config.registrations.find(name) else { return false };
        let room = NAME_AND_SERVER.saturating_sub(name.chars().count());
        let server = fit(registration.server_uri.as_str(), room);
        let auth = registration.outbound_auth.first().map_or("n/a", |auth| &auth.name);
        let shown = view.driver.registrations.shown(name).unwrap_or_default();
        let status = shown.status.word();
        let _ = writeln!(out, " {name}/{server}  {auth:<26}  {status:<16} {}", expiry(shown.next));
        true
    }

    fn settings(view: &View<'_>, name: &str) -> Vec<(String, String)> {
        settings_of(view.config.registrations.find(name))
    }
}

/// The name of one registration, or all of them.
fn complete(driver: &Driver, words: &[&str]) -> Vec<String> {
    let config = driver.config_arc();
    let names = config.registrations.names().map(str::to_owned);
    if words.len() == 3 { std::iter::once(ALL.to_owned()).chain(names).collect() } else { Vec::new() }
}

/// Takes back what is named, and begins it anew if it is wanted; what is said about it is Asterisk's.
fn ask(driver: &Driver, call: &CliCall<'_>, usage: &str, anew: bool) -> Result<String, CliError> {
    let [name] = call.arguments() else { return Err(CliError::Usage(usage.to_owned())) };
    if *name == ALL {
        driver.registrations.ask_all(anew);
        return Ok(format!("{} all queued\n", if anew { "Re-register" } else { "Unregister" }));
    }
    let unknown = |_| CliError::failed(format!("Unable to retrieve registration {name}"));
    driver.registrations.ask(name, anew).map_err(unknown)?;
    Ok(String::new())
}

/// `pjsip send register <registration>`.
pub(super) struct SendRegister(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for SendRegister {
    fn syntax(&self) -> &'static str {
        "pjsip send register <registration>"
    }

    fn synopsis(&self) -> &'static str {
        "Registers an outbound registration target"
    }

    fn description(&self) -> &'static str {
        "Takes the registration (or all, *all) back and then registers anew."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        complete(&self.0, words)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        ask(&self.0, &call, self.syntax(), true)
    }
}

/// `pjsip send unregister <registration>`.
pub(super) struct SendUnregister(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for SendUnregister {
    fn syntax(&self) -> &'static str {
        "pjsip send unregister <registration>"
    }

    fn synopsis(&self) -> &'static str {
        "Unregisters outbound registration target"
    }

    fn description(&self) -> &'static str {
        "Takes the registration (or all, *all) back; it is not tried again until it is asked for."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        complete(&self.0, words)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        ask(&self.0, &call, self.syntax(), false)
    }
}
