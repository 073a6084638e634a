//! `PickupChan(channel[&...][,options])`: take the call that rings a channel.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, ChannelHandle, Interrupted};
use obelus_core::help::{Argument, Help, OptionHelp};

pub(crate) struct PickupChan;

static HELP: Help = Help {
    synopsis: "Pickup a ringing channel.",
    arguments: &[
        Argument::required(
            "channel[&channel2[&...]]",
            "Channels by name, name without number (PJSIP/bob) or unique id.",
        ),
        Argument::options(OPTIONS),
    ],
    description: "Answers this channel and gives it the call of the first of the channels that rings; the dialplan goes on only where there is none.",
    see_also: &["Pickup"],
};

static OPTIONS: &[OptionHelp] = &[OptionHelp::flag('p', "The names are the beginnings of names.")];

/// The channels that a name means.
fn meant(channel: &Channel, name: &str, is_prefix: bool) -> Vec<ChannelHandle> {
    let begins = |other: &ChannelHandle, start: &str| {
        other.name().get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start))
    };
    let numbered = format!("{name}-");
    let start = if is_prefix || name.contains('-') { name } else { &numbered };
    let is_meant = |other: &ChannelHandle| {
        (begins(other, start) || other.unique_id().eq_ignore_ascii_case(name))
            && other.facts().can_be_picked_up()
    };
    channel.core().channels.all().into_iter().filter(is_meant).collect()
}

#[async_trait]
impl App for PickupChan {
    fn name(&self) -> &'static str {
        "PickupChan"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        for name in arguments.text(0).split('&').map(str::trim).filter(|name| !name.is_empty()) {
            let ringing = meant(channel, name, arguments.option('p'));
            if channel.pick_up_first(&ringing).await {
                return Err(Interrupted::Hangup.into());
            }
        }
        Ok(Flow::Continue)
    }
}
