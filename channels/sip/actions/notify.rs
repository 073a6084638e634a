//! `PJSIPNotify`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

use crate::driver::Driver;
use crate::notify::{Notice, Target, notify};

pub(super) struct Notify(pub(super) Arc<Driver>);

static INFO: ActionInfo = ActionInfo {
    name: "PJSIPNotify",
    privilege: Classes::SYSTEM,
    synopsis: "Send a NOTIFY to either an endpoint, an arbitrary URI, or inside a SIP dialog.",
    arguments: &[
        ("Endpoint", "The endpoint whose contacts get it."),
        ("URI", "The URI that gets it, by way of default_outbound_endpoint."),
        ("Channel", "The channel whose far end gets it, in its call."),
        ("Option", "A section of pjsip_notify.conf."),
        (
            "Variable",
            "Headers as name=value, and Content, which makes the body where there is a Content-Type.",
        ),
    ],
};

/// What one of the three headers names; the error says what is wrong with them.
fn target(asked: &obelus_core::action::Message) -> Result<Target<'_>, &'static str> {
    match (asked.get("Endpoint"), asked.get("URI"), asked.get("Channel")) {
        ("", "", "") => Err("PJSIPNotify requires either an endpoint name, a SIP URI, or a channel."),
        (name, "", "") => Ok(Target::Endpoint(without_technology(name))),
        ("", uri, "") => Ok(Target::Uri(uri)),
        ("", "", name) => Ok(Target::Channel(name)),
        _ => Err(
            "PJSIPNotify requires either an endpoint name, a SIP URI, or a channel.  You must use only one of them.",
        ),
    }
}

fn without_technology(name: &str) -> &str {
    match name.split_once('/') {
        Some((technology, rest))
            if ["sip", "pjsip"].iter().any(|known| technology.eq_ignore_ascii_case(known)) =>
        {
            rest
        }
        _ => name,
    }
}

#[async_trait]
impl Action for Notify {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, call: ActionCall<'_>) {
        let asked = call.message;
        let option = asked.get("Option");
        if option.is_empty() == asked.get("Variable").is_empty() {
            let message =
                "PJSIPNotify requires either an Option or Variable(s).You must use only one of them.";
            return call.reply.error(message);
        }
        let target = match target(asked) {
            Ok(target) => target,
            Err(message) => return call.reply.error(message),
        };
        let notice = if option.is_empty() {
            let variables = asked.variables();
            // They come with the last one first.
            Some(Notice::of(variables.iter().rev().map(|(name, value)| (name.as_str(), value.as_str()))))
        } else {
            self.0.notices.load().find(option).cloned()
        };
        let Some(notice) = notice else {
            return call.reply.error(format_args!("Unable to find notify type '{option}'\n"));
        };
        match notify(&self.0, target, &notice).await {
            Ok(()) => call.reply.ack("NOTIFY sent"),
            Err(error) => call.reply.error(error),
        }
    }
}
