//! `PJSIP_HEADERS([prefix])` and `PJSIP_RESPONSE_HEADERS([prefix])`: which headers there are.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use super::{leg, names_in};

pub(super) struct PjsipHeaders;

pub(super) struct PjsipResponseHeaders;

static HEADERS: Help = Help {
    synopsis: "Gets the list of SIP header names from an INVITE message.",
    arguments: &[Argument::optional("prefix", "Only those that begin so.")],
    description: "The names are separated by commas; one that is there several times is listed once.",
    see_also: &["PJSIP_HEADER"],
};

static RESPONSE: Help = Help {
    synopsis: "Gets the list of SIP header names from the 200 response of INVITE message.",
    arguments: &[Argument::optional("prefix", "Only those that begin so.")],
    description: "The names are separated by commas; one that is there several times is listed once.",
    see_also: &["PJSIP_RESPONSE_HEADER"],
};

#[async_trait]
impl DialplanFunction for PjsipHeaders {
    fn name(&self) -> &'static str {
        "PJSIP_HEADERS"
    }

    fn help(&self) -> &'static Help {
        &HEADERS
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${PJSIP_HEADERS(X-)}", "X-Tag"), ("${PJSIP_HEADERS(Co)}", "Content-Length")]
    }

    async fn read(&self, channel: &mut Channel, prefix: &str) -> Result<String, FunctionError> {
        let leg = leg(channel)?;
        if let Some(written) = leg.written() {
            let pattern = format!("{}*", prefix.trim_end_matches('*'));
            return Ok(written.names(&pattern).join(","));
        }
        let invite = leg.invite();
        Ok(invite.map(|invite| names_in(&invite, prefix).join(",")).unwrap_or_default())
    }
}

#[async_trait]
impl DialplanFunction for PjsipResponseHeaders {
    fn name(&self) -> &'static str {
        "PJSIP_RESPONSE_HEADERS"
    }

    fn help(&self) -> &'static Help {
        &RESPONSE
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${PJSIP_RESPONSE_HEADERS(X-)}", "X-Answer")]
    }

    async fn read(&self, channel: &mut Channel, prefix: &str) -> Result<String, FunctionError> {
        let response = leg(channel)?.response();
        Ok(response.map(|response| names_in(&response, prefix).join(",")).unwrap_or_default())
    }
}
