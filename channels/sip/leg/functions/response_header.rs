//! `PJSIP_RESPONSE_HEADER(read,name[,number])`: the headers of the last response to our INVITE.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use super::{HeaderArguments, leg, value_in};

pub(super) struct PjsipResponseHeader;

static HELP: Help = Help {
    synopsis: "Gets headers of 200 response from an outbound PJSIP channel.",
    arguments: &[
        Argument::required("action", "`read`."),
        Argument::required("name", "The header."),
        Argument::optional("number", "Which one, where several have the name; 1 is the first."),
    ],
    description: "It is read on the called channel, as in the U option of Dial. Before the answer it gives those of \
                  the last provisional response.",
    see_also: &["PJSIP_RESPONSE_HEADERS", "PJSIP_HEADER"],
};

#[async_trait]
impl DialplanFunction for PjsipResponseHeader {
    fn name(&self) -> &'static str {
        "PJSIP_RESPONSE_HEADER"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${PJSIP_RESPONSE_HEADER(read,X-Answer)}", "yes")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let HeaderArguments { action, name, number } = HeaderArguments::parse(arguments)?;
        if action != "read" {
            return Err(FunctionError::arguments(format!("unknown action `{action}`; there is read")));
        }
        let response = leg(channel)?.response();
        Ok(response.and_then(|response| value_in(&response, name, number)).unwrap_or_default())
    }
}
