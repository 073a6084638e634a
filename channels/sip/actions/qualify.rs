//! `PJSIPQualify`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

use crate::driver::Driver;

pub(super) struct Qualify(pub(super) Arc<Driver>);

static INFO: ActionInfo = ActionInfo {
    name: "PJSIPQualify",
    privilege: Classes::SYSTEM.with(Classes::REPORTING),
    synopsis: "Qualify a chan_pjsip endpoint.",
    arguments: &[("Endpoint", "Its name.")],
};

#[async_trait]
impl Action for Qualify {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(name) = call.required("Endpoint", "Endpoint parameter missing.") else { return };
        let config = self.0.config_arc();
        let Some(endpoint) = config.endpoints.find(&name) else {
            return call.reply.error("Unable to retrieve endpoint");
        };
        if endpoint.aors.is_empty() {
            return call.reply.error("No AoRs configured for endpoint");
        }
        for aor in &endpoint.aors {
            self.0.locations.ask(aor);
        }
        call.reply.ack("Endpoint found, will qualify");
    }
}
