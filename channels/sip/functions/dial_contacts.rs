//! `PJSIP_DIAL_CONTACTS(endpoint[,aor[,user]])`: a dial string that rings all contacts.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::dial_string::dial_contacts;
use crate::driver::Driver;

pub(super) struct PjsipDialContacts(pub(super) Arc<Driver>);

static HELP: Help = Help {
    synopsis: "Return a dial string for dialing all contacts on an AOR.",
    arguments: &[
        Argument::required("endpoint", "The endpoint."),
        Argument::optional("aor", "The address of record; all those of the endpoint where empty."),
        Argument::optional("request_user", "The user of the request, in place of that of the contact."),
    ],
    description: "Dial(PJSIP/1001) rings one contact; Dial(${PJSIP_DIAL_CONTACTS(1001)}) rings all that can be reached.\n\
                  Without any it gives nothing.",
    see_also: &["PJSIP_AOR", "PJSIP_CONTACT", "PJSIP_ENDPOINT"],
};

#[async_trait]
impl DialplanFunction for PjsipDialContacts {
    fn name(&self) -> &'static str {
        "PJSIP_DIAL_CONTACTS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${PJSIP_DIAL_CONTACTS(1001)}", "PJSIP/1001/sip:1001@192.0.2.1:5060"),
            ("${PJSIP_DIAL_CONTACTS(1001,1001,7)}", "PJSIP/7@1001/sip:1001@192.0.2.1:5060"),
        ]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let mut arguments = arguments.split(',').map(str::trim);
        let name = arguments.next().unwrap_or_default();
        let (aor, user) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
        if name.is_empty() {
            return Err(FunctionError::arguments("the name of the endpoint is missing"));
        }
        let config = self.0.config_arc();
        let unknown = || FunctionError::failed(format!("there is no PJSIP endpoint '{name}'"));
        let endpoint = config.endpoints.find(name).ok_or_else(unknown)?;
        if aor.is_empty() && endpoint.aors.is_empty() {
            return Err(FunctionError::failed(format!("endpoint '{name}' has no AOR, and none is given")));
        }
        let now = channel.core().clock.now().into();
        Ok(dial_contacts(&config, &self.0.locations.contacts, endpoint, aor, user, now))
    }
}
