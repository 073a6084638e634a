//! `SayNumber(number[,gender])`: say a number in words.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::say::Saying;

pub(crate) struct SayNumber;

static HELP: Help = Help {
    synopsis: "Say Number.",
    arguments: &[
        Argument::required("digits", "A whole number."),
        Argument::optional("gender", "f, m, c or n, for languages that tell them apart; English does not."),
    ],
    description: "Says the number in the channel's language. With the variable SAY_DTMF_INTERRUPT true, a digit stops it and goes to that extension, if there is one.",
    see_also: &["SayDigits"],
};

fn number(arguments: &Arguments) -> Result<i64, String> {
    arguments.text(0).trim().parse().map_err(|_| format!("`{}` is no whole number", arguments.text(0)))
}

#[async_trait]
impl App for SayNumber {
    fn name(&self) -> &'static str {
        "SayNumber"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        if !matches!(arguments.text(1), "" | "f" | "m" | "c" | "n") {
            return Err(format!("unknown gender `{}`; there are f, m, c and n", arguments.text(1)));
        }
        number(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        match number(arguments) {
            Ok(number) => channel.say_and_listen(Saying::Number(number)).await,
            Err(reason) => {
                tracing::warn!(channel = %channel.name(), reason, "SayNumber");
                Ok(Flow::Continue)
            }
        }
    }
}
