//! `WaitExten([seconds[,options]])`: wait for an extension to be dialled.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help, OptionHelp};

pub(crate) struct WaitExten;

static HELP: Help = Help {
    synopsis: "Waits for an extension to be entered.",
    arguments: &[
        Argument::optional("seconds", "How long to wait for the first digit; TIMEOUT(response) by default."),
        Argument::options(OPTIONS),
    ],
    description: "Waits for digits and goes on at the extension that they make; without a digit at the extension t.",
    see_also: &["Background", "TIMEOUT"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('d', "Play the dial tone while waiting."),
    OptionHelp::maybe('m', "class", "Play music on hold while waiting; of the channel's class without one."),
];

#[async_trait]
impl App for WaitExten {
    fn name(&self) -> &'static str {
        "WaitExten"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        arguments.seconds(0).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let timeout = arguments.seconds(0).map_err(AppError::Failed)?.unwrap_or(channel.timeouts.response);
        if arguments.option('d') {
            let _ = channel.play_tone("dial");
        } else if arguments.option('m') {
            channel.start_music_of(arguments.option_value('m').unwrap_or_default()).await;
        }
        let digit = channel.wait_for_digit(Some(timeout)).await;
        channel.stop_tone();
        if arguments.option('m') {
            channel.stop_music();
        }
        match digit? {
            Some(digit) => Ok(Flow::Dialled(digit.to_string())),
            None => Ok(Flow::TimedOut),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use obelus_core::cause::Cause;
    use tokio::time::sleep;

    use crate::testing::{music, pbx};

    #[tokio::test(start_paused = true)]
    async fn music_makes_the_wait_shorter() {
        let pbx = music(pbx("[internal]\nexten => s,1,WaitExten(5,m(jazz))\nexten => 7,1,Busy(1)\n"));
        let mut far = pbx.call("internal", "s");
        sleep(Duration::from_secs(1)).await;
        assert!(far.port().playing().is_some());
        far.presses('7');
        assert_eq!(far.is_over().await, Some(Cause::USER_BUSY));
        assert_eq!(far.port().playing(), None);
    }
}
