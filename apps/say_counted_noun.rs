//! `SayCountedNoun(number,filename)`: say the form of a noun that goes with a number.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::say::Saying;

pub(crate) struct SayCountedNoun;

static HELP: Help = Help {
    synopsis: "Say a noun in declined form in order to count things.",
    arguments: &[
        Argument::required("number", "How many things there are."),
        Argument::required("filename", "The prompt of the singular."),
    ],
    description: "Plays the prompt with the ending that the number asks for in the channel's language: nothing or s in English; nothing, x1 or x2 in Russian, Ukrainian and Polish. Does not answer the call.",
    see_also: &["SayCountedAdj", "SayNumber"],
};

fn count(arguments: &Arguments) -> Result<i64, String> {
    arguments.text(0).trim().parse().map_err(|_| format!("`{}` is no whole number", arguments.text(0)))
}

#[async_trait]
impl App for SayCountedNoun {
    fn name(&self) -> &'static str {
        "SayCountedNoun"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        count(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let count = count(arguments).map_err(AppError::Failed)?;
        channel.say(Saying::Noun { stem: arguments.text(1), count }, "").await?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{complaint, said};

    #[tokio::test(start_paused = true)]
    async fn the_prompts_are_played_in_their_order() {
        assert_eq!(said("SayCountedNoun(1,call)").await, "call");
        assert_eq!(said("SayCountedNoun(0,call)").await, "calls");
    }

    #[tokio::test]
    async fn what_is_no_number_is_found_at_load() {
        assert_eq!(complaint("SayCountedNoun(two,call)"), "SayCountedNoun: `two` is no whole number");
    }
}
