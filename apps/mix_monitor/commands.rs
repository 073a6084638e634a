//! `mixmonitor start`, `stop` and `list`.

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::channel::ChannelHandle;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::monitors;

pub(crate) struct Start;
pub(crate) struct Stop;
pub(crate) struct List;

/// The channel whose name begins with the first argument.
fn channel(call: &CliCall<'_>, usage: &str) -> Result<ChannelHandle, CliError> {
    let name = call.argument(0).ok_or_else(|| CliError::Usage(usage.to_owned()))?;
    let all = call.core.channels.all();
    let found = all.into_iter().find(|channel| channel.name().starts_with(name));
    found.ok_or_else(|| CliError::failed(format!("No channel matching '{name}' found.")))
}

fn names(core: &Core, words: &[&str]) -> Vec<String> {
    if words.len() > 2 {
        return Vec::new();
    }
    core.channels.all().iter().map(|channel| channel.name().to_string()).collect()
}

/// Runs one of the two applications on a channel.
async fn run(call: CliCall<'_>, application: &'static str, usage: &str) -> Result<String, CliError> {
    let channel = channel(&call, usage)?;
    let text = call.arguments().get(1..).unwrap_or_default().join(" ");
    let ran = channel.run(move |channel| {
        Box::pin(async move { channel.run_app(application, &text).await.map_err(|error| error.to_string()) })
    });
    match ran.await {
        Ok(Ok(_)) => Ok(String::new()),
        Ok(Err(reason)) => Err(CliError::failed(reason)),
        Err(error) => Err(CliError::failed(error.to_string())),
    }
}

#[async_trait]
impl CliCommand for Start {
    fn syntax(&self) -> &'static str {
        "mixmonitor start <channel> [arguments]"
    }

    fn synopsis(&self) -> &'static str {
        "Record a channel; the arguments are those of MixMonitor"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        names(core, words)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        run(call, "MixMonitor", self.syntax()).await
    }
}

#[async_trait]
impl CliCommand for Stop {
    fn syntax(&self) -> &'static str {
        "mixmonitor stop <channel> [id]"
    }

    fn synopsis(&self) -> &'static str {
        "Stop a recording of a channel"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        names(core, words)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        run(call, "StopMixMonitor", self.syntax()).await
    }
}

#[async_trait]
impl CliCommand for List {
    fn syntax(&self) -> &'static str {
        "mixmonitor list <channel>"
    }

    fn synopsis(&self) -> &'static str {
        "List the recordings of a channel"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        names(core, words)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let channel = channel(&call, self.syntax())?;
        let lines = channel.run(|channel| Box::pin(async move { monitors::lines(channel) })).await;
        let lines = lines.map_err(|error| CliError::failed(error.to_string()))?;
        let rule = "=".repeat(73);
        let head = format!("MixMonitor ID\tFile\tReceive File\tTransmit File\n{rule}\n");
        Ok(lines.iter().fold(head, |text, line| format!("{text}{line}\n")))
    }
}
