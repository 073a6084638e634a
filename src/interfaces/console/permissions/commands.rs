//! `cli show|check|reload permissions`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError, fixed_words};
use obelus_core::registry::Registry;

use super::config::Names;
use super::{Peer, Permissions};
use crate::usage::usage;

pub(super) fn register(registry: &mut Registry, permissions: &Arc<Permissions>) {
    registry.add_command(Show(permissions.clone()));
    registry.add_command(Check(permissions.clone()));
    registry.add_command(Reload(permissions.clone()));
}

struct Show(Arc<Permissions>);

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "cli show permissions"
    }

    fn synopsis(&self) -> &'static str {
        "Show CLI permissions"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = String::new();
        for who in &self.0.configured.load().of {
            let (kind, number) = if who.is_group { ("group", "gid") } else { ("user", "uid") };
            let _ = writeln!(text, "{kind}: {} [{number}={}]\nPermissions:", who.name, who.id);
            for rule in &who.rules {
                let word = if rule.permit { "permit" } else { "deny" };
                let _ = writeln!(text, "\t{word} -> {}", rule.command);
            }
            text.push('\n');
        }
        Ok(text)
    }
}

struct Check(Arc<Permissions>);

#[async_trait]
impl CliCommand for Check {
    fn syntax(&self) -> &'static str {
        "cli check permissions <user|@group|user@group> [<command>]"
    }

    fn synopsis(&self) -> &'static str {
        "Try a permissions config for a user"
    }

    fn description(&self) -> &'static str {
        "Says whether a user of the system, or a member of a group, may run a command; without one lists all that he may."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        let typed = words.get(4..).unwrap_or_default();
        match words.len() {
            0..=3 => Vec::new(),
            _ => {
                let line = typed.iter().map(|word| format!("{word} ")).collect::<String>();
                core.registry().commands().complete(core, &line)
            }
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [who, command @ ..] = call.arguments() else { return Err(usage(self)) };
        let (user, group) = match who.split_once('@') {
            Some((user, group)) => (user, Some(group)),
            None => (*who, None),
        };
        let peer = peer(user, group)?;
        if command.is_empty() {
            return Ok(self.list(call.core, peer));
        }
        let command = command.join(" ");
        let kind = if peer.user.is_some() { "User" } else { "Group" };
        let at = if group.is_some() && peer.user.is_some() { "@" } else { "" };
        let group = group.unwrap_or_default();
        let may = if self.0.permit(peer, &command) { "allowed" } else { "not allowed" };
        Ok(format!("{kind} '{user}{at}{group}' is {may} to run command: '{command}'\n"))
    }
}

impl Check {
    fn list(&self, core: &Core, peer: Peer) -> String {
        let mut text = String::new();
        for command in core.registry().commands().iter() {
            let line = fixed_words(command.syntax()).collect::<Vec<_>>().join(" ");
            if self.0.permit(peer, &line) {
                let _ = writeln!(text, "{line:>30.30} {}", command.synopsis());
            }
        }
        match text.is_empty() {
            true => "You are not allowed to run any command on Obelus\n".to_owned(),
            false => text,
        }
    }
}

/// The system's numbers of a user and a group.
fn peer(user: &str, group: Option<&str>) -> Result<Peer, CliError> {
    let names = Names::of_system();
    let unknown = |kind: &str, name: &str| CliError::failed(format!("Unknown {kind} '{name}'"));
    let group = match group {
        Some(name) => Some(names.group(name).ok_or_else(|| unknown("group", name))?),
        None => None,
    };
    let user = match user {
        "" if group.is_some() => None,
        "" => return Err(CliError::failed("You didn't supply a username")),
        name => Some(names.user(name).ok_or_else(|| unknown("user", name))?),
    };
    Ok(Peer { user, group })
}

struct Reload(Arc<Permissions>);

#[async_trait]
impl CliCommand for Reload {
    fn syntax(&self) -> &'static str {
        "cli reload permissions"
    }

    fn synopsis(&self) -> &'static str {
        "Reload CLI permissions config"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        match self.0.reload() {
            Ok(()) => Ok(String::new()),
            Err(problems) => Err(CliError::failed(problems.to_string())),
        }
    }
}
