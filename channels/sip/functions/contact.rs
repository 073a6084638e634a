//! `PJSIP_CONTACT(name,field)`: what is known of a contact.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use super::{name_and_field, unknown_field};
use crate::driver::Driver;

pub(super) struct PjsipContact(pub(super) Arc<Driver>);

static HELP: Help = Help {
    synopsis: "Get information about a PJSIP contact.",
    arguments: &[
        Argument::required("name", "The contact's name, as PJSIP_AOR(…,contact) gives it."),
        Argument::required(
            "field",
            "status, rtt (microseconds of the last OPTIONS, or N/A), uri, user_agent, expiration_time, path, call_id, \
             endpoint, via_addr, via_port, reg_server, prune_on_boot, or a qualify option.",
        ),
    ],
    description: "The status is Reachable, Unreachable, or NonQualified where nobody asks.",
    see_also: &["PJSIP_AOR", "PJSIP_ENDPOINT", "PJSIP_DIAL_CONTACTS"],
};

#[async_trait]
impl DialplanFunction for PjsipContact {
    fn name(&self) -> &'static str {
        "PJSIP_CONTACT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${PJSIP_CONTACT(${PJSIP_AOR(1001,contact)},uri)}", "sip:1001@192.0.2.1:5060"),
            ("${PJSIP_CONTACT(${PJSIP_AOR(1001,contact)},status)}", "NonQualified"),
            ("${PJSIP_CONTACT(${PJSIP_AOR(1001,contact)},rtt)}", "N/A"),
        ]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (name, field) = name_and_field(arguments, "contact")?;
        let config = self.0.config_arc();
        let unknown = || FunctionError::failed(format!("there is no PJSIP contact '{name}'"));
        let contact = self.0.locations.contacts.find(name).ok_or_else(unknown)?;
        let aor = config.aors.find(&contact.aor).ok_or_else(unknown)?;
        match field {
            "status" => Ok(contact.health.status().word().to_owned()),
            "rtt" => {
                let round_trip = contact.health.round_trip();
                Ok(round_trip.map_or("N/A".to_owned(), |time| time.as_micros().to_string()))
            }
            field => {
                let fields = contact.settings(aor);
                let known =
                    || fields.iter().map(|(name, _)| *name).chain(["status", "rtt"]).collect::<Vec<_>>();
                let found = fields.iter().find(|(name, _)| *name == field).map(|(_, value)| value.clone());
                found.ok_or_else(|| unknown_field(field, "contact", &known()))
            }
        }
    }
}
