//! `ExitWhile()`: leave the loop.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct ExitWhile;

static HELP: Help = Help {
    synopsis: "End a While loop.",
    arguments: &[],
    description: "Goes on after the EndWhile of the loop around it.",
    see_also: &["While"],
};

impl InstantApp for ExitWhile {
    fn name(&self) -> &'static str {
        "ExitWhile"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        let end = channel
            .block_end("While", "EndWhile")
            .ok_or_else(|| AppError::failed("there is no EndWhile after it"))?;
        channel.go_to(end.next());
        Ok(Flow::Jump)
    }
}
