//! `ModuleLoad`: modules are parts of one program, so that they can be reloaded, but neither loaded nor taken out.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_interfaces::control::{Control, ReloadError};

pub(super) struct ModuleLoad(pub(super) Arc<dyn Control>);

static INFO: ActionInfo = super::info(
    "ModuleLoad",
    Classes::SYSTEM,
    "Module management.",
    &[("Module", "Its name; all modules by default."), ("LoadType", "reload.")],
);

#[async_trait]
impl Action for ModuleLoad {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, call: ActionCall<'_>) {
        let module = call.message.get("Module");
        let how = call.message.get("LoadType").to_ascii_lowercase();
        let loaded = || super::reload::is_loaded(&call.core.registry(), module);
        match (how.as_str(), module) {
            ("", _) => call.reply.error("Incomplete ModuleLoad action."),
            ("reload", module) => self.reload(module, call).await,
            (_, "") => call.reply.error("Need module name"),
            (how, _) if how != "reload" && !loaded() => call.reply.error("Module not found."),
            ("load", _) => call.reply.error("Could not load module: it is loaded."),
            ("unload", _) => {
                call.reply.error("Could not unload module: it is part of the program; see modules.conf.");
            }
            ("refresh", _) => {
                call.reply.error("Could not refresh module: it is part of the program; reload it.");
            }
            _ => call.reply.error("Incomplete ModuleLoad action."),
        }
    }
}

impl ModuleLoad {
    async fn reload(&self, module: &str, call: ActionCall<'_>) {
        match self.0.reload(Some(module).filter(|module| !module.is_empty())).await {
            Ok(()) => call.reply.ack("Module reloaded."),
            Err(ReloadError::Unknown(_)) => call.reply.error("Module not found."),
            Err(ReloadError::Busy) => call.reply.error("A reload is in progress"),
            Err(error) => {
                tracing::warn!(%error, "AMI: reload");
                call.reply.error("An unknown error occurred");
            }
        }
    }
}
