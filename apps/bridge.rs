//! `Bridge(channel[,options])`: talk to a channel that is there already.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::bridge::{Bridge as Pair, CallLimit, Departure, Features, Seat, features_of_both};
use obelus_core::cause::Cause;
use obelus_core::channel::Channel;
use obelus_core::channel::{ChannelHandle, Interrupted, Position};
use obelus_core::help::OptionHelp;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;
use obelus_core::verbose;

pub(crate) struct Bridge;

static HELP: Help = Help {
    synopsis: "Bridge two channels.",
    arguments: &[
        Argument::required("channel", "Its name, the beginning of it, or its unique id."),
        Argument::options(OPTIONS),
    ],
    description: "Takes the other channel from what it does and bridges this one with it. After the call this channel goes on with the next priority, and so does the other where it stands in the dialplan.\n\n\
        BRIDGERESULT becomes SUCCESS, FAILURE, LOOP for the channel itself, or NONEXISTENT. The variable BRIDGE_NOANSWER of the other channel keeps it from being answered.",
    see_also: &["Dial", "ChannelRedirect", "BridgeWait"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::maybe(
        'F',
        "[[context^]exten^]priority",
        "When this channel hangs up, the other goes on there, or at the next priority here.",
    ),
    OptionHelp::flag('h', "The other side may hang up with the code disconnect of features.conf, *."),
    OptionHelp::flag('H', "This side may hang up with the code disconnect of features.conf, *."),
    OptionHelp::value(
        'L',
        "x[:y[:z]]",
        "Limit the call to x ms; warn when y ms are left; repeat every z ms.",
    ),
    OptionHelp::flag('n', "Do not answer this channel first."),
    OptionHelp::value('S', "x", "End the call after x seconds."),
    OptionHelp::flag(
        't',
        "The other side may transfer this one with the codes blindxfer (#) and atxfer of features.conf.",
    ),
    OptionHelp::flag(
        'T',
        "This side may transfer the other with the codes blindxfer (#) and atxfer of features.conf.",
    ),
    OptionHelp::flag('x', "Hang the other channel up after the call."),
];

fn find(channel: &Channel, name: &str) -> Option<ChannelHandle> {
    let channels = &channel.core().channels;
    let begins = |other: &ChannelHandle| {
        other.name().get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    channels.find(name).or_else(|| channels.all().into_iter().find(begins))
}

fn end(channel: &mut Channel, result: &str) -> Flow {
    channel.set_variable("BRIDGERESULT", result);
    Flow::Continue
}

/// What the other channel does when the call is over.
enum After {
    HangUp,
    /// When this channel has hung up; else it is hung up as well.
    GoOnAlone(Position),
    /// If it came through the dialplan; who was called has the caller's extension, and nothing to go on with.
    GoOn(Position),
}

impl After {
    fn read(channel: &Channel, other: &ChannelHandle, arguments: &Arguments) -> Result<After, String> {
        if let Some(target) = arguments.option_value('F') {
            return channel.resolve(&target.replace('^', ",")).map(After::GoOnAlone);
        }
        if arguments.option('F') {
            return Ok(After::GoOnAlone(channel.position().next()));
        }
        Ok(if arguments.option('x') { After::HangUp } else { After::GoOn(other.facts().position.next()) })
    }
}

/// What the other channel does, on its own task.
async fn take_part(
    other: &mut Channel,
    seat: Seat,
    features: Features,
    partner: ChannelHandle,
    after: After,
) {
    let may_answer =
        !other.variable("BRIDGE_NOANSWER").is_some_and(|value| obelus_core::conf::is_true(&value));
    if may_answer && other.answer().await.is_err() {
        return;
    }
    let departure = other.join(seat, features).await;
    if departure == Err(Interrupted::Taken) {
        return;
    }
    let alone = departure == Ok(Departure::Dissolved) && partner.facts().hung_up.is_some();
    match after {
        After::GoOn(position) if other.has_run_dialplan() && other.extension_exists(&position) => {
            other.execute(position).await;
        }
        After::GoOnAlone(position) if alone => other.execute(position).await,
        After::GoOn(_) | After::GoOnAlone(_) | After::HangUp => other.hang_up(Cause::NORMAL_CLEARING),
    }
}

#[async_trait]
impl App for Bridge {
    fn name(&self) -> &'static str {
        "Bridge"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        CallLimit::parse(arguments).map(|_| ())
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let target =
            arguments.option_value('F').map(|target| Mention::Target(target.replace('^', ",").into()));
        target.into_iter().collect()
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let name = arguments.text(0);
        let Some(other) = find(channel, name) else {
            verbose!(channel.core(), 4, "Bridge failed because channel '{name}' does not exist");
            return Ok(end(channel, "NONEXISTENT"));
        };
        if other == *channel.handle() {
            tracing::warn!(channel = %channel.name(), "Bridge: a channel cannot be bridged with itself");
            return Ok(end(channel, "LOOP"));
        }
        channel.set_variable("BRIDGERESULT", "FAILURE");
        let (own, theirs) = features_of_both(channel, arguments).map_err(AppError::Failed)?;
        let after = After::read(channel, &other, arguments).map_err(AppError::Failed)?;
        if !arguments.option('n') {
            channel.answer().await?;
        }
        let bridge = Pair::new(channel.core(), "Bridge");
        let (seat, their_seat) = (bridge.seat(), bridge.seat());
        let own_handle = channel.handle().clone();
        let joined =
            other.then(move |other| Box::pin(take_part(other, their_seat, theirs, own_handle, after)));
        if joined.is_err() {
            return Ok(Flow::Continue);
        }
        let departure = channel.join(seat, own).await;
        channel.set_variable("BRIDGERESULT", "SUCCESS");
        departure?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;
    use obelus_core::cause::Cause;
    use obelus_core::testing::{Far, TestPbx};
    use tokio::time::{Duration, sleep};

    use crate::testing::{complaint, pbx};

    fn waiting() -> TestPbx {
        pbx("[internal]\nexten => s,1,Wait(600)\n same => n(next),Wait(600)\nexten => away,1,Wait(600)\n")
    }

    fn stands(far: &Far) -> String {
        far.channel.as_ref().map(|channel| channel.facts().position.to_string()).unwrap_or_default()
    }

    #[tokio::test(start_paused = true)]
    async fn the_two_talk_and_both_go_on() {
        let pbx = waiting();
        let other = pbx.call("internal", "s");
        let (mut channel, far) = pbx.channel();
        let talking = async {
            other.is_told("Answer").await;
            sleep(Duration::from_secs(1)).await;
            assert!(far.hears(&other));
            far.presses('*');
            sleep(Duration::from_secs(1)).await;
            assert_eq!(stands(&other), "s@internal:2");
        };
        let (ran, ()) = tokio::join!(channel.run_app("Bridge", "Test/1001-00000000,H"), talking);
        assert_eq!((ran, channel.variable("BRIDGERESULT").as_deref()), (Ok(Flow::Continue), Some("SUCCESS")));
    }

    #[tokio::test(start_paused = true)]
    async fn what_follows_for_the_other_is_asked_for() {
        for (options, position, over) in [
            ("x", "", true),
            ("F(internal^away^1)", "away@internal:1", false),
            ("S(5)", "s@internal:2", false),
            ("L(5000)x", "", true),
        ] {
            let pbx = waiting();
            let mut other = pbx.call("internal", "s");
            let (mut channel, far) = pbx.channel();
            let hanging_up = async {
                sleep(Duration::from_secs(10)).await;
                far.hangs_up(Cause::NORMAL_CLEARING);
            };
            let arguments = format!("test/1001,{options}");
            let _ = tokio::join!(channel.run_app("Bridge", &arguments), hanging_up);
            sleep(Duration::from_secs(1)).await;
            match over {
                true => assert_eq!(other.is_over().await, Some(Cause::NORMAL_CLEARING), "{options}"),
                false => assert_eq!(stands(&other), position, "{options}"),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_party_of_a_call_is_taken_out_of_it() {
        let pbx = pbx("[internal]\nexten => 1,1,Dial(Test/2,,g)\n same => n,Hangup(31)\n");
        let mut caller = pbx.call("internal", "1");
        let mut callee = pbx.rung().await;
        callee.answers();
        caller.is_told("Answer").await;
        let (mut channel, far) = pbx.channel();
        let name = callee.name.clone();
        let talking = async {
            assert_eq!(caller.is_over().await, Some(Cause::new(31)));
            assert!(far.hears(&callee));
            far.hangs_up(Cause::NORMAL_CLEARING);
            assert_eq!(callee.is_over().await, Some(Cause::NORMAL_CLEARING));
        };
        let _ = tokio::join!(channel.run_app("Bridge", &name), talking);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_and_oneself_are_no_partners() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let own = channel.name().to_string();
        for (name, result) in [("Test/nobody", "NONEXISTENT"), (own.as_str(), "LOOP")] {
            assert_eq!(channel.run_app("Bridge", name).await, Ok(Flow::Continue));
            assert_eq!(channel.variable("BRIDGERESULT").as_deref(), Some(result));
        }
    }

    #[tokio::test]
    async fn mistakes_are_found_at_load() {
        assert_eq!(complaint("Bridge(Test/1,L(long))"), "Bridge: `long` is no number of milliseconds");
        assert!(complaint("Bridge(Test/1,k)").starts_with("Bridge: unknown option `k`"));
    }
}
