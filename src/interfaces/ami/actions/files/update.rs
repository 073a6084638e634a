//! Writing a file.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes, Message};
use obelus_core::conf::{is_false, is_true};

use super::edit::{Change, EditError, Text};
use super::{Refusal, existing, writable};
use crate::ami::Ami;

/// As many changes as Asterisk makes at once.
const MOST_CHANGES: usize = 100_000;

pub(super) struct UpdateConfig(pub(super) Arc<Ami>);

static UPDATE: ActionInfo = ActionInfo {
    name: "UpdateConfig",
    privilege: Classes::CONFIG,
    synopsis: "Update basic configuration.",
    arguments: &[
        ("SrcFilename", "The file to read."),
        ("DstFilename", "The file to write."),
        ("Reload", "yes for everything, or the name of a module."),
        ("Action-000000", "NewCat, RenameCat, DelCat, EmptyCat, Update, Delete, Append or Insert."),
        ("Cat-000000", "The section."),
        ("Var-000000", "The line's name."),
        ("Value-000000", "The new value; `>` before it makes it an object."),
        ("Match-000000", "The value that the line must have, or the section that a new one comes before."),
        ("Line-000000", "The number of the line in its section."),
        ("Options-000000", "allowdups, template, inherit=name, ignoreerror."),
    ],
};

#[async_trait]
impl Action for UpdateConfig {
    fn info(&self) -> &'static ActionInfo {
        &UPDATE
    }

    async fn run(&self, call: ActionCall<'_>) {
        let (from, to) = (call.message.get("SrcFilename"), call.message.get("DstFilename"));
        if from.is_empty() || to.is_empty() {
            return call.reply.error(Refusal::Unnamed.text());
        }
        let paths =
            existing(&self.0, call.core, from).and_then(|from| Ok((from, writable(&self.0, call.core, to)?)));
        let (from, to) = match paths {
            Ok(paths) => paths,
            Err(refusal) => return call.reply.error(refusal.text()),
        };
        let Ok(text) = tokio::fs::read_to_string(&from).await else {
            return call.reply.error("Config file not found");
        };
        let text = match changed(&text, call.message) {
            Ok(text) => text,
            Err(error) => return call.reply.error(error.text()),
        };
        if let Err(error) = replace(&to, &text).await {
            tracing::error!(file = %to.display(), %error, "AMI: UpdateConfig");
            return call.reply.error("Save of config failed");
        }
        drop(call.reply.success());
        self.reload(call.message.get("Reload")).await;
    }
}

impl UpdateConfig {
    async fn reload(&self, wanted: &str) {
        let module = match wanted {
            "" => return,
            word if is_true(word) => None,
            word if is_false(word) => return,
            name => Some(name),
        };
        if let Err(error) = self.0.control.reload(module).await {
            tracing::warn!(%error, "AMI: the reload after UpdateConfig");
        }
    }
}

fn changed(text: &str, message: &Message) -> Result<String, EditError> {
    let mut text = Text::parse(text);
    for number in 0..MOST_CHANGES {
        let get = |name: &str| message.get(&format!("{name}-{number:06}"));
        let action = get("Action");
        if action.is_empty() {
            break;
        }
        text.change(&Change {
            action,
            category: get("Cat"),
            variable: get("Var"),
            value: get("Value"),
            matching: get("Match"),
            line: get("Line"),
            options: get("Options"),
        })?;
    }
    Ok(text.text())
}

/// Writes a file whole or not at all.
async fn replace(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    tokio::fs::write(&beside, text).await?;
    if let Ok(old) = tokio::fs::metadata(path).await {
        tokio::fs::set_permissions(&beside, old.permissions()).await?;
    }
    tokio::fs::rename(&beside, path).await
}

pub(super) struct CreateConfig(pub(super) Arc<Ami>);

static CREATE: ActionInfo = ActionInfo {
    name: "CreateConfig",
    privilege: Classes::CONFIG,
    synopsis: "Creates an empty file in the configuration directory.",
    arguments: &[("Filename", "The file's name.")],
};

#[async_trait]
impl Action for CreateConfig {
    fn info(&self) -> &'static ActionInfo {
        &CREATE
    }

    async fn run(&self, call: ActionCall<'_>) {
        let path = match writable(&self.0, call.core, call.message.get("Filename")) {
            Ok(path) => path,
            Err(Refusal::NotFound) => return call.reply.error("Filename is invalid"),
            Err(refusal) => return call.reply.error(refusal.text()),
        };
        match tokio::fs::OpenOptions::new().write(true).create_new(true).open(&path).await {
            Ok(_) => call.reply.ack("New configuration file created successfully"),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                call.reply.error("File exists")
            }
            Err(error) => call.reply.error(error),
        }
    }
}
