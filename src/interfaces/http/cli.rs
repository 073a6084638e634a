//! `http show status`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::registry::Registry;

use crate::Site;

pub(crate) fn register(site: &Arc<Site>, registry: &mut Registry) {
    registry.add_command(ShowStatus(site.clone()));
}

struct ShowStatus(Arc<Site>);

#[async_trait]
impl CliCommand for ShowStatus {
    fn syntax(&self) -> &'static str {
        "http show status"
    }

    fn synopsis(&self) -> &'static str {
        "Display HTTP server status"
    }

    fn description(&self) -> &'static str {
        "Lists status of internal HTTP engine"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(CliError::Usage(format!("{}\n       {}\n", self.syntax(), self.description())));
        }
        Ok(shown(&self.0))
    }
}

fn shown(site: &Site) -> String {
    let config = site.config.load();
    let prefix = &config.prefix;
    let mut text = format!("HTTP Server Status:\nPrefix: {prefix}\nServer: {}\n", config.server_name);
    match config.address {
        None => text.push_str("Server Disabled\n\n"),
        Some(address) => {
            let _ = writeln!(text, "Server Enabled and Bound to {address}\n");
            if let Some(tls) = &config.tls {
                let _ = writeln!(text, "HTTPS Server Enabled and Bound to {}\n", tls.address);
            }
        }
    }
    push(&mut text, "Enabled URI's:\n", "None.\n", site.mounts(), |mount| {
        let below = if mount.handler.has_subtree() { "/..." } else { "" };
        format!("{prefix}/{}{below} => {}", mount.name, mount.handler.description())
    });
    push(&mut text, "\nEnabled Redirects:\n", "  None.\n", &config.redirects, |(from, to)| {
        format!("  {from} => {to}")
    });
    push(&mut text, "\nPath Restrictions:\n", "  None.\n", &config.restrictions, |restriction| {
        let mut lines = format!("  Path: {}", restriction.path);
        for (at, (permits, network)) in restriction.access.rules().enumerate() {
            let word = if permits { "allow" } else { "deny" };
            let _ = write!(lines, "\n    {at:3}: {word} - {network}");
        }
        for list in &restriction.lists {
            let _ = write!(lines, "\n    acl: {list}");
        }
        lines
    });
    text
}

/// A heading and its lines, or that there are none.
fn push<T>(
    text: &mut String,
    heading: &str,
    none: &str,
    items: impl IntoIterator<Item = T>,
    line: impl Fn(T) -> String,
) {
    text.push_str(heading);
    let before = text.len();
    for item in items {
        let _ = writeln!(text, "{}", line(item));
    }
    if text.len() == before {
        text.push_str(none);
    }
}
