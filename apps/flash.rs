//! `Flash()`: flash the hook.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel_tech::LegCommand;
use obelus_core::help::Help;
use std::time::Duration;

pub(crate) struct Flash;

static HELP: Help = Help {
    synopsis: "Flashes the line, to ask an exchange or gateway for its features.",
    arguments: &[],
    description: "Sends a hook flash by the means of the channel's technology and waits a second. Digits for a transfer or a conference may follow with SendDTMF.",
    see_also: &["SendDTMF"],
};

#[async_trait]
impl App for Flash {
    fn name(&self) -> &'static str {
        "Flash"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.show(LegCommand::Flash).await;
        channel.wait(Duration::from_secs(1)).await?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, Instant};

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn the_far_end_sees_a_flash() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        let began = Instant::now();
        channel.run_app("Flash", "").await.expect("it ran");
        assert_eq!(far.told(), ["Flash"]);
        assert_eq!(began.elapsed(), Duration::from_secs(1));
    }
}
