//! `RetryDial(announce,sleep,retries,dialargs)`: dial again and again until somebody answers.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel::{DIGITS, Interrupted, PlayEnd};
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;
use std::time::Duration;

pub(crate) struct RetryDial;

static HELP: Help = Help {
    synopsis: "Place a call, retrying on failure allowing an optional exit extension.",
    arguments: &[
        Argument::optional("announce", "A prompt to play after an attempt that failed."),
        Argument::optional("sleep", "Seconds until the next attempt; 10 by default."),
        Argument::optional("retries", "How many attempts are made; without end if left away or 0."),
        Argument::rest("dialargs", true, "The arguments of Dial."),
    ],
    description: "Runs Dial. Where it does not end in an answer, plays the prompt, plays music on hold for the pause, and tries again. During the pause a one-digit extension of EXITCONTEXT or of the present context may be dialled; with Dial's option d the prompt can be cut short by a digit.\n\n\
        DIALSTATUS and the like are those of the last attempt.",
    see_also: &["Dial"],
};

/// The pause, and the number of attempts: `None` for no end.
fn numbers(arguments: &Arguments) -> Result<(Duration, Option<u32>), String> {
    let pause = arguments.seconds(1)?.filter(|pause| *pause >= Duration::from_secs(1));
    let retries = arguments.number(2)?.filter(|retries| *retries > 0);
    Ok((pause.unwrap_or(Duration::from_secs(10)), retries))
}

/// Plays the prompt and waits; returns the digit that was pressed.
async fn rest(
    channel: &mut Channel,
    arguments: &Arguments,
    pause: Duration,
) -> Result<Option<char>, Interrupted> {
    let options = arguments.text(3).split(',').nth(2).unwrap_or("");
    let stop = if options.contains('d') { DIGITS } else { "" };
    if let Some(prompt) = arguments.get(0)
        && let PlayEnd::Digit(digit) = channel.play(prompt, stop).await?
    {
        return Ok(Some(digit));
    }
    channel.start_music("").await;
    let digit = channel.wait_for_digit(Some(pause)).await;
    channel.stop_music();
    digit
}

#[async_trait]
impl App for RetryDial {
    fn name(&self) -> &'static str {
        "RetryDial"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        numbers(arguments).map(|_| ())
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        vec![Mention::Application(format!("Dial({})", arguments.text(3)).into())]
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (pause, retries) = numbers(arguments).map_err(AppError::Failed)?;
        let mut left = retries;
        while left != Some(0) {
            let flow = channel.run_app("Dial", arguments.text(3)).await?;
            let answered = channel.variable("DIALSTATUS").as_deref() == Some("ANSWER");
            if flow != Flow::Continue || answered {
                return Ok(flow);
            }
            if let Some(digit) = rest(channel, arguments, pause).await?
                && channel.exit_by_digit(digit)
            {
                return Ok(Flow::Jump);
            }
            left = left.map(|left| left - 1);
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;
    use obelus_core::cause::Cause;
    use tokio::time::{Duration, Instant, sleep};

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn attempts_are_made_until_they_are_used_up() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let began = Instant::now();
        let refusing = async {
            for _ in 0..3 {
                pbx.rung().await.hangs_up(Cause::USER_BUSY);
            }
        };
        let (ran, ()) = tokio::join!(channel.run_app("RetryDial", "beep,5,3,Test/2,20"), refusing);
        assert_eq!((ran, began.elapsed().as_secs()), (Ok(Flow::Continue), 18));
        assert_eq!(channel.variable("DIALSTATUS").as_deref(), Some("BUSY"));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_ends_it() {
        for (options, flow) in [("g", Flow::Continue), ("", Flow::Hangup)] {
            let pbx = pbx("");
            let (mut channel, _far) = pbx.channel();
            let began = Instant::now();
            let answering = async {
                pbx.rung().await.hangs_up(Cause::USER_BUSY);
                let callee = pbx.rung().await;
                callee.answers();
                sleep(Duration::from_secs(1)).await;
                callee.hangs_up(Cause::NORMAL_CLEARING);
            };
            let arguments = format!(",,,Test/2,20,{options}");
            let (ran, ()) = tokio::join!(channel.run_app("RetryDial", &arguments), answering);
            assert_eq!((ran, began.elapsed().as_secs()), (Ok(flow), 11), "{options}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_digit_leaves_for_its_extension() {
        let pbx = pbx("[test]\nexten => 5,1,NoOp()\n");
        let (mut channel, far) = pbx.channel();
        let pressing = async {
            pbx.rung().await.hangs_up(Cause::USER_BUSY);
            sleep(Duration::from_secs(3)).await;
            far.presses('7');
            pbx.rung().await.hangs_up(Cause::USER_BUSY);
            sleep(Duration::from_millis(500)).await;
            far.presses('5');
        };
        let (ran, ()) = tokio::join!(channel.run_app("RetryDial", "beep,5,0,Test/2,20,d"), pressing);
        assert_eq!((ran, channel.position().to_string()), (Ok(Flow::Jump), "5@test:1".to_owned()));
    }

    #[tokio::test]
    async fn mistakes_are_found_at_load() {
        assert_eq!(complaint("RetryDial(beep,soon,3,Test/1)"), "RetryDial: `soon` is no number of seconds");
        assert_eq!(complaint("RetryDial(beep,5,many,Test/1)"), "RetryDial: `many` is no number");
        assert_eq!(complaint("RetryDial(beep,5,3)"), "RetryDial: the argument `dialargs` is missing");
    }
}
