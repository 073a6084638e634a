//! `PJSIPShowEndpoints` and `PJSIPShowEndpoint`.

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Block, Classes};

use super::lists::{push_contact_status, push_contacts};
use super::objects::{names, push_object};
use crate::config::{Config, Endpoint};
use crate::driver::Driver;

pub(super) struct ShowEndpoints(pub(super) Arc<Driver>);

static ALL: ActionInfo = ActionInfo {
    name: "PJSIPShowEndpoints",
    privilege: Classes::SYSTEM,
    synopsis: "Lists PJSIP endpoints.",
    arguments: &[],
};

#[async_trait]
impl Action for ShowEndpoints {
    fn info(&self) -> &'static ActionInfo {
        &ALL
    }

    async fn run(&self, call: ActionCall<'_>) {
        let config = self.0.config_arc();
        let endpoints = config.endpoints.sorted();
        if endpoints.is_empty() {
            return call.reply.error("No endpoints found\n");
        }
        call.reply.list("A listing of Endpoints follows, presented as EndpointList events");
        for endpoint in &endpoints {
            let mut block = call.reply.item("EndpointList");
            block.put("ObjectType", "endpoint").put("ObjectName", &endpoint.name);
            self.push(&mut block, &config, endpoint);
        }
        call.reply.list_ends("EndpointListComplete", endpoints.len());
    }
}

impl ShowEndpoints {
    fn push(&self, block: &mut Block<'_>, config: &Arc<Config>, endpoint: &Endpoint) {
        let transport = endpoint.transport.as_ref().map_or("", |transport| &transport.name);
        let now = SystemTime::now();
        let contacts = endpoint.aors.iter().flat_map(|aor| self.0.locations.contacts.of(&aor.name).to_vec());
        let contacts: String = contacts
            .filter(|contact| contact.is_alive(now))
            .map(|contact| format!("{}/{},", contact.aor, contact.uri))
            .collect();
        block
            .put("Transport", transport)
            .put("Aor", names(endpoint.aors.iter().map(|aor| &*aor.name)))
            .put("Auths", names(endpoint.auth.iter().map(|auth| &*auth.name)))
            .put("OutboundAuths", names(endpoint.outbound_auth.iter().map(|auth| &*auth.name)))
            .put("Contacts", contacts);
        push_state(block, &self.0, config, endpoint);
    }
}

/// What the endpoint does now.
fn push_state(block: &mut Block<'_>, driver: &Driver, config: &Arc<Config>, endpoint: &Endpoint) {
    let channels = driver.core.channels.of_device(&endpoint.device());
    block
        .put("DeviceState", driver.device_state(config, &endpoint.name).text())
        .put("ActiveChannels", names(channels.iter().map(|channel| &**channel.name())));
}

pub(super) struct ShowEndpoint(pub(super) Arc<Driver>);

static ONE: ActionInfo = ActionInfo {
    name: "PJSIPShowEndpoint",
    privilege: Classes::SYSTEM,
    synopsis: "Detail listing of an endpoint and its objects.",
    arguments: &[("Endpoint", "Its name.")],
};

#[async_trait]
impl Action for ShowEndpoint {
    fn info(&self) -> &'static ActionInfo {
        &ONE
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(name) = call.required("Endpoint", "PJSIPShowEndpoint requires an endpoint name") else {
            return;
        };
        let config = self.0.config_arc();
        let Some(endpoint) = config.endpoints.find(&name) else {
            return call.reply.error(format_args!("Unable to retrieve endpoint {name}"));
        };
        call.reply.list("Following are Events for each object associated with the Endpoint");
        let mut count = 1;
        let mut block = call.reply.item("EndpointDetail");
        push_object(&mut block, &**endpoint);
        push_state(&mut block, &self.0, &config, endpoint);
        drop(block);
        for aor in &endpoint.aors {
            let mut block = call.reply.item("AorDetail");
            push_object(&mut block, &**aor);
            push_contacts(&mut block, &self.0, aor);
            block.put("EndpointName", &endpoint.name);
            count += 1;
        }
        for auth in endpoint.auth.iter().chain(&endpoint.outbound_auth) {
            let mut block = call.reply.item("AuthDetail");
            push_object(&mut block, &**auth);
            block.put("EndpointName", &endpoint.name);
            count += 1;
        }
        if let Some(transport) = &endpoint.transport {
            let mut block = call.reply.item("TransportDetail");
            push_object(&mut block, &**transport);
            block.put("EndpointName", &endpoint.name);
            count += 1;
        }
        for aor in &endpoint.aors {
            for contact in self.0.locations.contacts.of(&aor.name).iter() {
                push_contact_status(
                    &mut call.reply.item("ContactStatusDetail"),
                    aor,
                    contact,
                    &endpoint.name,
                );
                count += 1;
            }
        }
        for identify in
            config.identifies.sorted().iter().filter(|identify| identify.endpoint == endpoint.name)
        {
            let mut block = call.reply.item("IdentifyDetail");
            push_object(&mut block, &***identify);
            block.put("EndpointName", &endpoint.name);
            count += 1;
        }
        call.reply.list_ends("EndpointDetailComplete", count);
    }
}
