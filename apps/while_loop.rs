//! `While(condition)`: repeat up to EndWhile while a condition holds.

use obelus_core::app::is_true;
use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct While;

static HELP: Help = Help {
    synopsis: "Start a while loop.",
    arguments: &[Argument::rest("condition", false, "True unless it is empty or 0.")],
    description: "Runs the priorities up to EndWhile again and again while the condition is true; then goes on after EndWhile.",
    see_also: &["EndWhile", "ExitWhile", "ContinueWhile"],
};

impl InstantApp for While {
    fn name(&self) -> &'static str {
        "While"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        if is_true(arguments.whole()) {
            return Ok(Flow::Continue);
        }
        let end = channel
            .block_end("While", "EndWhile")
            .ok_or_else(|| AppError::failed("there is no EndWhile after it"))?;
        channel.go_to(end.next());
        Ok(Flow::Jump)
    }
}
