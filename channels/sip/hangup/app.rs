//! `PJSIPHangup(Cause)`: refuse the channel's own call.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

use super::{refuse, status_of, status_or_decline};

pub(crate) struct PjsipHangup;

static HELP: Help = Help {
    synopsis: "Hangup an incoming PJSIP channel with a SIP response code.",
    arguments: &[Argument::required(
        "Cause",
        "A SIP response code from 400 to 699 or its name, as BUSY_HERE; a value that is none sends 603.",
    )],
    description: "Ends a call that came and is not answered yet with this response, and with it the dialplan. \
        Any other call ends in its own way.",
    see_also: &["Hangup"],
};

impl InstantApp for PjsipHangup {
    fn name(&self) -> &'static str {
        "PJSIPHangup"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        status_of(arguments.text(0)).map(|_| ()).map_err(|error| error.to_string())
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let status = status_or_decline(channel.name(), arguments.text(0));
        let cause = refuse(channel, status).unwrap_or_else(|error| {
            tracing::warn!("{}: {error}", channel.name());
            channel.cause_for_hangup()
        });
        channel.hang_up(cause);
        Ok(Flow::Hangup)
    }
}
