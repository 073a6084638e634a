//! `Verbose([level,]message)`: print a line on the console.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct Verbose;

static HELP: Help = Help {
    synopsis: "Send arbitrary text to verbose output.",
    arguments: &[
        Argument::optional(
            "level",
            "0 to 10; 0 by default. Without a level the first argument is the message.",
        ),
        Argument::rest("message", false, "The text."),
    ],
    description: "Prints the message on every console that is at least as verbose as the level.",
    see_also: &["NoOp", "Log"],
};

impl InstantApp for Verbose {
    fn name(&self) -> &'static str {
        "Verbose"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let level = arguments.text(0).trim().parse::<u8>();
        let (level, message) = match level {
            Ok(level) if arguments.len() > 1 => (level.min(10), arguments.text(1)),
            _ => (0, arguments.whole()),
        };
        obelus_core::verbose!(channel.core(), level, "{message}");
        Ok(Flow::Continue)
    }
}
