//! `EndIf()`: the end of an `If` block.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct EndIf;

static HELP: Help = Help {
    synopsis: "End an if branch.",
    arguments: &[],
    description: "Ends the block that the If before it has begun.",
    see_also: &["If", "ElseIf", "Else", "ExitIf"],
};

#[async_trait]
impl App for EndIf {
    fn name(&self) -> &'static str {
        "EndIf"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, _channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        Ok(Flow::Continue)
    }
}
