//! `dialplan show chanvar` and `dialplan set chanvar`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::channel::ChannelHandle;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::console::commands::channel::names;
use crate::usage::usage;

fn find(core: &Core, name: &str) -> Result<ChannelHandle, CliError> {
    core.channels.find(name).ok_or_else(|| CliError::failed(format!("Channel '{name}' not found")))
}

pub(super) struct ShowVariables;

#[async_trait]
impl CliCommand for ShowVariables {
    fn syntax(&self) -> &'static str {
        "dialplan show chanvar <channel>"
    }

    fn synopsis(&self) -> &'static str {
        "Show channel variables"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { names(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let channel = find(call.core, name)?;
        let listed = channel.run(|channel| {
            Box::pin(async move {
                let mut text = String::new();
                for (name, value, _) in channel.variables.iter() {
                    let _ = writeln!(text, "{name}={value}");
                }
                text
            })
        });
        listed.await.map_err(|error| CliError::failed(format!("{name}: {error}")))
    }
}

pub(super) struct SetVariable;

#[async_trait]
impl CliCommand for SetVariable {
    fn syntax(&self) -> &'static str {
        "dialplan set chanvar <channel> <varname> <value>"
    }

    fn synopsis(&self) -> &'static str {
        "Set a channel variable"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { names(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [channel, name, value] = call.arguments() else { return Err(usage(self)) };
        let (wanted, new) = ((*name).to_owned(), (*value).to_owned());
        let found = find(call.core, channel)?;
        let set = found.run(move |channel| {
            Box::pin(async move { channel.assign(&wanted, &new).await.map_err(|error| error.to_string()) })
        });
        let set = set.await.map_err(|error| CliError::failed(format!("{channel}: {error}")))?;
        set.map_err(CliError::Failed)?;
        Ok(format!("\n    -- Channel variable '{name}' set to '{value}' for '{channel}'\n"))
    }
}
