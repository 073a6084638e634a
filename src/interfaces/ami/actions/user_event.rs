//! `UserEvent`: an event of the program's own, for all others.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::events::{Event, EventKind};

pub(super) struct UserEvent;

static INFO: ActionInfo = super::info(
    "UserEvent",
    Classes::USER,
    "Send an arbitrary event.",
    &[("UserEvent", "The event's name."), ("Header1", "Any more headers, which the event then has.")],
);

#[async_trait]
impl Action for UserEvent {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, call: ActionCall<'_>) {
        let own = |line: &&str| {
            let starts =
                |start: &str| line.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
            starts("UserEvent:") || starts("Action:")
        };
        let pair = |line: &str| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            (name.into(), value.trim_start().into())
        };
        let headers = call.message.lines().filter(|line| !own(line)).map(pair).collect();
        call.reply.ack("Event Sent");
        let core = call.core;
        let name = call.message.get("UserEvent").into();
        let event = || Event::UserEvent { channel: None, name, headers };
        core.events.publish(EventKind::UserEvent, || core.clock.now(), event);
    }
}
