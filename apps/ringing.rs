//! `Ringing()`: indicate ringing tone.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct Ringing;

static HELP: Help = Help {
    synopsis: "Indicate ringing tone.",
    arguments: &[],
    description: "Tells the caller that the other side is being rung; if the call is answered already, plays the ringing tone.",
    see_also: &["Busy", "Congestion", "Progress"],
};

#[async_trait]
impl App for Ringing {
    fn name(&self) -> &'static str {
        "Ringing"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.ring().await;
        Ok(Flow::Continue)
    }
}
