//! `SayMoney(dollars)`: say a sum of money.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::say::Saying;

pub(crate) struct SayMoney;

static HELP: Help = Help {
    synopsis: "Say Money.",
    arguments: &[Argument::rest("dollars", true, "A sum such as 12.05.")],
    description: "Says the sum in US dollars and cents. With the variable SAY_DTMF_INTERRUPT true, a digit stops it and goes to that extension, if there is one.",
    see_also: &["SayAlpha", "SayAlphaCase", "SayDigits", "SayNumber", "SayOrdinal", "SayPhonetic"],
};

#[async_trait]
impl App for SayMoney {
    fn name(&self) -> &'static str {
        "SayMoney"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.say_and_listen(Saying::Money(arguments.whole())).await
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::said;

    #[tokio::test(start_paused = true)]
    async fn the_prompts_are_played_in_their_order() {
        assert_eq!(said("SayMoney(12.05)").await, "digits/12 dollars and digits/5 cents");
    }
}
