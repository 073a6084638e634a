//! `StartMusicOnHold([class])`: music while the dialplan goes on.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct StartMusicOnHold;

static HELP: Help = Help {
    synopsis: "Play Music On Hold.",
    arguments: &[Argument::optional(
        "class",
        "A class of musiconhold.conf. CHANNEL(musicclass) goes before it unless preferchannelclass is no.",
    )],
    description: "Starts music and goes on with the dialplan. StopMusicOnHold, a prompt or a bridge ends it.",
    see_also: &["MusicOnHold", "StopMusicOnHold"],
};

#[async_trait]
impl App for StartMusicOnHold {
    fn name(&self) -> &'static str {
        "StartMusicOnHold"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        if !channel.start_music(arguments.text(0)).await {
            let class = arguments.text(0);
            tracing::warn!(channel = %channel.name(), class, "no music on hold can be played");
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::sleep;

    use crate::testing::{music, pbx};

    #[tokio::test(start_paused = true)]
    async fn music_plays_while_the_dialplan_goes_on() {
        let pbx = music(pbx(
            "[internal]\nexten => s,1,StartMusicOnHold(jazz)\n same => n,Wait(2)\n same => n,StopMusicOnHold()\n same => n,Wait(2)\n",
        ));
        let far = pbx.call("internal", "s");
        sleep(Duration::from_secs(1)).await;
        assert!(far.port().playing().is_some());
        sleep(Duration::from_secs(2)).await;
        assert_eq!(far.port().playing(), None);
        pbx.quiet().await;
    }
}
