//! `Return([value])`: end a subroutine.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct Return;

static HELP: Help = Help {
    synopsis: "Return from gosub routine.",
    arguments: &[Argument::rest("value", false, "What GOSUB_RETVAL becomes.")],
    description: "Goes back to the priority after the Gosub. The variable GOSUB_RETVAL holds the value.",
    see_also: &["Gosub"],
};

impl InstantApp for Return {
    fn name(&self) -> &'static str {
        "Return"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.end_subroutine(arguments.whole()).map_err(AppError::Failed)?;
        Ok(Flow::Jump)
    }
}
