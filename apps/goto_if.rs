//! `GotoIf(condition?[true][:false])`: go on elsewhere if a condition holds.

use async_trait::async_trait;
use obelus_core::app::is_true;
use obelus_core::app::{App, AppError, Arguments, Flow};
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

/// The place to go to, if any.
fn branch(text: &str) -> Result<Option<&str>, String> {
    let (condition, places) = text.split_once('?').ok_or("there is no `?` after the condition")?;
    let (yes, no) = places.split_once(':').unwrap_or((places, ""));
    if yes.trim().is_empty() && no.trim().is_empty() {
        return Err("there is no place to go to".to_owned());
    }
    let place = if is_true(condition) { yes } else { no };
    Ok(Some(place.trim()).filter(|place| !place.is_empty()))
}

#[async_trait]
impl App for GotoIf {
    fn name(&self) -> &'static str {
        "GotoIf"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        branch(arguments.whole()).map(|_| ())
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let Some((_, places)) = arguments.whole().split_once('?') else { return Vec::new() };
        let places = places.splitn(2, ':').map(str::trim).filter(|place| !place.is_empty());
        places.map(|place| Mention::Target(place.into())).collect()
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let Some(place) = branch(arguments.whole()).map_err(AppError::Failed)? else {
            return Ok(Flow::Continue);
        };
        let position = channel.resolve(place).map_err(AppError::Failed)?;
        channel.go_to(position);
        Ok(Flow::Jump)
    }
}
