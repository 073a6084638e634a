//! `StreamEcho()`: send the caller's own audio back.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct StreamEcho;

static HELP: Help = Help {
    synopsis: "Echo media and DTMF back to the calling party.",
    arguments: &[],
    description: "Sends all audio and digits back until the caller hangs up or presses #. Calls have one stream of audio, so further streams cannot be asked for.",
    see_also: &["Echo"],
};

#[async_trait]
impl App for StreamEcho {
    fn name(&self) -> &'static str {
        "StreamEcho"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.echo().await?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn hash_ends_the_echo() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        far.presses('5');
        far.presses('#');
        assert_eq!(channel.run_app("StreamEcho", "").await, Ok(Flow::Continue));
    }

    #[tokio::test]
    async fn more_streams_are_refused_at_load() {
        assert_eq!(complaint("StreamEcho(4)"), "StreamEcho: it takes no arguments");
    }
}
