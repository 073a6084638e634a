//! `PJSIP_ENDPOINT(name,field)`: what is configured of an endpoint.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use super::{name_and_field, unknown_field};
use crate::config::Shown;
use crate::driver::Driver;

pub(super) struct PjsipEndpoint(pub(super) Arc<Driver>);

static HELP: Help = Help {
    synopsis: "Get information about a PJSIP endpoint.",
    arguments: &[
        Argument::required("name", "The endpoint."),
        Argument::required("field", "An option of pjsip.conf, such as context or aors."),
    ],
    description: "Gives the value that holds, whether it is written in pjsip.conf or the default.",
    see_also: &["PJSIP_AOR", "PJSIP_CONTACT", "PJSIP_DIAL_CONTACTS"],
};

#[async_trait]
impl DialplanFunction for PjsipEndpoint {
    fn name(&self) -> &'static str {
        "PJSIP_ENDPOINT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${PJSIP_ENDPOINT(1001,context)}", "internal"), ("${PJSIP_ENDPOINT(1001,dtmf_mode)}", "rfc4733")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (name, field) = name_and_field(arguments, "endpoint")?;
        let config = self.0.config_arc();
        let unknown = || FunctionError::failed(format!("there is no PJSIP endpoint '{name}'"));
        let endpoint = config.endpoints.find(name).ok_or_else(unknown)?;
        let known = || endpoint.settings().iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let value = endpoint.setting(field).ok_or_else(|| unknown_field(field, "endpoint", &known()))?;
        Ok(if field == "disallow" { format!("!{value}") } else { value })
    }
}
