//! `PJSIP_AOR(name,field)`: what is configured of an address of record, and who is registered there.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use super::{name_and_field, unknown_field};
use crate::config::Shown;
use crate::driver::Driver;

pub(super) struct PjsipAor(pub(super) Arc<Driver>);

static HELP: Help = Help {
    synopsis: "Get information about a PJSIP AOR.",
    arguments: &[
        Argument::required("name", "The address of record."),
        Argument::required(
            "field",
            "An option of pjsip.conf, such as max_contacts; contact gives the names of all contacts.",
        ),
    ],
    description: "The names that the field contact gives, separated by commas, are what PJSIP_CONTACT takes.",
    see_also: &["PJSIP_CONTACT", "PJSIP_ENDPOINT", "PJSIP_DIAL_CONTACTS"],
};

#[async_trait]
impl DialplanFunction for PjsipAor {
    fn name(&self) -> &'static str {
        "PJSIP_AOR"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${PJSIP_AOR(1001,max_contacts)}", "2"), ("${PJSIP_AOR(1001,qualify_frequency)}", "60")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (name, field) = name_and_field(arguments, "AOR")?;
        let config = self.0.config_arc();
        let unknown = || FunctionError::failed(format!("there is no PJSIP AOR '{name}'"));
        let aor = config.aors.find(name).ok_or_else(unknown)?;
        if field == "contact" {
            let now = channel.core().clock.now().into();
            let contacts = self.0.locations.contacts.of(name);
            let alive = contacts.iter().filter(|contact| contact.is_alive(now));
            return Ok(alive.map(|contact| contact.id()).collect::<Vec<_>>().join(","));
        }
        let known = || aor.settings().iter().map(|(name, _)| *name).collect::<Vec<_>>();
        aor.setting(field).ok_or_else(|| unknown_field(field, "AOR", &known()))
    }
}
