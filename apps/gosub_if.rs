//! `GosubIf(condition?[true][:false])`: call a subroutine if a condition holds.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::app::{is_true, split_condition};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct GosubIf;

static HELP: Help = Help {
    synopsis: "Conditionally jump to label, saving return address.",
    arguments: &[Argument::rest(
        "condition?[iftrue][:iffalse]",
        true,
        "The condition is true unless it is empty or 0; the places are as for Gosub.",
    )],
    description: "Calls the first subroutine if the condition is true, else the second; where that is left away the dialplan goes on.",
    see_also: &["Gosub", "GotoIf"],
};

impl InstantApp for GosubIf {
    fn name(&self) -> &'static str {
        "GosubIf"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        split_condition(arguments.whole()).map(|_| ())
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let Ok((_, yes, no)) = split_condition(arguments.whole()) else { return Vec::new() };
        let places = [yes, no].into_iter().filter(|place| !place.is_empty());
        places.map(|place| Mention::Subroutine(place.into())).collect()
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (condition, yes, no) = split_condition(arguments.whole()).map_err(AppError::Failed)?;
        let target = if is_true(condition) { yes } else { no };
        if target.is_empty() {
            return Ok(Flow::Continue);
        }
        channel.gosub(target).map_err(AppError::Failed)?;
        Ok(Flow::Jump)
    }
}
