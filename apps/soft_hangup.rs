//! `SoftHangup(Technology/Resource[,options])`: hang other channels up.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, ChannelHandle};
use obelus_core::help::{Argument, Help, OptionHelp};
use obelus_core::verbose;

pub(crate) struct SoftHangup;

static HELP: Help = Help {
    synopsis: "Hangs up the requested channel.",
    arguments: &[
        Argument::required("Technology/Resource", "A channel's name; with option a that of a device."),
        Argument::options(OPTIONS),
    ],
    description: "Asks the channel to hang up and goes on.",
    see_also: &["Hangup", "ChannelRedirect"],
};

static OPTIONS: &[OptionHelp] =
    &[OptionHelp::flag('a', "Hang up all channels of the device instead of one channel.")];

impl InstantApp for SoftHangup {
    fn name(&self) -> &'static str {
        "SoftHangup"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (name, all) = (arguments.text(0), arguments.option('a'));
        let is_meant = |other: &ChannelHandle| {
            name.eq_ignore_ascii_case(if all { other.device() } else { other.name() })
        };
        let meant: Vec<_> = channel.core().channels.all().into_iter().filter(is_meant).collect();
        if meant.is_empty() {
            verbose!(channel.core(), 3, "SoftHangup: there is no channel '{name}'");
        }
        for other in meant {
            verbose!(channel.core(), 4, "Soft hanging {} up", other.name());
            other.soft_hangup(Cause::NORMAL_CLEARING);
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use obelus_core::engine::PortEvent;
    use obelus_core::events::{Delivery, Event, EventKind};
    use obelus_core::testing::Far;

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn one_channel_or_all_of_a_device_are_hung_up() {
        let pbx = pbx("[internal]\nexten => s,1,Wait(60)\n");
        let calls: Vec<_> = (0..3).map(|_| pbx.call("internal", "s")).collect();
        let core = pbx.core.clone();
        let count = || core.channels.count();
        let (mut channel, _far) = pbx.channel();
        channel.run_app("SoftHangup", "Test/nobody").await.expect("it ran");
        channel.run_app("SoftHangup", "Test/1001").await.expect("it ran");
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        assert_eq!(count(), 4);
        channel.run_app("SoftHangup", &calls[0].name.to_lowercase()).await.expect("it ran");
        let mut calls = calls.into_iter();
        assert_eq!(calls.next().expect("a call").is_over().await, Some(Cause::NORMAL_CLEARING));
        assert_eq!(count(), 3);
        channel.run_app("SoftHangup", "test/1001,a").await.expect("it ran");
        for mut call in calls {
            assert_eq!(call.is_over().await, Some(Cause::NORMAL_CLEARING));
        }
    }

    /// The causes of the soft hang-ups that are told of a call to this extension, which `end` ends.
    async fn told(exten: &str, end: impl FnOnce(&Far)) -> Vec<u8> {
        let pbx = pbx("[internal]\nexten => 1,1,Answer()\n same => n,Wait(60)\nexten => 2,1,Answer()\n\
            exten => 3,1,SoftHangup(Test/1001,a)\n same => n,Wait(60)\n");
        let mut listener = pbx.core.events.listen(EventKind::SoftHangupRequest.bit(), None);
        let mut caller = pbx.call("internal", exten);
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        end(&caller);
        caller.is_over().await;
        pbx.quiet().await;
        let deliveries = std::iter::from_fn(|| listener.try_next());
        let causes = deliveries.filter_map(|delivery| match delivery {
            Delivery::Event(record) => match &record.event {
                Event::SoftHangupRequest { cause, .. } => Some(cause.number()),
                _ => None,
            },
            Delivery::Lost(_) => None,
        });
        causes.collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_the_dialplan_is_told_and_what_asked_for_it() {
        assert_eq!(told("1", |caller| caller.hangs_up(Cause::USER_BUSY)).await, [16]);
        assert_eq!(told("2", |_| {}).await, [16]);
        assert_eq!(told("3", |_| {}).await, [16, 16]);
        let silent = |caller: &Far| {
            let since = std::time::Duration::from_secs(5);
            caller.port().tell(PortEvent::NoRtp { since, on_hold: false });
        };
        assert_eq!(told("1", silent).await, [44, 16]);
        let asked = |caller: &Far| caller.channel.clone().unwrap().hangup(Cause::USER_BUSY);
        assert_eq!(told("1", asked).await, [16]);
    }
}
