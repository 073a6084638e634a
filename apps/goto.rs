//! `Goto([[context,]extensions,]priority)`: go on elsewhere.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct Goto;

static HELP: Help = Help {
    synopsis: "Jump to a particular priority, extension, or context.",
    arguments: &[Argument::rest(
        "[[context,]extension,]priority",
        true,
        "Where to; the priority may be a label.",
    )],
    description: "Goes on at that place. The current context and extension stand in for those that are left away.",
    see_also: &["GotoIf", "Gosub"],
};

impl InstantApp for Goto {
    fn name(&self) -> &'static str {
        "Goto"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        vec![Mention::Target(arguments.whole().into())]
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let position = channel.resolve(arguments.whole()).map_err(AppError::Failed)?;
        channel.go_to(position);
        Ok(Flow::Jump)
    }
}
