//! `AbsoluteTimeout`.

use std::time::Duration;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use tokio::time::Instant;

/// A year: longer is for ever, and no sum of times can overflow.
const LONGEST: f64 = 31_536_000.0;

pub(super) struct AbsoluteTimeout;

static INFO: ActionInfo = super::info(
    "AbsoluteTimeout",
    Classes::SYSTEM.with(Classes::CALL),
    "Set absolute timeout.",
    &[("Channel", "The channel."), ("Timeout", "After how many seconds it is hung up.")],
);

#[async_trait]
impl Action for AbsoluteTimeout {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        if call.required("Channel", "No channel specified").is_none() {
            return;
        }
        let seconds = call.message.get("Timeout").trim().parse::<f64>().unwrap_or(0.0);
        if seconds.is_nan() || seconds <= 0.0 {
            return call.reply.error("No timeout specified");
        }
        let Some(channel) = super::channel(&mut call, "Channel", "", "No such channel") else { return };
        let at = Instant::now() + Duration::from_secs_f64(seconds.min(LONGEST));
        let set = channel.run(move |channel| {
            channel.timeouts.absolute = Some(at);
            Box::pin(std::future::ready(()))
        });
        match set.await {
            Ok(()) => call.reply.ack("Timeout Set"),
            Err(_) => call.reply.error("No such channel"),
        }
    }
}
