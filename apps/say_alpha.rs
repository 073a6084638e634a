//! `SayAlpha(string)`: spell a text.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::say::{Case, Saying};

pub(crate) struct SayAlpha;

static HELP: Help = Help {
    synopsis: "Say Alpha.",
    arguments: &[Argument::rest("string", true, "Letters, digits and signs.")],
    description: "Spells the text in the channel's language. With the variable SAY_DTMF_INTERRUPT true, a digit stops it and goes to that extension, if there is one.",
    see_also: &["SayAlphaCase", "SayDigits", "SayMoney", "SayNumber", "SayOrdinal", "SayPhonetic"],
};

#[async_trait]
impl App for SayAlpha {
    fn name(&self) -> &'static str {
        "SayAlpha"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.say_and_listen(Saying::Letters(arguments.whole(), Case::Ignored)).await
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::said;

    #[tokio::test(start_paused = true)]
    async fn the_prompts_are_played_in_their_order() {
        assert_eq!(said("SayAlpha(aB,1*)").await, "letters/a letters/b letters/ascii44 digits/1 digits/star");
    }
}
