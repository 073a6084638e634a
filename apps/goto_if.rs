//! `GotoIf(condition?[true][:false])`: go on elsewhere if a condition holds.

use obelus_core::app::is_true;
use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct GotoIf;

static HELP: Help = Help {
    synopsis: "Conditional goto.",
    arguments: &[Argument::rest(
        "condition?[iftrue][:iffalse]",
        true,
        "The condition is true unless it is empty or 0; the places are as for Goto.",
    )],
    description: "Goes to the first place if the condition is true, else to the second; where that is left away the dialplan goes on.",
    see_also: &["Goto", "GosubIf"],
};

/// The place to go to, if any; variables that are empty may leave none.
fn branch(text: &str) -> Option<&str> {
    let (condition, places) = text.split_once('?')?;
    let (yes, no) = places.split_once(':').unwrap_or((places, ""));
    let place = if is_true(condition) { yes } else { no };
    Some(place.trim()).filter(|place| !place.is_empty())
}

impl InstantApp for GotoIf {
    fn name(&self) -> &'static str {
        "GotoIf"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let (_, places) = arguments.whole().split_once('?').ok_or("there is no `?` after the condition")?;
        let is_nowhere = places.split(':').all(|place| place.trim().is_empty());
        if is_nowhere { Err("there is no place to go to".to_owned()) } else { Ok(()) }
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let Some((_, places)) = arguments.whole().split_once('?') else { return Vec::new() };
        let places = places.splitn(2, ':').map(str::trim).filter(|place| !place.is_empty());
        places.map(|place| Mention::Target(place.into())).collect()
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let Some(place) = branch(arguments.whole()) else { return Ok(Flow::Continue) };
        let position = channel.resolve(place).map_err(AppError::Failed)?;
        channel.go_to(position);
        Ok(Flow::Jump)
    }
}
