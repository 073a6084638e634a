//! `SayDigits(digits)`: say digits one by one.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::say::Saying;

pub(crate) struct SayDigits;

static HELP: Help = Help {
    synopsis: "Say Digits.",
    arguments: &[Argument::required("digits", "0 to 9, *, # and -; anything else is left out.")],
    description: "Says the digits in the channel's language. With the variable SAY_DTMF_INTERRUPT true, a digit stops it and goes to that extension, if there is one.",
    see_also: &["SayNumber"],
};

#[async_trait]
impl App for SayDigits {
    fn name(&self) -> &'static str {
        "SayDigits"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.say_and_listen(Saying::Digits(arguments.text(0))).await
    }
}
