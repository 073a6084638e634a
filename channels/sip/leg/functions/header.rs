//! `PJSIP_HEADER(action,name[,number])`: the headers of the INVITE that came, and of the one that will be sent.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};
use obelus_sip::message::HeaderError;

use super::{HeaderArguments, leg, value_in};

pub(super) struct PjsipHeader;

static HELP: Help = Help {
    synopsis: "Gets headers from an inbound PJSIP channel. Adds, updates or removes the specified SIP header from an \
               outbound PJSIP channel.",
    arguments: &[
        Argument::required("action", "`read`, `add`, `update` or `remove`."),
        Argument::required("name", "The header; `remove` takes `X-*` for all that begin so."),
        Argument::optional("number", "Which one, where several have the name; 1 is the first."),
    ],
    description: "Reading gives the headers of the INVITE that came. Headers for an INVITE of ours are added in a \
                  pre-dial handler, the b option of Dial, because only there the new channel is at hand.",
    see_also: &["PJSIP_HEADERS", "PJSIP_RESPONSE_HEADER", "PJSIP_HEADER_PARAM"],
};

#[async_trait]
impl DialplanFunction for PjsipHeader {
    fn name(&self) -> &'static str {
        "PJSIP_HEADER"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${PJSIP_HEADER(read,User-Agent)}", "Phone 1.0"),
            ("${PJSIP_HEADER(read,X-Tag,2)}", "two"),
            ("${PJSIP_HEADER(read,X-None)}", ""),
        ]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let HeaderArguments { action, name, number } = HeaderArguments::parse(arguments)?;
        let leg = leg(channel)?;
        match action {
            "read" => {
                if let Some(written) = leg.written() {
                    return Ok(written.value(name, number).unwrap_or_default().to_owned());
                }
                let invite = leg.invite();
                Ok(invite.and_then(|invite| value_in(&invite, name, number)).unwrap_or_default())
            }
            "remove" => {
                let written = leg.written().ok_or_else(too_late)?;
                Ok(written.remove(name).to_string())
            }
            action => Err(unknown(action, "read or remove")),
        }
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let HeaderArguments { action, name, number } = HeaderArguments::parse(arguments)?;
        let written = leg(channel)?.written().ok_or_else(too_late)?;
        match action {
            "add" => written.add(name, value).map_err(|error| refused(name, error)),
            "update" => match written.update(name, number, value).map_err(|error| refused(name, error))? {
                true => Ok(()),
                false => {
                    Err(FunctionError::failed(format!("no header {name} number {number} was added before")))
                }
            },
            "remove" => {
                written.remove(name);
                Ok(())
            }
            action => Err(unknown(action, "add, update or remove")),
        }
    }
}

fn unknown(action: &str, known: &str) -> FunctionError {
    FunctionError::arguments(format!("unknown action `{action}`; there are {known}"))
}

fn too_late() -> FunctionError {
    FunctionError::failed(
        "headers can be set on an outbound channel only, before it is called: use the b option of Dial",
    )
}

fn refused(name: &str, error: HeaderError) -> FunctionError {
    FunctionError::failed(format!("the header {name} cannot be set: {error}"))
}
