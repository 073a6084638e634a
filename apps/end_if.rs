//! `EndIf()`: the end of an `If` block.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct EndIf;

static HELP: Help = Help {
    synopsis: "End an if branch.",
    arguments: &[],
    description: "Ends the block that the If before it has begun.",
    see_also: &["If", "ElseIf", "Else", "ExitIf"],
};

impl InstantApp for EndIf {
    fn name(&self) -> &'static str {
        "EndIf"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, _channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        Ok(Flow::Continue)
    }
}
