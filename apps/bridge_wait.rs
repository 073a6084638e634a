//! `BridgeWait([name[,role[,options]]])`: wait on hold until somebody takes the call.

use async_trait::async_trait;
use obelus_core::app::seconds;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::bridge::Bridge;
use obelus_core::channel::Channel;
use obelus_core::channel_tech::LegCommand;
use obelus_core::help::OptionHelp;
use obelus_core::help::{Argument, Help};
use obelus_core::verbose;
use std::time::Duration;

pub(crate) struct BridgeWait;

static HELP: Help = Help {
    synopsis: "Put a call into the holding bridge.",
    arguments: &[
        Argument::optional(
            "name",
            "The holding bridge; default by default. Calls of one name wait in one bridge.",
        ),
        Argument::optional(
            "role",
            "participant, who waits; it is the default. An announcer, whom those who wait would hear, is not served yet.",
        ),
        Argument::options(OPTIONS),
    ],
    description: "Answers the call, which then waits until it is redirected, bridged with another channel, or its time is over.",
    see_also: &["Bridge", "MusicOnHold"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::value('m', "class", "The class of the music on hold; counts with e(m) only."),
    OptionHelp::value(
        'e',
        "entertainment",
        "m: music on hold, the default; r: ringing; s: silence; h: the far end is put on hold; n: nothing. Only the first letter counts.",
    ),
    OptionHelp::value('S', "duration", "Go on with the next priority after so many seconds."),
    OptionHelp::flag('n', "Do not answer the call first."),
];

/// What a caller who waits hears.
#[derive(Clone, Copy)]
enum Entertainment {
    Music,
    Ringing,
    Silence,
    Hold,
    Nothing,
}

struct Request<'a> {
    entertainment: Entertainment,
    class: &'a str,
    timeout: Option<Duration>,
}

impl Request<'_> {
    fn parse(arguments: &Arguments) -> Result<Request<'_>, String> {
        match arguments.text(1) {
            "" | "participant" => {}
            "announcer" => {
                return Err("the role `announcer` is not served yet, as bridges do not mix audio".to_owned());
            }
            other => return Err(format!("there is no role `{other}`")),
        }
        let entertainment = match arguments.option_value('e').and_then(|text| text.chars().next()) {
            None | Some('m') => Entertainment::Music,
            Some('r') => Entertainment::Ringing,
            Some('s') => Entertainment::Silence,
            Some('h') => Entertainment::Hold,
            Some('n') => Entertainment::Nothing,
            Some(other) => return Err(format!("option `e`: there are m, r, s, h and n, not `{other}`")),
        };
        let timeout = arguments.option_value('S').map(seconds).transpose()?;
        if timeout == Some(None) {
            return Err("option `S` needs a number of seconds".to_owned());
        }
        Ok(Request {
            entertainment,
            class: arguments.option_value('m').unwrap_or(""),
            timeout: timeout.flatten(),
        })
    }
}

impl Entertainment {
    /// Begins it; says what has begun, as silence takes the place of missing music.
    async fn begin(self, channel: &mut Channel, class: &str) -> Entertainment {
        match self {
            Entertainment::Music if channel.start_music(class).await => Entertainment::Music,
            Entertainment::Music | Entertainment::Silence => {
                send_silence(channel, true);
                Entertainment::Silence
            }
            Entertainment::Ringing => {
                channel.ring().await;
                self
            }
            Entertainment::Hold => {
                channel.show(LegCommand::Hold(true)).await;
                self
            }
            Entertainment::Nothing => self,
        }
    }

    async fn end(self, channel: &mut Channel) {
        match self {
            Entertainment::Music => channel.stop_music(),
            Entertainment::Silence => send_silence(channel, false),
            Entertainment::Ringing => channel.stop_tone(),
            Entertainment::Hold => channel.show(LegCommand::Hold(false)).await,
            Entertainment::Nothing => {}
        }
    }
}

fn send_silence(channel: &Channel, on: bool) {
    if let Some(port) = channel.media() {
        let _ = port.send_silence(on);
    }
}

#[async_trait]
impl App for BridgeWait {
    fn name(&self) -> &'static str {
        "BridgeWait"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        Request::parse(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let request = Request::parse(arguments).map_err(AppError::Failed)?;
        if !arguments.option('n') {
            channel.answer_and_settle().await?;
        }
        let bridge = Bridge::holding(channel.core(), "BridgeWait", arguments.get(0).unwrap_or("default"));
        verbose!(channel.core(), 3, "{} is entering waiting bridge {}", channel.name(), bridge.id());
        let entertainment = request.entertainment.begin(channel, request.class).await;
        let departure = channel.wait_in(bridge.seat(), request.timeout).await;
        entertainment.end(channel).await;
        departure?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;
    use obelus_core::bridge::Bridge;
    use tokio::time::{Duration, Instant, sleep};

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn the_call_waits_for_its_time() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        let began = Instant::now();
        let looking = async {
            sleep(Duration::from_secs(1)).await;
            let bridge = Bridge::holding(&pbx.core, "BridgeWait", "lobby");
            assert_eq!(bridge.members().len(), 1);
        };
        let (ran, ()) = tokio::join!(channel.run_app("BridgeWait", "lobby,participant,S(5)e(s)"), looking);
        assert_eq!((ran, began.elapsed().as_secs()), (Ok(Flow::Continue), 5));
        assert_eq!(far.told(), ["Answer { codec: None }"]);
        assert!(pbx.core.bridges.all().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_entertainment_is_asked_for_and_ends() {
        for (options, told) in [
            ("ne(r)S(1)", vec!["Ringing"]),
            ("ne(h)S(1)", vec!["Hold(true)", "Hold(false)"]),
            ("ne(none)S(1)", vec![]),
        ] {
            let pbx = pbx("");
            let (mut channel, far) = pbx.channel();
            channel.run_app("BridgeWait", &format!(",,{options}")).await.expect("it ran");
            assert_eq!(far.told(), told, "{options}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn another_channel_may_take_the_call() {
        let pbx = pbx("[internal]\nexten => s,1,BridgeWait()\n");
        let waiting = pbx.call("internal", "s");
        waiting.is_told("Answer").await;
        let (mut channel, far) = pbx.channel();
        let talking = async {
            sleep(Duration::from_secs(1)).await;
            assert!(far.hears(&waiting));
            waiting.hangs_up(obelus_core::cause::Cause::NORMAL_CLEARING);
        };
        let (ran, ()) = tokio::join!(channel.run_app("Bridge", &waiting.name), talking);
        assert_eq!(ran, Ok(Flow::Continue));
    }

    #[tokio::test]
    async fn what_is_not_served_is_refused_at_load() {
        assert_eq!(
            complaint("BridgeWait(x,announcer)"),
            "BridgeWait: the role `announcer` is not served yet, as bridges do not mix audio"
        );
        assert_eq!(complaint("BridgeWait(x,waiter)"), "BridgeWait: there is no role `waiter`");
        assert_eq!(
            complaint("BridgeWait(,,e(x))"),
            "BridgeWait: option `e`: there are m, r, s, h and n, not `x`"
        );
        assert_eq!(complaint("BridgeWait(,,S(0))"), "BridgeWait: option `S` needs a number of seconds");
    }
}
