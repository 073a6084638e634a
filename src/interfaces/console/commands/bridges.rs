//! `bridge show all`, `bridge show`, `bridge destroy`, `bridge kick`.

use std::fmt::Write;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::bridge::Bridge;
use obelus_core::channel::ChannelHandle;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::events::BridgeSnapshot;

use super::text::clock;
use crate::usage::usage;

pub(super) struct ShowAll;

#[async_trait]
impl CliCommand for ShowAll {
    fn syntax(&self) -> &'static str {
        "bridge show all"
    }

    fn synopsis(&self) -> &'static str {
        "List all bridges"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = row(["Bridge-ID", "Name"], "Chans", ["Type", "Technology", "Duration"]);
        for bridge in call.core.bridges.all() {
            let snapshot = bridge.snapshot();
            let duration = duration(call.core, &snapshot);
            text.push_str(&row(
                [&snapshot.id, &snapshot.name],
                &snapshot.channels.to_string(),
                [snapshot.kind, snapshot.technology, &duration],
            ));
        }
        Ok(text)
    }
}

fn row([id, name]: [&str; 2], channels: &str, [kind, technology, duration]: [&str; 3]) -> String {
    format!("{id:<36} {name:<36} {channels:>5} {kind:<15} {technology:<15} {duration}\n")
}

fn duration(core: &Core, snapshot: &BridgeSnapshot) -> String {
    clock(Duration::try_from(core.clock.now().duration_since(snapshot.created)).unwrap_or_default())
}

fn ids(core: &Core, words: &[&str]) -> Vec<String> {
    if words.len() == 2 {
        core.bridges.all().iter().map(|bridge| bridge.id().to_string()).collect()
    } else {
        Vec::new()
    }
}

fn find(core: &Core, id: &str) -> Result<Bridge, CliError> {
    core.bridges.find(id).ok_or_else(|| CliError::failed(format!("Bridge '{id}' not found")))
}

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "bridge show <bridge-id>"
    }

    fn synopsis(&self) -> &'static str {
        "Show information about a bridge"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        ids(core, words)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [id] = call.arguments() else { return Err(usage(self)) };
        let bridge = find(call.core, id)?;
        let snapshot = bridge.snapshot();
        let BridgeSnapshot { id, kind, technology, creator, name, channels, .. } = &snapshot;
        let mut text = format!(
            "Id: {id}\nType: {kind}\nTechnology: {technology}\nSubclass: {kind}\nCreator: {creator}\n"
        );
        let _ = write!(text, "Name: {name}\nVideo-Mode: none\nVideo-Source-Id: \nNum-Channels: {channels}\n");
        let _ = writeln!(text, "Num-Active: {channels}\nDuration: {}", duration(call.core, &snapshot));
        for member in bridge.members() {
            let _ = writeln!(text, "Channel: {}", member.name());
        }
        Ok(text)
    }
}

pub(super) struct Destroy;

#[async_trait]
impl CliCommand for Destroy {
    fn syntax(&self) -> &'static str {
        "bridge destroy <bridge-id>"
    }

    fn synopsis(&self) -> &'static str {
        "Destroy a bridge"
    }

    fn description(&self) -> &'static str {
        "Sends all channels out of the bridge."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        ids(core, words)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [id] = call.arguments() else { return Err(usage(self)) };
        find(call.core, id)?.dissolve();
        Ok(format!("Destroying bridge '{id}'\n"))
    }
}

pub(super) struct Kick;

#[async_trait]
impl CliCommand for Kick {
    fn syntax(&self) -> &'static str {
        "bridge kick <bridge-id> <channel|all>"
    }

    fn synopsis(&self) -> &'static str {
        "Kick a channel from a bridge"
    }

    fn description(&self) -> &'static str {
        "Sends a channel, or with `all` every channel, out of the bridge. The beginning of the channel's name will do."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        let Some(id) = words.get(2).filter(|_| words.len() == 3) else { return ids(core, words) };
        let members = core.bridges.find(id).map(|bridge| bridge.members()).unwrap_or_default();
        members.iter().map(|member| member.name().to_string()).chain(["all".to_owned()]).collect()
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [id, name] = call.arguments() else { return Err(usage(self)) };
        let bridge = find(call.core, id)?;
        let members = bridge.members();
        if name.eq_ignore_ascii_case("all") {
            members.iter().for_each(|member| bridge.kick(member));
            return Ok(format!("Kicking all channels from bridge '{id}'\n"));
        }
        let begins = |channel: &&ChannelHandle| {
            channel.name().get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        let Some(member) = members.iter().find(begins) else {
            let known = call.core.channels.all().iter().any(|channel| begins(&channel));
            let why = if known { "is not in the bridge" } else { "not found" };
            return Err(CliError::failed(format!("Channel '{name}' {why}")));
        };
        bridge.kick(member);
        Ok(format!("Kicking channel '{}' from bridge '{id}'\n", member.name()))
    }
}
