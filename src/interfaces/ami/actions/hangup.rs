//! `Hangup`: one channel by its name, or all that fit an expression.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::cause::Cause;
use obelus_core::verbose;
use regex::Regex;

pub(super) struct Hangup;

static INFO: ActionInfo = super::info(
    "Hangup",
    Classes::SYSTEM.with(Classes::CALL),
    "Hangup channel.",
    &[
        ("Channel", "Its name, or /expression/ for all whose names fit it."),
        ("Cause", "The number of a hang-up cause."),
    ],
);

#[async_trait]
impl Action for Hangup {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(name) = call.required("Channel", "No channel specified") else { return };
        let cause = Cause::parse(call.message.get("Cause")).unwrap_or(Cause::NORMAL_CLEARING);
        if name.starts_with('/') {
            return all(&mut call, &name, cause);
        }
        match call.core.channels.find(&name) {
            None => call.reply.error("No such channel"),
            Some(channel) => {
                announce(&call, channel.name());
                channel.hangup(cause);
                call.reply.ack("Channel Hungup");
            }
        }
    }
}

fn announce(call: &ActionCall<'_>, channel: &str) {
    let (name, address) = (&call.asker.name, &call.asker.address);
    verbose!(call.core, 3, "Manager '{name}' from {address}, hanging up channel: {channel}");
}

fn all(call: &mut ActionCall<'_>, name: &str, cause: Cause) {
    let Some(pattern) = name.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) else {
        return call.reply.error("Regex format invalid, Channel param should be /regex/");
    };
    let Ok(expression) = Regex::new(pattern) else {
        return call.reply.error(format_args!("Regex compile failed on: {name}"));
    };
    call.reply.list("Channels hung up will follow");
    let mut count = 0;
    for channel in call.core.channels.all().iter().filter(|channel| expression.is_match(channel.name())) {
        announce(call, channel.name());
        channel.hangup(cause);
        call.reply.event("ChannelHungup").put("Channel", channel.name()).id();
        count += 1;
    }
    call.reply.list_ends("ChannelsHungupListComplete", count);
}
