//! `channel redirect`.

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::channel::ChannelHandle;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::channel::names;
use crate::usage::usage;

pub(super) struct ChannelRedirect;

#[async_trait]
impl CliCommand for ChannelRedirect {
    fn syntax(&self) -> &'static str {
        "channel redirect <channel> <[[context,]exten,]priority>"
    }

    fn synopsis(&self) -> &'static str {
        "Redirect a call"
    }

    fn description(&self) -> &'static str {
        "Sends a channel to another place in the dialplan, whatever it is doing; the priority may be a label."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 2 { names(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name, place] = call.arguments() else { return Err(usage(self)) };
        let unknown = || CliError::failed(format!("Channel '{name}' not found"));
        let channel = call.core.channels.find(name).ok_or_else(unknown)?;
        redirect(&channel, place).await.map_err(|reason| {
            CliError::failed(format!("Channel '{name}' failed to be redirected to {place}: {reason}"))
        })?;
        Ok(format!("Channel '{name}' successfully redirected to {place}\n"))
    }
}

async fn redirect(channel: &ChannelHandle, place: &str) -> Result<(), String> {
    let wanted = place.to_owned();
    let looked_up = channel.run(move |channel| {
        Box::pin(async move {
            let position = channel.resolve(&wanted)?;
            match channel.extension_exists(&position) {
                true => Ok(position),
                false => Err(format!("there is no {position}")),
            }
        })
    });
    let position = looked_up.await.map_err(|error| error.to_string())??;
    channel.redirect(position).map_err(|error| error.to_string())
}
