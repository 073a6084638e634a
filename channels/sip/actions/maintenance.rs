//! `PJSIPSetMaintenance` and `PJSIPShowMaintenance`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

use crate::driver::Driver;
use crate::maintenance::{ALL, State};

pub(super) struct SetMaintenance(pub(super) Arc<Driver>);

static SET: ActionInfo = ActionInfo {
    name: "PJSIPSetMaintenance",
    privilege: Classes::SYSTEM,
    synopsis: "Enable or disable maintenance mode for a PJSIP endpoint.",
    arguments: &[("Endpoint", "Its name, or all."), ("State", "on or off.")],
};

#[async_trait]
impl Action for SetMaintenance {
    fn info(&self) -> &'static ActionInfo {
        &SET
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(name) = call.required("Endpoint", "Endpoint parameter missing") else { return };
        let Some(state) = call.required("State", "State parameter missing") else { return };
        let Some(state) = State::parse(&state) else {
            return call.reply.error("State must be 'on' or 'off'");
        };
        let (config, maintenance) = (self.0.config_arc(), &self.0.maintenance);
        if name.eq_ignore_ascii_case(ALL) {
            maintenance.set(call.core, config.endpoints.iter().map(|endpoint| &endpoint.name), ALL, state);
            return call.reply.ack(format_args!("Maintenance mode {} for all endpoints", state.word()));
        }
        let Some(endpoint) = config.endpoints.find(&name) else {
            return call.reply.error(format_args!("Endpoint '{name}' not found"));
        };
        maintenance.set(call.core, std::iter::once(&endpoint.name), &name, state);
        call.reply.ack(format_args!("Maintenance mode {}", state.word()));
    }
}

pub(super) struct ShowMaintenance(pub(super) Arc<Driver>);

static SHOW: ActionInfo = ActionInfo {
    name: "PJSIPShowMaintenance",
    privilege: Classes::SYSTEM.with(Classes::REPORTING),
    synopsis: "Show maintenance mode status for PJSIP endpoints.",
    arguments: &[("Endpoint", "Its name; all that are in maintenance if left away.")],
};

#[async_trait]
impl Action for ShowMaintenance {
    fn info(&self) -> &'static ActionInfo {
        &SHOW
    }

    async fn run(&self, call: ActionCall<'_>) {
        let maintenance = &self.0.maintenance;
        call.reply.list("Maintenance status events follow");
        let shown = match call.message.get("Endpoint") {
            "" => maintenance.list().into_iter().map(|endpoint| (endpoint, State::On)).collect(),
            name => vec![(name.into(), if maintenance.has(name) { State::On } else { State::Off })],
        };
        for (endpoint, state) in &shown {
            let mut item = call.reply.item("PJSIPMaintenanceStatus");
            item.put("Endpoint", endpoint).put("Status", state.word());
        }
        call.reply.list_ends("PJSIPMaintenanceStatusComplete", shown.len());
    }
}
