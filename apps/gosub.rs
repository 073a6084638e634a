//! `Gosub([[context,]exten,]priority[(arguments)])`: call a subroutine.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct Gosub;

static HELP: Help = Help {
    synopsis: "Jump to label, saving return address.",
    arguments: &[Argument::rest(
        "[[context,]extension,]priority[(arg1[,...])]",
        true,
        "Where to, and the arguments ARG1, ARG2, …",
    )],
    description: "Runs the dialplan there until Return, then goes on with the next priority. Arguments and LOCAL variables go with the Return.",
    see_also: &["Return", "GosubIf", "LOCAL"],
};

impl InstantApp for Gosub {
    fn name(&self) -> &'static str {
        "Gosub"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        vec![Mention::Subroutine(arguments.whole().into())]
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.gosub(arguments.whole()).map_err(AppError::Failed)?;
        Ok(Flow::Jump)
    }
}
