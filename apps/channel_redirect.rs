//! `ChannelRedirect(channel,[[context,]extension,]priority)`: send another channel elsewhere.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::{Channel, ChannelHandle, Position};
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct ChannelRedirect;

static HELP: Help = Help {
    synopsis: "Redirects given channel to a dialplan target.",
    arguments: &[
        Argument::required("channel", "Its name or unique id."),
        Argument::rest(
            "[[context,]extension,]priority",
            true,
            "Where it goes; what is left away is where it stands now.",
        ),
    ],
    description: "Makes a channel leave what it does and go on elsewhere in the dialplan.\n\n\
        CHANNELREDIRECT_STATUS becomes SUCCESS or NOCHANNEL.",
    see_also: &["SoftHangup", "Goto"],
};

/// The target as it is seen from where the other channel stands.
fn target(channel: &mut Channel, other: &ChannelHandle, text: &str) -> Result<Position, String> {
    let own = channel.position();
    let theirs = other.facts().position.clone();
    channel.go_to(theirs);
    let target = channel.resolve(text);
    channel.go_to(own);
    target
}

impl InstantApp for ChannelRedirect {
    fn name(&self) -> &'static str {
        "ChannelRedirect"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        // What is left away is that of the other channel, which nobody knows yet.
        let target = arguments.get(1).filter(|target| target.matches(',').count() == 2);
        target.map(|target| Mention::Target(target.into())).into_iter().collect()
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let name = arguments.text(0);
        let Some(other) = channel.core().channels.find(name) else {
            tracing::warn!(channel = %channel.name(), name, "ChannelRedirect: there is no such channel");
            channel.set_variable("CHANNELREDIRECT_STATUS", "NOCHANNEL");
            return Ok(Flow::Continue);
        };
        let target = target(channel, &other, arguments.text(1)).map_err(AppError::Failed)?;
        if other == *channel.handle() {
            channel.set_variable("CHANNELREDIRECT_STATUS", "SUCCESS");
            channel.go_to(target);
            return Ok(Flow::Jump);
        }
        let status = if other.redirect(target).is_ok() { "SUCCESS" } else { "NOCHANNEL" };
        channel.set_variable("CHANNELREDIRECT_STATUS", status);
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use obelus_core::app::Flow;
    use tokio::time::sleep;

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn the_other_channel_goes_elsewhere() {
        let pbx = pbx("[internal]\nexten => 5,1,Wait(60)\nexten => 5,2(home),Wait(60)\n\
            [other]\nexten => s,1,Wait(60)\n");
        let other = pbx.call("internal", "5");
        sleep(Duration::from_millis(10)).await;
        let (mut channel, _far) = pbx.channel();
        for (target, position) in
            [("home", "5@internal:2"), ("other,s,1", "s@other:1"), ("internal,5,home", "5@internal:2")]
        {
            channel.run_app("ChannelRedirect", &format!("{},{target}", other.name)).await.expect("it ran");
            assert_eq!(channel.variable("CHANNELREDIRECT_STATUS").as_deref(), Some("SUCCESS"));
            sleep(Duration::from_millis(10)).await;
            let at = other.channel.as_ref().map(|channel| channel.facts().position.to_string());
            assert_eq!(at.as_deref(), Some(position), "{target}");
            assert_eq!(channel.position().to_string(), "s@test:1");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_told_and_oneself_just_goes() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        assert_eq!(channel.run_app("ChannelRedirect", "Test/none,other,s,1").await, Ok(Flow::Continue));
        assert_eq!(channel.variable("CHANNELREDIRECT_STATUS").as_deref(), Some("NOCHANNEL"));
        let own = channel.name().to_string();
        assert_eq!(channel.run_app("ChannelRedirect", &format!("{own},other,s,1")).await, Ok(Flow::Jump));
        assert_eq!(channel.position().to_string(), "s@other:1");
        assert!(channel.run_app("ChannelRedirect", &format!("{own},other,s,nowhere")).await.is_err());
    }
}
