//! `EndWhile()`: go back to the While that belongs to it.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct EndWhile;

static HELP: Help = Help {
    synopsis: "End a while loop.",
    arguments: &[],
    description: "Goes back to the While, which looks at its condition again.",
    see_also: &["While"],
};

impl InstantApp for EndWhile {
    fn name(&self) -> &'static str {
        "EndWhile"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        let start = channel
            .block_start("While", "EndWhile")
            .ok_or_else(|| AppError::failed("there is no While before it"))?;
        channel.go_to(start);
        Ok(Flow::Jump)
    }
}
