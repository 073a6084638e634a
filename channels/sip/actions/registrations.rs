//! `PJSIPRegister`, `PJSIPUnregister`, `PJSIPShowRegistrationsOutbound` and `PJSIPShowRegistrationsInbound`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

use super::lists::push_contacts;
use super::objects::push_object;
use crate::driver::Driver;
use crate::outbound_registration::Status;

/// What stands for all registrations.
const ALL: &str = "*all";

fn ask(driver: &Driver, mut call: ActionCall<'_>, anew: bool) {
    let Some(name) = call.required("Registration", "Registration parameter missing.") else { return };
    let re = if anew { "Reregistration" } else { "Unregistration" };
    if name == ALL {
        driver.registrations.ask_all(anew);
        return call.reply.ack(format_args!("{re}s queued."));
    }
    match driver.registrations.ask(&name, anew) {
        Ok(()) => call.reply.ack(format_args!("{re} sent")),
        Err(_) => call.reply.error("Unable to retrieve registration entry"),
    }
}

pub(super) struct Register(pub(super) Arc<Driver>);

static REGISTER: ActionInfo = ActionInfo {
    name: "PJSIPRegister",
    privilege: Classes::SYSTEM.with(Classes::REPORTING),
    synopsis: "Register an outbound registration.",
    arguments: &[("Registration", "Its name, or *all; it is taken back and begun anew.")],
};

#[async_trait]
impl Action for Register {
    fn info(&self) -> &'static ActionInfo {
        &REGISTER
    }

    async fn run(&self, call: ActionCall<'_>) {
        ask(&self.0, call, true);
    }
}

pub(super) struct Unregister(pub(super) Arc<Driver>);

static UNREGISTER: ActionInfo = ActionInfo {
    name: "PJSIPUnregister",
    privilege: Classes::SYSTEM.with(Classes::REPORTING),
    synopsis: "Unregister an outbound registration.",
    arguments: &[("Registration", "Its name, or *all; it is taken back until PJSIPRegister.")],
};

#[async_trait]
impl Action for Unregister {
    fn info(&self) -> &'static ActionInfo {
        &UNREGISTER
    }

    async fn run(&self, call: ActionCall<'_>) {
        ask(&self.0, call, false);
    }
}

pub(super) struct ShowOutbound(pub(super) Arc<Driver>);

static OUTBOUND: ActionInfo = ActionInfo {
    name: "PJSIPShowRegistrationsOutbound",
    privilege: Classes::SYSTEM.with(Classes::REPORTING),
    synopsis: "Lists PJSIP outbound registrations.",
    arguments: &[],
};

#[async_trait]
impl Action for ShowOutbound {
    fn info(&self) -> &'static ActionInfo {
        &OUTBOUND
    }

    async fn run(&self, call: ActionCall<'_>) {
        let config = self.0.config_arc();
        let now = tokio::time::Instant::now().into_std();
        call.reply.list("Following are Events for each Outbound registration");
        let mut registered = 0;
        for registration in config.registrations.iter() {
            let shown = self.0.registrations.shown(&registration.name).unwrap_or_default();
            registered += usize::from(shown.status == Status::Registered);
            let next = shown.next.map_or(0, |next| next.saturating_duration_since(now).as_secs());
            let mut block = call.reply.item("OutboundRegistrationDetail");
            push_object(&mut block, &**registration);
            block.put("Status", shown.status.word()).put("NextReg", next);
            drop(block);
            for auth in &registration.outbound_auth {
                push_object(&mut call.reply.item("AuthDetail"), &**auth);
            }
        }
        let count = config.registrations.len();
        let mut end = call.reply.list_ends("OutboundRegistrationDetailComplete", count);
        end.put("Registered", registered).put("NotRegistered", count - registered);
    }
}

pub(super) struct ShowInbound(pub(super) Arc<Driver>);

static INBOUND: ActionInfo = ActionInfo {
    name: "PJSIPShowRegistrationsInbound",
    privilege: Classes::SYSTEM.with(Classes::REPORTING),
    synopsis: "Lists PJSIP inbound registrations.",
    arguments: &[],
};

#[async_trait]
impl Action for ShowInbound {
    fn info(&self) -> &'static ActionInfo {
        &INBOUND
    }

    async fn run(&self, call: ActionCall<'_>) {
        let config = self.0.config_arc();
        call.reply.list("Following are Events for each Inbound registration");
        let mut count = 0;
        for endpoint in config.endpoints.iter() {
            for aor in &endpoint.aors {
                let mut block = call.reply.item("InboundRegistrationDetail");
                push_object(&mut block, &**aor);
                push_contacts(&mut block, &self.0, aor);
                block.put("EndpointName", &endpoint.name);
                count += 1;
            }
        }
        call.reply.list_ends("InboundRegistrationDetailComplete", count);
    }
}
