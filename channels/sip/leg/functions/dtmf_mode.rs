//! `PJSIP_DTMF_MODE()`: how digits go in a call.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::Help;
use obelus_sdp::DtmfMode;
use obelus_sip::Method;

use super::leg;

pub(super) struct PjsipDtmfMode;

static HELP: Help = Help {
    synopsis: "Get or change the DTMF mode for a SIP call.",
    arguments: &[],
    description: "One of rfc4733, inband, info, auto, auto_info and none. An answered call is renegotiated.",
    see_also: &["PJSIP_SEND_SESSION_REFRESH"],
};

#[async_trait]
impl DialplanFunction for PjsipDtmfMode {
    fn name(&self) -> &'static str {
        "PJSIP_DTMF_MODE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${PJSIP_DTMF_MODE()}", "rfc4733")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, _arguments: &str) -> Result<String, FunctionError> {
        Ok(word(leg(channel)?.dtmf_mode()).to_owned())
    }

    async fn write(&self, channel: &mut Channel, _arguments: &str, value: &str) -> Result<(), FunctionError> {
        let mode: DtmfMode = value.parse().map_err(|_| {
            FunctionError::arguments(format!(
                "`{value}` is no DTMF mode; there are rfc4733, inband, info, auto, auto_info and none"
            ))
        })?;
        let is_up = channel.is_up();
        let leg = leg(channel)?;
        if leg.dtmf_mode() == mode {
            return Ok(());
        }
        let changed = leg.set_dtmf_mode(mode);
        let changed = changed.and_then(|()| if is_up { leg.refresh(Method::Invite) } else { Ok(()) });
        changed.map_err(|error| FunctionError::failed(error.to_string()))
    }
}

fn word(mode: DtmfMode) -> &'static str {
    match mode {
        DtmfMode::Rfc4733 => "rfc4733",
        DtmfMode::Inband => "inband",
        DtmfMode::Info => "info",
        DtmfMode::Auto => "auto",
        DtmfMode::AutoInfo => "auto_info",
        DtmfMode::None => "none",
    }
}
