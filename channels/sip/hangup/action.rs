//! The action `PJSIPHangup`: refuse one call, or all whose channels fit an expression.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::ChannelHandle;
use obelus_core::verbose;
use obelus_sip::StatusCode;
use regex::Regex;

use super::{NotRefused, refuse, status_or_decline};

pub(crate) struct HangupAction;

static INFO: ActionInfo = ActionInfo {
    name: "PJSIPHangup",
    privilege: Classes::SYSTEM.with(Classes::CALL),
    synopsis: "Hangup an incoming PJSIP channel with a SIP response code.",
    arguments: &[
        ("Channel", "Its name, or /expression/ for all whose names fit it."),
        ("Cause", "A SIP response code from 400 to 699 or its name, as BUSY_HERE; 603 for anything else."),
    ],
};

#[async_trait]
impl Action for HangupAction {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(name) = call.required("Channel", "No channel specified") else { return };
        let status = status_or_decline(&name, call.message.get("Cause"));
        if name.starts_with('/') {
            return all(&mut call, &name, status).await;
        }
        let Some(channel) = call.core.channels.find(&name) else {
            return call.reply.error("No such channel");
        };
        match hang_up(&call, &channel, status).await {
            Ok(()) => call.reply.ack("Channel Hungup"),
            Err(error) => call.reply.error(error),
        }
    }
}

async fn all(call: &mut ActionCall<'_>, name: &str, status: StatusCode) {
    let Some(pattern) = name.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) else {
        return call.reply.error("Regex format invalid, Channel param should be /regex/");
    };
    let Ok(expression) = Regex::new(pattern) else {
        return call.reply.error(format_args!("Regex compile failed on: {name}"));
    };
    call.reply.list("Channels hung up will follow");
    let mut count = 0;
    for channel in call.core.channels.all().iter().filter(|channel| expression.is_match(channel.name())) {
        if hang_up(call, channel, status).await.is_ok() {
            call.reply.event("ChannelHungup").put("Channel", channel.name()).id();
            count += 1;
        }
    }
    call.reply.list_ends("ChannelsHungupListComplete", count);
}

async fn hang_up(
    call: &ActionCall<'_>,
    channel: &ChannelHandle,
    status: StatusCode,
) -> Result<(), NotRefused> {
    let (name, address) = (&call.asker.name, &call.asker.address);
    verbose!(call.core, 3, "Manager '{name}' from {address}, hanging up channel: {}", channel.name());
    let refused = channel.run(move |channel| Box::pin(async move { refuse(channel, status) })).await;
    let cause = refused.unwrap_or(Err(NotRefused::Gone))?;
    channel.hangup(cause);
    Ok(())
}
