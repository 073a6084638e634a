//! `core show hanguphandlers`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::channel::ChannelHandle;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "core show hanguphandlers <channel|all>"
    }

    fn synopsis(&self) -> &'static str {
        "Show hangup handlers of a specified channel"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => {
                let channels = core.channels.all().into_iter().map(|channel| channel.name().to_string());
                channels.chain(["all".to_owned()]).collect()
            }
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let mut text = format!("{:<30} {}\n", "Channel", "Handler");
        if name.eq_ignore_ascii_case("all") {
            for channel in call.core.channels.all() {
                push(&mut text, &channel).await;
            }
            return Ok(text);
        }
        let channel =
            call.core.channels.find(name).ok_or_else(|| CliError::failed("Channel does not exist."))?;
        push(&mut text, &channel).await;
        Ok(text)
    }
}

/// The channel's own task knows them; one that has just ended has none.
async fn push(text: &mut String, channel: &ChannelHandle) {
    let asked = channel.run(|channel| Box::pin(async { channel.hangup_handlers().to_vec() })).await;
    // The one that was pushed last is run first.
    for (number, handler) in asked.unwrap_or_default().iter().rev().enumerate() {
        let name = if number == 0 { &**channel.name() } else { "" };
        let _ = writeln!(text, "{name:<30} {handler}");
    }
}
