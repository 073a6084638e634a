//! `ContinueWhile()`: begin the next round of the loop.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct ContinueWhile;

static HELP: Help = Help {
    synopsis: "Restart a While loop.",
    arguments: &[],
    description: "Goes back to the While around it, which looks at its condition again.",
    see_also: &["While"],
};

impl InstantApp for ContinueWhile {
    fn name(&self) -> &'static str {
        "ContinueWhile"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        let start = channel
            .block_start("While", "EndWhile")
            .ok_or_else(|| AppError::failed("there is no While around it"))?;
        channel.go_to(start);
        Ok(Flow::Jump)
    }
}
