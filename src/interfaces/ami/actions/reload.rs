//! `Reload`, `ModuleCheck` and `LoggerRotate`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::module_names::PROVIDERS;
use obelus_core::registry::Registry;
use obelus_interfaces::control::{Control, ReloadError};

pub(super) struct Reload(pub(super) Arc<dyn Control>);

static RELOAD: ActionInfo = super::info(
    "Reload",
    Classes::CONFIG.with(Classes::SYSTEM),
    "Send a reload event.",
    &[("Module", "The module to reload; all of them by default.")],
);

#[async_trait]
impl Action for Reload {
    fn info(&self) -> &'static ActionInfo {
        &RELOAD
    }

    async fn run(&self, call: ActionCall<'_>) {
        let module = Some(call.message.get("Module")).filter(|module| !module.is_empty());
        match self.0.reload(module).await {
            Ok(()) => call.reply.ack("Module Reloaded"),
            Err(ReloadError::Unknown(_)) => call.reply.error("No such module"),
            Err(ReloadError::Busy) => call.reply.error("A reload is in progress"),
            Err(error) => {
                tracing::warn!(%error, "AMI: reload");
                call.reply.error("An unknown error occurred");
            }
        }
    }
}

pub(super) struct ModuleCheck;

static CHECK: ActionInfo = super::info(
    "ModuleCheck",
    Classes::SYSTEM,
    "Check if module is loaded.",
    &[("Module", "Its name, without .so.")],
);

#[async_trait]
impl Action for ModuleCheck {
    fn info(&self) -> &'static ActionInfo {
        &CHECK
    }

    async fn run(&self, call: ActionCall<'_>) {
        match is_loaded(&call.core.registry(), call.message.get("Module")) {
            true => drop(call.reply.success().put("Version", "")),
            false => call.reply.error("Module not loaded"),
        }
    }
}

/// A module of ours, or one of Asterisk's whose applications or functions are here.
pub(super) fn is_loaded(registry: &Registry, name: &str) -> bool {
    let bare = name.strip_suffix(".so").unwrap_or(name);
    let provides = PROVIDERS.iter().filter(|(module, _)| module.eq_ignore_ascii_case(bare));
    registry.module(bare).is_some()
        || provides
            .flat_map(|(_, names)| names.iter())
            .any(|name| registry.app(name).is_some() || registry.function(name).is_some())
}

pub(super) struct LoggerRotate;

static ROTATE: ActionInfo = super::info(
    "LoggerRotate",
    Classes::SYSTEM.with(Classes::REPORTING),
    "Reload and rotate the Asterisk logger.",
    &[],
);

#[async_trait]
impl Action for LoggerRotate {
    fn info(&self) -> &'static ActionInfo {
        &ROTATE
    }

    async fn run(&self, call: ActionCall<'_>) {
        let registry = call.core.registry();
        match registry.commands().run(call.core, "logger rotate", None).await {
            Ok(_) => call.reply.ack("Reloaded the logger and rotated log files"),
            Err(_) => call.reply.error("Failed to reload the logger and rotate log files"),
        }
    }
}
