//! `PJSIPShowAors`, `PJSIPShowAuths`, `PJSIPShowContacts` and `PJSIPShowRegistrationInboundContactStatuses`.

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Block, Classes};

use super::objects::{push_health, push_object};
use crate::config::Aor;
use crate::contact::Contact;
use crate::driver::Driver;

pub(super) struct ShowAors(pub(super) Arc<Driver>);

static AORS: ActionInfo = ActionInfo {
    name: "PJSIPShowAors",
    privilege: Classes::SYSTEM,
    synopsis: "Lists PJSIP AORs.",
    arguments: &[],
};

#[async_trait]
impl Action for ShowAors {
    fn info(&self) -> &'static ActionInfo {
        &AORS
    }

    async fn run(&self, call: ActionCall<'_>) {
        let config = self.0.config_arc();
        let aors = config.aors.sorted();
        if aors.is_empty() {
            return call.reply.error("No AORs found\n");
        }
        call.reply.list("A listing of AORs follows, presented as AorList events");
        for aor in &aors {
            push_object(&mut call.reply.item("AorList"), &***aor);
        }
        call.reply.list_ends("AorListComplete", aors.len());
    }
}

pub(super) struct ShowAuths(pub(super) Arc<Driver>);

static AUTHS: ActionInfo = ActionInfo {
    name: "PJSIPShowAuths",
    privilege: Classes::SYSTEM,
    synopsis: "Lists PJSIP Auths.",
    arguments: &[],
};

#[async_trait]
impl Action for ShowAuths {
    fn info(&self) -> &'static ActionInfo {
        &AUTHS
    }

    async fn run(&self, call: ActionCall<'_>) {
        let config = self.0.config_arc();
        let auths = config.auths.sorted();
        if auths.is_empty() {
            return call.reply.error("No Auths found\n");
        }
        call.reply.list("A listing of Auths follows, presented as AuthList events");
        for auth in &auths {
            push_object(&mut call.reply.item("AuthList"), &***auth);
        }
        call.reply.list_ends("AuthListComplete", auths.len());
    }
}

/// The contacts that are there now.
fn contacts(driver: &Driver) -> Vec<Arc<Contact>> {
    let now = SystemTime::now();
    driver.locations.contacts.all().into_iter().filter(|contact| contact.is_alive(now)).collect()
}

pub(super) struct ShowContacts(pub(super) Arc<Driver>);

static CONTACTS: ActionInfo = ActionInfo {
    name: "PJSIPShowContacts",
    privilege: Classes::SYSTEM,
    synopsis: "Lists PJSIP Contacts.",
    arguments: &[],
};

#[async_trait]
impl Action for ShowContacts {
    fn info(&self) -> &'static ActionInfo {
        &CONTACTS
    }

    async fn run(&self, call: ActionCall<'_>) {
        let contacts = contacts(&self.0);
        if contacts.is_empty() {
            return call.reply.error("No Contacts found\n");
        }
        call.reply.list("A listing of Contacts follows, presented as ContactList events");
        for contact in &contacts {
            let mut block = call.reply.item("ContactList");
            block
                .put("ObjectType", "contact")
                .put("ObjectName", contact.id())
                .put("Aor", &contact.aor)
                .put("Uri", contact.uri.as_str());
            push_health(&mut block, contact);
        }
        call.reply.list_ends("ContactListComplete", contacts.len());
    }
}

pub(super) struct ContactStatuses(pub(super) Arc<Driver>);

static STATUSES: ActionInfo = ActionInfo {
    name: "PJSIPShowRegistrationInboundContactStatuses",
    privilege: Classes::SYSTEM,
    synopsis: "Lists ContactStatuses for PJSIP inbound registrations.",
    arguments: &[],
};

#[async_trait]
impl Action for ContactStatuses {
    fn info(&self) -> &'static ActionInfo {
        &STATUSES
    }

    async fn run(&self, call: ActionCall<'_>) {
        let config = self.0.config_arc();
        call.reply.list("Following are ContactStatusEvents for each Inbound registration");
        let mut count = 0;
        for contact in contacts(&self.0) {
            let Some((aor, binding)) = config.aors.find(&contact.aor).zip(contact.binding()) else {
                continue;
            };
            let mut block = call.reply.item("ContactStatusDetail");
            push_contact_status(&mut block, aor, &contact, &binding.endpoint);
            count += 1;
        }
        call.reply.list_ends("ContactStatusDetailComplete", count);
    }
}

/// The contacts of an address of record, and how many of them have registered.
pub(super) fn push_contacts(block: &mut Block<'_>, driver: &Driver, aor: &Aor) {
    let now = driver.core.clock.now().into();
    let contacts = driver.locations.contacts.of(&aor.name);
    let alive: Vec<_> = contacts.iter().filter(|contact| contact.is_alive(now)).collect();
    let shown: Vec<String> = alive.iter().map(|contact| format!("{}/{}", contact.aor, contact.uri)).collect();
    let registered = alive.iter().filter(|contact| contact.binding().is_some()).count();
    block
        .put("Contacts", shown.join(","))
        .put("TotalContacts", alive.len())
        .put("ContactsRegistered", registered);
}

/// A contact with its registration and reachability.
pub(super) fn push_contact_status(block: &mut Block<'_>, aor: &Aor, contact: &Contact, endpoint: &str) {
    let settings = contact.settings(aor);
    let setting = |name: &str| settings.iter().find(|row| row.0 == name).map_or("", |row| row.1.as_str());
    block
        .put("AOR", &contact.aor)
        .put("URI", contact.uri.as_str())
        .put("UserAgent", setting("user_agent"))
        .put("RegExpire", setting("expiration_time"));
    if !setting("via_addr").is_empty() {
        block.put("ViaAddress", format_args!("{}:{}", setting("via_addr"), setting("via_port")));
    }
    if !setting("call_id").is_empty() {
        block.put("CallID", setting("call_id"));
    }
    push_health(block, contact);
    block
        .put("EndpointName", endpoint)
        .put("ID", contact.id())
        .put("AuthenticateQualify", u8::from(aor.qualify.authenticate))
        .put("OutboundProxy", setting("outbound_proxy"))
        .put("Path", setting("path"))
        .put("QualifyFrequency", setting("qualify_frequency"))
        .put("QualifyTimeout", setting("qualify_timeout"));
}
