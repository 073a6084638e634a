//! `Bridge`: two channels hear each other, whatever they do now.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::bridge::{Bridge as Pair, Departure, Features, Seat};
use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, ChannelHandle};
use obelus_core::conf::is_true;

pub(super) struct Bridge;

static INFO: ActionInfo = super::info(
    "Bridge",
    Classes::CALL,
    "Bridge two channels already in the PBX.",
    &[
        ("Channel1", "The name of a channel, or its beginning."),
        ("Channel2", "Another one."),
        ("Tone", "Who hears a tone first: no, Channel1, Channel2 (or yes) or Both."),
    ],
);

#[async_trait]
impl Action for Bridge {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        const MISSING: &str = "Missing channel parameter in request";
        let Some(first_name) = call.required("Channel1", MISSING) else { return };
        let Some(second_name) = call.required("Channel2", MISSING) else { return };
        let Some(first) = find(&call, &first_name) else {
            return call.reply.error(format_args!("Channel1 does not exist: {first_name}"));
        };
        let Some(second) = find(&call, &second_name).filter(|second| *second != first) else {
            return call.reply.error(format_args!("Channel2 does not exist: {second_name}"));
        };
        let tone = call.message.get("Tone");
        let is = |word: &str| tone.eq_ignore_ascii_case(word);
        let tones = [is("Channel1") || is("Both"), is("Channel2") || is("Both") || is_true(tone)];
        let bridge = Pair::new(call.core, "Bridge");
        for (number, (channel, tone)) in [&first, &second].into_iter().zip(tones).enumerate() {
            let seat = bridge.seat();
            if channel.then(move |channel| Box::pin(take_part(channel, seat, tone))).is_err() {
                let (number, name) = (number + 1, channel.name());
                return call.reply.error(format_args!("Unable to add Channel{number} to bridge: {name}"));
            }
        }
        call.reply.ack("Channels have been bridged");
    }
}

/// The channel of this name, or the first one whose name begins so.
fn find(call: &ActionCall<'_>, name: &str) -> Option<ChannelHandle> {
    let begins = |channel: &ChannelHandle| {
        channel.name().get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    call.core.channels.find(name).or_else(|| call.core.channels.all().into_iter().find(begins))
}

/// Talks, then goes on where it stood.
async fn take_part(channel: &mut Channel, seat: Seat, tone: bool) {
    let after = channel.position().next();
    if channel.answer().await.is_err() || (tone && channel.play("beep", "").await.is_err()) {
        return;
    }
    let departure = channel.join(seat, Features::default()).await;
    match departure {
        Ok(Departure::Dissolved) if channel.extension_exists(&after) => channel.execute(after).await,
        Ok(_) => channel.hang_up(Cause::NORMAL_CLEARING),
        Err(_) => {}
    }
}
