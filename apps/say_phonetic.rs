//! `SayPhonetic(string)`: spell a text in the alphabet of the aviators.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::say::Saying;

pub(crate) struct SayPhonetic;

static HELP: Help = Help {
    synopsis: "Say Phonetic.",
    arguments: &[Argument::rest("string", true, "Letters, digits and signs.")],
    description: "Spells the text with alpha for a, bravo for b and so on. With the variable SAY_DTMF_INTERRUPT true, a digit stops it and goes to that extension, if there is one.",
    see_also: &["SayAlpha", "SayAlphaCase", "SayDigits", "SayMoney", "SayNumber", "SayOrdinal"],
};

#[async_trait]
impl App for SayPhonetic {
    fn name(&self) -> &'static str {
        "SayPhonetic"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.say_and_listen(Saying::Phonetic(arguments.whole())).await
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::said;

    #[tokio::test(start_paused = true)]
    async fn the_prompts_are_played_in_their_order() {
        assert_eq!(said("SayPhonetic(Ob1)").await, "phonetic/o_p phonetic/b_p digits/1");
    }
}
