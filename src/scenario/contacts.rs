//! `PJSIP_DIAL_CONTACTS` on a stage: nobody is registered there, so the cast says who can be called.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::cast::Cast;

/// The name of the driver's function that it stands in for.
pub(crate) const NAME: &str = "PJSIP_DIAL_CONTACTS";

/// Gives the endpoint itself, if the scenario has it.
pub(crate) struct DialContacts(pub(crate) Arc<Cast>);

static HELP: Help = Help {
    synopsis: "Return a dial string for dialing all contacts on an AOR.",
    arguments: &[
        Argument::required("endpoint", "The endpoint."),
        Argument::optional("aor", "Not looked at here."),
        Argument::optional("request_user", "Not looked at here."),
    ],
    description: "In a scenario an endpoint is one device, and empty if that is absent.",
    see_also: &[],
};

#[async_trait]
impl DialplanFunction for DialContacts {
    fn name(&self) -> &'static str {
        NAME
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let endpoint = arguments.split(',').next().unwrap_or_default().trim();
        let device = format!("PJSIP/{endpoint}");
        Ok(if self.0.has(&device) { device } else { String::new() })
    }
}
