//! `MusicOnHold([class[,duration]])`: music, for a time or until the caller goes.

use std::time::Duration;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct MusicOnHold;

static HELP: Help = Help {
    synopsis: "Play Music On Hold indefinitely.",
    arguments: &[
        Argument::optional(
            "class",
            "A class of musiconhold.conf. CHANNEL(musicclass) goes before it unless preferchannelclass is no.",
        ),
        Argument::optional("duration", "For so many seconds; without end if left away."),
    ],
    description: "Plays the music of a class, from where this channel last heard it. Does not answer the call.",
    see_also: &["StartMusicOnHold", "StopMusicOnHold", "CHANNEL"],
};

#[async_trait]
impl App for MusicOnHold {
    fn name(&self) -> &'static str {
        "MusicOnHold"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        arguments.seconds(1).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let duration = arguments.seconds(1).map_err(AppError::Failed)?.filter(|time| *time > Duration::ZERO);
        if !channel.start_music(arguments.text(0)).await {
            let class = arguments.text(0);
            tracing::warn!(channel = %channel.name(), class, "no music on hold can be played");
            return Ok(Flow::Continue);
        }
        let waited = match duration {
            Some(duration) => channel.wait(duration).await,
            None => channel.wait_for_hangup(None).await,
        };
        channel.stop_music();
        waited?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use obelus_core::cause::Cause;
    use obelus_core::channel_tech::LegEvent;
    use obelus_core::events::{Delivery, Event, EventKind};
    use tokio::time::{Instant, sleep};

    use crate::testing::{complaint, music, pbx};

    #[tokio::test(start_paused = true)]
    async fn music_lasts_for_its_time() {
        let pbx = music(pbx("[internal]\nexten => s,1,MusicOnHold(default,3)\n same => n,Busy(1)\n"));
        let begin = Instant::now();
        let mut far = pbx.call("internal", "s");
        sleep(Duration::from_secs(1)).await;
        assert!(far.port().playing().is_some());
        assert_eq!(far.is_over().await, Some(Cause::USER_BUSY));
        assert_eq!(begin.elapsed().as_secs(), 3);
        assert_eq!(far.port().playing(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn music_lasts_until_the_caller_goes() {
        let pbx = music(pbx("[internal]\nexten => s,1,MusicOnHold()\n same => n,NoOp\n"));
        let mut far = pbx.call("internal", "s");
        sleep(Duration::from_secs(3600)).await;
        assert!(far.port().playing().is_some());
        far.hangs_up(Cause::NORMAL_CLEARING);
        far.is_over().await;
        pbx.quiet().await;
    }

    #[tokio::test(start_paused = true)]
    async fn without_music_the_dialplan_goes_on() {
        let pbx = pbx("[internal]\nexten => s,1,MusicOnHold(none)\n same => n,Busy(1)\n");
        assert_eq!(pbx.call("internal", "s").is_over().await, Some(Cause::USER_BUSY));
        assert_eq!(complaint("MusicOnHold(default,long)"), "MusicOnHold: `long` is no number of seconds");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_held_hears_the_music_of_the_holders_class() {
        let pbx = music(pbx("[internal]\nexten => s,1,Dial(Test/1002)\n"));
        let mut caller = pbx.call("internal", "s");
        let callee = pbx.rung().await;
        callee.answers();
        caller.is_told("Answer").await;
        sleep(Duration::from_millis(100)).await;
        let handle = pbx.core.channels.find(&callee.name).expect("the callee's channel");
        handle.facts().suggested_music = "jazz".into();
        assert!(caller.hears(&callee) && caller.port().playing().is_none());
        let mut listener = pbx.core.events.listen(EventKind::MusicOnHoldStart.bit(), None);
        callee.does(LegEvent::Hold(true));
        sleep(Duration::from_millis(100)).await;
        assert!(caller.port().playing().is_some());
        callee.does(LegEvent::Hold(false));
        sleep(Duration::from_millis(100)).await;
        assert!(caller.port().playing().is_none() && caller.hears(&callee));
        let Some(Delivery::Event(start)) = listener.try_next() else { panic!("music begins") };
        assert!(matches!(&start.event, Event::MusicOnHoldStart { class, .. } if &**class == "jazz"));
        callee.does(LegEvent::Hold(true));
        sleep(Duration::from_millis(100)).await;
        callee.hangs_up(Cause::NORMAL_CLEARING);
        caller.is_over().await;
        assert_eq!(caller.port().playing(), None);
    }
}
