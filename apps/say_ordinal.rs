//! `SayOrdinal(number[,gender])`: say which one in a row.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::say::{Gender, Saying};

pub(crate) struct SayOrdinal;

static HELP: Help = Help {
    synopsis: "Say Ordinal Number.",
    arguments: &[
        Argument::required("digits", "A whole number."),
        Argument::optional("gender", "f, m, c or n, for languages that tell them apart; English does not."),
    ],
    description: "Says first, second, third and so on in the channel's language. With the variable SAY_DTMF_INTERRUPT true, a digit stops it and goes to that extension, if there is one.",
    see_also: &["SayAlpha", "SayAlphaCase", "SayDigits", "SayMoney", "SayNumber", "SayPhonetic"],
};

fn number(arguments: &Arguments) -> Result<i64, String> {
    let gender = arguments.text(1);
    if !gender.is_empty() && Gender::parse(gender).is_none() {
        return Err(format!("unknown gender `{gender}`; there are f, m, c and n"));
    }
    arguments.text(0).trim().parse().map_err(|_| format!("`{}` is no whole number", arguments.text(0)))
}

#[async_trait]
impl App for SayOrdinal {
    fn name(&self) -> &'static str {
        "SayOrdinal"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        number(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        match number(arguments) {
            Ok(number) => channel.say_and_listen(Saying::Ordinal(number)).await,
            Err(reason) => {
                tracing::warn!(channel = %channel.name(), reason, "SayOrdinal");
                Ok(Flow::Continue)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{complaint, said};

    #[tokio::test(start_paused = true)]
    async fn the_prompts_are_played_in_their_order() {
        assert_eq!(said("SayOrdinal(2)").await, "digits/h-2");
        assert_eq!(said("SayOrdinal(first)").await, "");
        assert_eq!(said("SayOrdinal(142,f)").await, "digits/1 digits/hundred digits/40 digits/h-2");
    }

    #[tokio::test]
    async fn what_is_no_number_is_found_at_load() {
        assert_eq!(complaint("SayOrdinal(first)"), "SayOrdinal: `first` is no whole number");
        assert_eq!(complaint("SayOrdinal(1,x)"), "SayOrdinal: unknown gender `x`; there are f, m, c and n");
    }
}
