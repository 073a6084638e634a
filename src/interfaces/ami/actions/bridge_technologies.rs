//! `BridgeTechnologyList`, `BridgeTechnologySuspend` and `BridgeTechnologyUnsuspend`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::bridge::SuspendError;

pub(super) struct List;

static LIST: ActionInfo = super::info(
    "BridgeTechnologyList",
    Classes::NONE,
    "List available bridging technologies and their statuses.",
    &[],
);

#[async_trait]
impl Action for List {
    fn info(&self) -> &'static ActionInfo {
        &LIST
    }

    async fn run(&self, call: ActionCall<'_>) {
        call.reply.list("Bridge technology listing will follow");
        let mut count = 0;
        for (technology, suspended) in call.core.bridges.technologies.all() {
            let mut block = call.reply.item("BridgeTechnologyListItem");
            block.put("BridgeTechnology", technology.name).put("BridgeType", technology.kind);
            block.put("BridgePriority", technology.priority);
            block.put("BridgeSuspended", if suspended { "Yes" } else { "No" });
            count += 1;
        }
        call.reply.list_ends("BridgeTechnologyListComplete", count);
    }
}

const ARGUMENTS: &[(&str, &str)] = &[("BridgeTechnology", "Its name.")];

pub(super) struct Suspend;

static SUSPEND: ActionInfo =
    super::info("BridgeTechnologySuspend", Classes::NONE, "Suspend a bridging technology.", ARGUMENTS);

#[async_trait]
impl Action for Suspend {
    fn info(&self) -> &'static ActionInfo {
        &SUSPEND
    }

    async fn run(&self, call: ActionCall<'_>) {
        suspend(call, true);
    }
}

pub(super) struct Unsuspend;

static UNSUSPEND: ActionInfo =
    super::info("BridgeTechnologyUnsuspend", Classes::NONE, "Unsuspend a bridging technology.", ARGUMENTS);

#[async_trait]
impl Action for Unsuspend {
    fn info(&self) -> &'static ActionInfo {
        &UNSUSPEND
    }

    async fn run(&self, call: ActionCall<'_>) {
        suspend(call, false);
    }
}

fn suspend(mut call: ActionCall<'_>, suspended: bool) {
    let Some(name) = call.required("BridgeTechnology", "BridgeTechnology must be provided") else { return };
    match call.core.bridges.technologies.suspend(&name, suspended) {
        Ok(()) if suspended => call.reply.ack("Suspended bridge technology"),
        Ok(()) => call.reply.ack("Unsuspended bridge technology"),
        Err(error @ (SuspendError::Unknown | SuspendError::Needed)) => {
            call.reply.error(format_args!("BridgeTechnology {error}"));
        }
    }
}
