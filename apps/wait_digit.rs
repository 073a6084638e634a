//! `WaitDigit([seconds[,digits]])`: wait for one digit.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel::{Event, Interrupted};
use obelus_core::help::{Argument, Help};
use tokio::time::{Duration, Instant};

pub(crate) struct WaitDigit;

static HELP: Help = Help {
    synopsis: "Waits for a digit to be entered.",
    arguments: &[
        Argument::optional(
            "seconds",
            "How long to wait, perhaps with a fraction; without it the status is ERROR.",
        ),
        Argument::optional("digits", "Digits to accept; all others are ignored. Any by default."),
    ],
    description: "Waits for one digit and goes on.\n\n\
        WAITDIGITSTATUS becomes DTMF, and WAITDIGITRESULT the digit; or TIMEOUT, CANCEL when the caller is gone, or ERROR.",
    see_also: &["Read", "Wait", "WaitExten"],
};

fn time(arguments: &Arguments) -> Result<Duration, String> {
    if arguments.get(0).is_none() {
        return Err("the argument `seconds` is missing".to_owned());
    }
    arguments.seconds(0).map(Option::unwrap_or_default)
}

async fn wait(channel: &mut Channel, timeout: Duration, accepted: &str) -> Result<Option<char>, Interrupted> {
    let deadline = Instant::now() + timeout;
    loop {
        match channel.next_event(Some(deadline)).await? {
            Event::Digit { digit, .. } if accepted.is_empty() || accepted.contains(digit) => {
                return Ok(Some(digit));
            }
            Event::Deadline => return Ok(None),
            _ => {}
        }
    }
}

#[async_trait]
impl App for WaitDigit {
    fn name(&self) -> &'static str {
        "WaitDigit"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        time(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let timeout = match time(arguments) {
            Ok(timeout) => timeout,
            Err(reason) => {
                tracing::warn!(channel = %channel.name(), reason, "WaitDigit");
                channel.set_variable("WAITDIGITSTATUS", "ERROR");
                return Ok(Flow::Continue);
            }
        };
        let (status, end) = match wait(channel, timeout, arguments.text(1)).await {
            Ok(Some(digit)) => {
                channel.set_variable("WAITDIGITRESULT", digit.to_string());
                ("DTMF", Ok(Flow::Continue))
            }
            Ok(None) => ("TIMEOUT", Ok(Flow::Continue)),
            Err(interrupted) => ("CANCEL", Err(interrupted.into())),
        };
        channel.set_variable("WAITDIGITSTATUS", status);
        end
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use tokio::time::Instant;

    use crate::testing::{complaint, pbx};

    async fn check(arguments: &str, pressed: &str, expected: (&str, &str, u128)) {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        pressed.chars().for_each(|digit| far.presses(digit));
        let began = Instant::now();
        channel.run_app("WaitDigit", arguments).await.expect("it ran");
        let value = |name: &str| channel.variable(name).unwrap_or_default().to_string();
        let seen = (value("WAITDIGITSTATUS"), value("WAITDIGITRESULT"), began.elapsed().as_millis());
        assert_eq!((seen.0.as_str(), seen.1.as_str(), seen.2), expected, "{arguments}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_accepted_digit_is_waited_for() {
        check("5", "12", ("DTMF", "1", 0)).await;
        check("5,2*", "13*", ("DTMF", "*", 0)).await;
        check("1.5,2", "13*", ("TIMEOUT", "", 1500)).await;
        check("0", "", ("TIMEOUT", "", 0)).await;
        check("", "1", ("ERROR", "", 0)).await;
        check("soon", "1", ("ERROR", "", 0)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_hang_up_cancels() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        far.hangs_up(Cause::NORMAL_CLEARING);
        assert!(channel.run_app("WaitDigit", "5").await.is_err());
        assert_eq!(channel.variable("WAITDIGITSTATUS").as_deref(), Some("CANCEL"));
    }

    #[tokio::test]
    async fn a_wrong_time_is_found_at_load() {
        assert_eq!(complaint("WaitDigit()"), "WaitDigit: the argument `seconds` is missing");
        assert_eq!(complaint("WaitDigit(soon)"), "WaitDigit: `soon` is no number of seconds");
    }
}
