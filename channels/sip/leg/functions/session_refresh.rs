//! `PJSIP_SEND_SESSION_REFRESH()`: renegotiate an answered call.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::Help;
use obelus_sip::Method;

use super::leg;

pub(super) struct PjsipSendSessionRefresh;

static HELP: Help = Help {
    synopsis: "Initiate a session refresh via an UPDATE or re-INVITE on an established media session.",
    arguments: &[],
    description: "It is written only: Set(PJSIP_SEND_SESSION_REFRESH()=update), or invite. What PJSIP_MEDIA_OFFER has \
                  set is offered.",
    see_also: &["PJSIP_MEDIA_OFFER", "PJSIP_DTMF_MODE"],
};

#[async_trait]
impl DialplanFunction for PjsipSendSessionRefresh {
    fn name(&self) -> &'static str {
        "PJSIP_SEND_SESSION_REFRESH"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    /// It has no value to show.
    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, _arguments: &str, value: &str) -> Result<(), FunctionError> {
        let method = match value.trim() {
            "update" => Method::Update,
            "" | "invite" => Method::Invite,
            _ => return Err(FunctionError::arguments("the value is `invite` or `update`")),
        };
        if !channel.is_up() {
            return Err(FunctionError::failed("it is not allowed on an unanswered channel"));
        }
        leg(channel)?.refresh(method).map_err(|error| FunctionError::failed(error.to_string()))
    }
}
