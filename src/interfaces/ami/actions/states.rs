//! `ExtensionState`, `ExtensionStateList`, `DeviceStateList`, `PresenceState` and `PresenceStateList`.

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::action::{Action, ActionCall, ActionInfo, Block, Classes};
use obelus_core::extension_state;

use crate::events::push_presence;

const PRIVILEGE: Classes = Classes::CALL.with(Classes::REPORTING);

/// The state of an extension and the text of its hint; none where it has no hint.
async fn state(core: &Core, context: &str, exten: &str) -> Option<(extension_state::ExtensionState, String)> {
    let (devices, _) = core.dialplan.load().hint(&core.clock, context, exten)?;
    Some((core.extension_state(context, exten).await?, devices))
}

/// Exten, context, hint and state, as an answer or an event has them.
fn push(
    block: &mut Block<'_>,
    exten: &str,
    context: &str,
    found: Option<&(extension_state::ExtensionState, String)>,
) {
    block
        .put("Exten", exten)
        .put("Context", context)
        .put("Hint", found.map_or("", |(_, hint)| hint))
        .put("Status", found.map_or(-1, |(state, _)| state.number()))
        .put("StatusText", found.map_or("Unknown", |(state, _)| state.text()));
}

pub(super) struct ExtensionState;

static STATE: ActionInfo = super::info(
    "ExtensionState",
    PRIVILEGE,
    "Check Extension Status.",
    &[("Exten", "The extension."), ("Context", "Its context; `default` by default.")],
);

#[async_trait]
impl Action for ExtensionState {
    fn info(&self) -> &'static ActionInfo {
        &STATE
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(exten) = call.required("Exten", "Extension not specified") else { return };
        let context = match call.message.get("Context") {
            "" => "default",
            context => context,
        };
        let found = state(call.core, context, &exten).await;
        let mut block = call.reply.success();
        block.put("Message", "Extension Status");
        push(&mut block, &exten, context, found.as_ref());
    }
}

pub(super) struct ExtensionStateList;

static STATE_LIST: ActionInfo =
    super::info("ExtensionStateList", PRIVILEGE, "List the current known extension states.", &[]);

#[async_trait]
impl Action for ExtensionStateList {
    fn info(&self) -> &'static ActionInfo {
        &STATE_LIST
    }

    async fn run(&self, call: ActionCall<'_>) {
        let plan = call.core.dialplan.load_full();
        let place = |context: &str, exten: &str| (context.to_owned(), exten.to_owned());
        let hints = plan.plan().hints().filter(|(_, exten, _)| !exten.is_pattern());
        let hints: Vec<_> = hints.map(|(context, exten, _)| place(context.name(), exten.name())).collect();
        if hints.is_empty() {
            return call.reply.error("No dialplan hints are available");
        }
        call.reply.list("Extension Statuses will follow");
        for (context, exten) in &hints {
            let found = state(call.core, context, exten).await;
            push(&mut call.reply.item("ExtensionStatus"), exten, context, found.as_ref());
        }
        call.reply.list_ends("ExtensionStateListComplete", hints.len());
    }
}

pub(super) struct DeviceStateList;

static DEVICE_LIST: ActionInfo =
    super::info("DeviceStateList", PRIVILEGE, "List the current known device states.", &[]);

#[async_trait]
impl Action for DeviceStateList {
    fn info(&self) -> &'static ActionInfo {
        &DEVICE_LIST
    }

    async fn run(&self, call: ActionCall<'_>) {
        let devices = devices(call.core).await;
        call.reply.list("Device State Changes will follow");
        for device in &devices {
            let state = call.core.device_state(device).await;
            call.reply.item("DeviceStateChange").put("Device", device).put("State", state);
        }
        call.reply.list_ends("DeviceStateListComplete", devices.len());
    }
}

/// Those of which something is known, those that hints watch, and those that have a channel now.
async fn devices(core: &Core) -> Vec<String> {
    let mut devices = core.known_devices().await;
    for (_, _, hint) in core.dialplan.load().plan().hints() {
        let text = hint.text().literal().unwrap_or_default();
        devices.extend(obelus_core::dialplan::Hint::devices(text).map(str::to_owned));
    }
    devices.extend(core.channels.all().iter().map(|channel| channel.device().to_owned()));
    devices.sort();
    devices.dedup();
    devices
}

pub(super) struct PresenceState;

static PRESENCE: ActionInfo = super::info(
    "PresenceState",
    PRIVILEGE,
    "Check Presence State.",
    &[("Provider", "Whose: CustomPresence:name.")],
);

#[async_trait]
impl Action for PresenceState {
    fn info(&self) -> &'static ActionInfo {
        &PRESENCE
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(provider) = call.required("Provider", "No provider specified") else { return };
        let Some(presence) = call.core.presence(&provider).await else {
            return call
                .reply
                .error(format_args!("Invalid provider {provider} or provider in invalid state"));
        };
        let mut block = call.reply.success();
        block.put("Message", "Presence State").put("State", presence.state.word());
        if !presence.subtype.is_empty() {
            block.put("Subtype", &presence.subtype);
        }
        if !presence.message.is_empty() {
            block.put("Message", &presence.message).put("PresenceMessage", &presence.message);
        }
    }
}

pub(super) struct PresenceStateList;

static PRESENCE_LIST: ActionInfo =
    super::info("PresenceStateList", PRIVILEGE, "List the current known presence states.", &[]);

#[async_trait]
impl Action for PresenceStateList {
    fn info(&self) -> &'static ActionInfo {
        &PRESENCE_LIST
    }

    async fn run(&self, call: ActionCall<'_>) {
        let presences = call.core.custom_presences().await.unwrap_or_default();
        call.reply.list("Presence State Changes will follow");
        for (presentity, presence) in &presences {
            push_presence(&mut call.reply.item("PresenceStateChange").lines(), presentity, presence);
        }
        call.reply.list_ends("PresenceStateListComplete", presences.len());
    }
}
