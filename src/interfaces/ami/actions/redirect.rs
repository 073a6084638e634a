//! `Redirect`: one channel, or two at once.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::{ChannelHandle, Position};

use super::leading_number;

pub(super) struct Redirect;

static INFO: ActionInfo = super::info(
    "Redirect",
    Classes::CALL,
    "Redirect (transfer) a call.",
    &[
        ("Channel", "The channel."),
        ("ExtraChannel", "Another one that goes at the same moment."),
        ("Exten", "The extension."),
        ("ExtraExten", "The extension of the other one."),
        ("Context", "The context."),
        ("ExtraContext", "The context of the other one; without it both go to the same place."),
        ("Priority", "The priority or a label."),
        ("ExtraPriority", "The priority of the other one."),
    ],
);

/// Which headers name a place, and what is said where one is missing.
struct Names {
    context: [&'static str; 2],
    exten: [&'static str; 2],
    priority: [&'static str; 3],
}

const FIRST: Names = Names {
    context: ["Context", "Context not specified"],
    exten: ["Exten", "Exten not specified"],
    priority: ["Priority", "Priority not specified", "Priority is invalid"],
};

const EXTRA: Names = Names {
    context: ["ExtraContext", "ExtraContext not specified"],
    exten: ["ExtraExten", "ExtraExten not specified"],
    priority: ["ExtraPriority", "ExtraPriority not specified", "ExtraPriority is invalid"],
};

#[async_trait]
impl Action for Redirect {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(name) = call.required("Channel", "Channel not specified") else { return };
        let Some(place) = place(&mut call, &FIRST) else { return };
        let extra = call.message.get("ExtraChannel").to_owned();
        let mut extra_place = place.clone();
        if !extra.is_empty() && !call.message.get("ExtraContext").is_empty() {
            let Some(found) = self::place(&mut call, &EXTRA) else { return };
            extra_place = found;
        }
        let Some(first) = found(&mut call, "Channel", &name) else { return };
        if is_over(&first) {
            return call.reply.error("Redirect failed, channel not up.");
        }
        if extra.is_empty() {
            return match first.redirect(place) {
                Ok(()) => call.reply.ack("Redirect successful"),
                Err(_) => call.reply.error("Redirect failed"),
            };
        }
        let Some(second) = found(&mut call, "ExtraChannel", &extra) else { return };
        if is_over(&second) {
            return call.reply.error("Redirect failed, extra channel not up.");
        }
        match both(first, place, second, extra_place).await {
            [true, true] => call.reply.ack("Dual Redirect successful"),
            [true, false] => call.reply.error("Secondary redirect failed"),
            [false, _] => call.reply.error("Redirect failed"),
        }
    }
}

fn place(call: &mut ActionCall<'_>, names: &Names) -> Option<Position> {
    let context = call.required(names.context[0], names.context[1])?;
    let exten = call.required(names.exten[0], names.exten[1])?;
    let priority = call.required(names.priority[0], names.priority[1])?;
    let number = match leading_number(&priority) {
        Some(number) => u32::try_from(number).ok(),
        None => call.core.dialplan.load().number_of_label(call.core, &context, &exten, &priority, ""),
    };
    let Some(number) = number.filter(|number| *number > 0) else {
        call.reply.error(names.priority[2]);
        return None;
    };
    Some(Position::new(context, exten, number))
}

fn found(call: &mut ActionCall<'_>, header: &str, name: &str) -> Option<ChannelHandle> {
    let channel = call.core.channels.find(name);
    if channel.is_none() {
        call.reply.error(format_args!("{header} does not exist: {name}"));
    }
    channel
}

fn is_over(channel: &ChannelHandle) -> bool {
    channel.facts().hung_up.is_some()
}

/// Sends both, in such an order that neither learns of the other's leaving before it is sent itself.
///
/// On the first one's own task it cannot leave in the middle, and its own message is before any of their bridge.
async fn both(
    first: ChannelHandle,
    place: Position,
    second: ChannelHandle,
    extra_place: Position,
) -> [bool; 2] {
    let own = first.clone();
    let sending = first.run(move |_| {
        let sent = [own.redirect(place).is_ok(), second.redirect(extra_place).is_ok()];
        Box::pin(std::future::ready(sent))
    });
    sending.await.unwrap_or([false, false])
}
