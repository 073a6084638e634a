//! `NoOp([text])`: do nothing; the console shows the text.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct NoOp;

static HELP: Help = Help {
    synopsis: "Do Nothing (No Operation).",
    arguments: &[Argument::rest("text", false, "Any text; the console shows it at verbose 3.")],
    description: "Does nothing, which makes it a place to look at variables from the console.",
    see_also: &["Verbose", "Log"],
};

#[async_trait]
impl App for NoOp {
    fn name(&self) -> &'static str {
        "NoOp"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, _channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        Ok(Flow::Continue)
    }
}
