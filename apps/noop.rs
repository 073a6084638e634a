//! `NoOp([text])`: do nothing; the console shows the text.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct NoOp;

static HELP: Help = Help {
    synopsis: "Do Nothing (No Operation).",
    arguments: &[Argument::rest("text", false, "Any text; the console shows it at verbose 3.")],
    description: "Does nothing, which makes it a place to look at variables from the console.",
    see_also: &["Verbose", "Log"],
};

impl InstantApp for NoOp {
    fn name(&self) -> &'static str {
        "NoOp"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, _channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        Ok(Flow::Continue)
    }
}
