//! `Pickup([extension[@context][&...]])`: take a call that rings elsewhere.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, ChannelHandle, Interrupted};
use obelus_core::help::{Argument, Help};

pub(crate) struct Pickup;

static HELP: Help = Help {
    synopsis: "Directed extension call pickup.",
    arguments: &[Argument::optional(
        "extension[@context][&extension2[@context2][&...]]",
        "Whose call: the extension that was dialled, in the context of the device that rings; the present context by default.",
    )],
    description: "Answers this channel and gives it the first of the calls that still rings; the dialplan goes on only where there is none. Without an extension the oldest call is taken that rings a device of one of this channel's pickup groups.\n\n\
        With the context PICKUPMARK the call is taken whose ringing channel has a variable PICKUPMARK of this value.",
    see_also: &["PickupChan", "Dial"],
};

/// The ringing channels that a target means, the oldest first.
async fn meant(channel: &Channel, target: &str) -> Vec<ChannelHandle> {
    let (exten, context) = match target.split_once('@') {
        Some((exten, context)) if !context.trim().is_empty() => (exten.trim(), context.trim().into()),
        Some((exten, _)) => (exten.trim(), channel.position().context),
        None => (target, channel.position().context),
    };
    let ringing = channel.core().channels.all().into_iter().filter(|other| other.facts().can_be_picked_up());
    if !context.eq_ignore_ascii_case("PICKUPMARK") {
        let is_there = |other: &ChannelHandle| {
            let facts = other.facts();
            *facts.position.exten == *exten && facts.position.context == context
        };
        return ringing.filter(is_there).collect();
    }
    let mut marked = Vec::new();
    for other in ringing {
        let mark = other.run(|other| Box::pin(async { other.variable("PICKUPMARK") })).await;
        if matches!(mark, Ok(Some(mark)) if mark.eq_ignore_ascii_case(exten)) {
            marked.push(other);
        }
    }
    marked
}

#[async_trait]
impl App for Pickup {
    fn name(&self) -> &'static str {
        "Pickup"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let targets = arguments.text(0);
        if targets.is_empty() {
            let taken = channel.pick_up_by_group().await;
            return if taken { Err(Interrupted::Hangup.into()) } else { Ok(Flow::Continue) };
        }
        for target in targets.split('&').map(str::trim).filter(|target| !target.is_empty()) {
            let ringing = meant(channel, target).await;
            if channel.pick_up_first(&ringing).await {
                return Err(Interrupted::Hangup.into());
            }
            tracing::debug!(channel = %channel.name(), target, "nothing to pick up");
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use obelus_core::testing::{Far, TestPbx};

    use crate::testing::pbx;

    const PLAN: &str = "[internal]\n\
        exten => 1,1,Set(__PICKUPMARK=desk)\n same => n,Dial(Test/2)\n\
        exten => mark,1,Pickup(nobody&desk@PICKUPMARK)\n same => n,Hangup(31)\n\
        exten => exten,1,Pickup(1)\n same => n,Hangup(31)\n\
        exten => name,1,PickupChan(Test/nobody&Test/2)\n same => n,Hangup(31)\n\
        exten => begin,1,PickupChan(Test/,p)\n same => n,Hangup(31)\n\
        exten => nobody,1,PickupChan(Test/)\n same => n,Hangup(31)\n\
        exten => group,1,Pickup()\n same => n,Hangup(31)\n";

    async fn ringing() -> (TestPbx, Far, Far) {
        let pbx = pbx(PLAN);
        let caller = pbx.call("internal", "1");
        let rung = pbx.rung().await;
        (pbx, caller, rung)
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_taken_by_extension_mark_or_channel() {
        for way in ["mark", "exten", "name", "begin"] {
            let (pbx, mut caller, mut rung) = ringing().await;
            let picker = pbx.call("internal", way);
            caller.is_told("Answer").await;
            assert_eq!(rung.is_over().await, Some(Cause::ANSWERED_ELSEWHERE), "{way}");
            assert!(caller.hears(&picker), "{way}");
            assert_eq!(pbx.core.channels.count(), 2, "{way}");
            picker.hangs_up(Cause::NORMAL_CLEARING);
            assert_eq!(caller.is_over().await, Some(Cause::NORMAL_CLEARING), "{way}");
            pbx.quiet().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_ring_is_not_taken() {
        for way in ["nobody", "group"] {
            let (pbx, caller, _rung) = ringing().await;
            let mut picker = pbx.call("internal", way);
            assert_eq!(picker.is_over().await, Some(Cause::new(31)), "{way}");
            caller.hangs_up(Cause::NORMAL_CLEARING);
            pbx.quiet().await;
        }
    }
}
