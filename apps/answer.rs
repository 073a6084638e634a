//! `Answer([delay[,options]])`: answer the call.

use std::time::Duration;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, ChannelState};
use obelus_core::help::{Argument, Help, OptionHelp};

pub(crate) struct Answer;

static HELP: Help = Help {
    synopsis: "Answer a channel if ringing.",
    arguments: &[
        Argument::optional(
            "delay",
            "Milliseconds to wait after the answer before the dialplan goes on; at least 500.",
        ),
        Argument::options(&[OptionHelp::flag('i', "The dialplan goes on at once.")]),
    ],
    description: "Answers the call if it has not been answered yet. Without a delay the dialplan goes on when voice comes from the caller, at the latest after 500 milliseconds, so that nothing is played that cannot be heard yet.",
    see_also: &["Hangup"],
};

/// A delay is at least as long as the wait for voice would be.
const SHORTEST: Duration = Duration::from_millis(500);

#[async_trait]
impl App for Answer {
    fn name(&self) -> &'static str {
        "Answer"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        arguments.milliseconds(0).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let delay = arguments.milliseconds(0).map_err(AppError::Failed)?.filter(|delay| !delay.is_zero());
        let was_up = channel.state() == ChannelState::Up;
        match delay {
            _ if arguments.option('i') => channel.answer().await?,
            Some(delay) if !was_up => {
                channel.answer().await?;
                channel.wait_and_keep(delay.max(SHORTEST)).await?;
            }
            _ => channel.answer_and_settle().await?,
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use crate::testing::pbx;

    /// How many milliseconds `Answer` takes for a caller who does not speak.
    async fn check(arguments: &str, expected: u128) {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        far.port().is_silent();
        let before = Instant::now();
        channel.run_app("Answer", arguments).await.unwrap();
        assert_eq!(before.elapsed().as_millis(), expected, "{arguments}");
        channel.run_app("Answer", arguments).await.unwrap();
        assert_eq!(before.elapsed().as_millis(), expected, "{arguments}: nothing is left to do");
    }

    #[tokio::test(start_paused = true)]
    async fn it_waits_for_voice_or_for_a_delay_unless_told_not_to() {
        check("", 500).await;
        check("100", 500).await;
        check("1200", 1200).await;
        check(",i", 0).await;
        check("1200,i", 0).await;
    }
}
