//! `SayAlphaCase(casetype,string)`: spell a text with small and capital letters told apart.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::say::{Case, Saying};

pub(crate) struct SayAlphaCase;

static HELP: Help = Help {
    synopsis: "Say Alpha.",
    arguments: &[
        Argument::required(
            "casetype",
            "a: small and capital letters are announced; l: only small ones; u: only capital ones; n: none, as with SayAlpha.",
        ),
        Argument::rest("string", true, "Letters, digits and signs."),
    ],
    description: "Spells the text in the channel's language. With the variable SAY_DTMF_INTERRUPT true, a digit stops it and goes to that extension, if there is one.",
    see_also: &["SayAlpha", "SayDigits", "SayMoney", "SayNumber", "SayOrdinal", "SayPhonetic"],
};

fn case(letter: &str) -> Result<Case, String> {
    match letter {
        "a" => Ok(Case::All),
        "l" => Ok(Case::Lower),
        "n" => Ok(Case::Ignored),
        "u" => Ok(Case::Upper),
        other => Err(format!("unknown case `{other}`; there are a, l, n and u")),
    }
}

#[async_trait]
impl App for SayAlphaCase {
    fn name(&self) -> &'static str {
        "SayAlphaCase"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        case(arguments.text(0)).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        match case(arguments.text(0)) {
            Ok(case) => channel.say_and_listen(Saying::Letters(arguments.text(1), case)).await,
            Err(reason) => {
                tracing::warn!(channel = %channel.name(), reason, "SayAlphaCase");
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
        assert_eq!(said("SayAlphaCase(a,aB)").await, "lowercase letters/a uppercase letters/b");
        assert_eq!(said("SayAlphaCase(u,aB,)").await, "letters/a uppercase letters/b letters/ascii44");
    }

    #[tokio::test]
    async fn an_unknown_case_is_found_at_load() {
        assert_eq!(complaint("SayAlphaCase(x,a)"), "SayAlphaCase: unknown case `x`; there are a, l, n and u");
    }
}
