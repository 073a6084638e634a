//! `pjsip send notify`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::driver::Driver;
use crate::notify::{NotNotified, Target, notify};

/// `pjsip send notify <type> {endpoint|uri|channel} <peer> …`.
pub(super) struct SendNotify(pub(super) Arc<Driver>);

#[async_trait]
impl CliCommand for SendNotify {
    fn syntax(&self) -> &'static str {
        "pjsip send notify <type> {endpoint|uri|channel} <peer> [<peer>...]"
    }

    fn synopsis(&self) -> &'static str {
        "Send a NOTIFY request to a SIP endpoint"
    }

    fn description(&self) -> &'static str {
        "The types are the sections of pjsip_notify.conf."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match (words.len(), words.get(4).copied()) {
            (3, _) => self.0.notices.load().names().map(str::to_owned).collect(),
            (4, _) => ["endpoint", "uri", "channel"].map(str::to_owned).to_vec(),
            (_, Some("endpoint")) => self.0.config_arc().endpoints.names().map(str::to_owned).collect(),
            (_, Some("channel")) => {
                core.channels.all().iter().map(|channel| channel.name().to_string()).collect()
            }
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let usage = || CliError::Usage(self.syntax().to_owned());
        let [kind, what, peers @ ..] = call.arguments() else { return Err(usage()) };
        let target: fn(&str) -> Target<'_> = match what.to_ascii_lowercase().as_str() {
            "endpoint" => |name| Target::Endpoint(name),
            "uri" => |uri| Target::Uri(uri),
            "channel" => |name| Target::Channel(name),
            _ => return Err(usage()),
        };
        if peers.is_empty() {
            return Err(usage());
        }
        let notice = self.0.notices.load().find(kind).cloned();
        let notice =
            notice.ok_or_else(|| CliError::failed(format!("Unable to find notify type '{kind}'")))?;
        let mut out = String::new();
        for peer in peers {
            let _ = writeln!(out, "Sending NOTIFY of type '{kind}' to '{peer}'");
            match notify(&self.0, target(peer), &notice).await {
                Ok(()) => {}
                Err(NotNotified::UnknownChannel) => drop(writeln!(out, "Unable to find channel {peer}")),
                Err(error) => drop(writeln!(out, "{error}")),
            }
        }
        Ok(out)
    }
}
