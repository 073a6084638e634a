//! `SayCountedAdj(number,filename[,gender])`: say the form of an adjective that goes with a number.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::say::{Gender, Saying};

pub(crate) struct SayCountedAdj;

static HELP: Help = Help {
    synopsis: "Say an adjective in declined form in order to count things.",
    arguments: &[
        Argument::required("number", "How many things there are."),
        Argument::required("filename", "The prompt of the adjective without ending."),
        Argument::optional("gender", "m, f, c or n: that of the noun."),
    ],
    description: "Plays the prompt with the ending that the number asks for in the channel's language: none in English; the gender's letter or x in Russian, Ukrainian and Polish. Does not answer the call.",
    see_also: &["SayCountedNoun", "SayNumber"],
};

fn read(arguments: &Arguments) -> Result<(i64, Option<Gender>), String> {
    let (number, gender) = (arguments.text(0), arguments.text(2));
    let count = number.trim().parse().map_err(|_| format!("`{number}` is no whole number"))?;
    let read = Gender::parse(gender);
    if read.is_none() && !gender.is_empty() {
        return Err(format!("unknown gender `{gender}`; there are m, f, c and n"));
    }
    Ok((count, read))
}

#[async_trait]
impl App for SayCountedAdj {
    fn name(&self) -> &'static str {
        "SayCountedAdj"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        read(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (count, gender) = read(arguments).map_err(AppError::Failed)?;
        channel.say(Saying::Adjective { stem: arguments.text(1), count, gender }, "").await?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{complaint, said};

    #[tokio::test(start_paused = true)]
    async fn the_prompts_are_played_in_their_order() {
        assert_eq!(said("SayCountedAdj(1,new,f)").await, "new");
        assert_eq!(said("SayCountedAdj(5,new)").await, "new");
    }

    #[tokio::test]
    async fn mistakes_are_found_at_load() {
        assert_eq!(complaint("SayCountedAdj(two,new)"), "SayCountedAdj: `two` is no whole number");
        assert_eq!(
            complaint("SayCountedAdj(2,new,x)"),
            "SayCountedAdj: unknown gender `x`; there are m, f, c and n"
        );
    }
}
