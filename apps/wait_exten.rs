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

static OPTIONS: &[OptionHelp] = &[OptionHelp::flag('d', "Play the dial tone while waiting.")];

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
        }
        let digit = channel.wait_for_digit(Some(timeout)).await;
        channel.stop_tone();
        match digit? {
            Some(digit) => Ok(Flow::Dialled(digit.to_string())),
            None => Ok(Flow::TimedOut),
        }
    }
}
