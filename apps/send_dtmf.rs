//! `SendDTMF(digits[,timeout_ms[,duration_ms[,channel[,options]]]])`: send digits to this or another channel's far end.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, ChannelHandle, DigitPace};
use obelus_core::help::{Argument, Help, OptionHelp};

pub(crate) struct SendDtmf;

static HELP: Help = Help {
    synopsis: "Sends arbitrary DTMF digits.",
    arguments: &[
        Argument::required(
            "digits",
            "0 to 9, *, #, A to D; w waits half a second, W a whole one, f flashes the hook.",
        ),
        Argument::optional("timeout_ms", "Milliseconds between two digits; 250 by default."),
        Argument::optional("duration_ms", "Milliseconds of each digit; 100 by default."),
        Argument::optional("channel", "The channel whose far end gets the digits; this one by default."),
        Argument::options(OPTIONS),
    ],
    description: "Sends the digits one after the other and goes on after the last.",
    see_also: &["Read"],
};

static OPTIONS: &[OptionHelp] = &[OptionHelp::flag('a', "Answer the channel first.")];

const KNOWN: &str = "0123456789*#abcdABCDwWfF";

fn pace(arguments: &Arguments) -> Result<DigitPace, String> {
    let usual = DigitPace::default();
    Ok(DigitPace {
        gap: arguments.milliseconds(1)?.unwrap_or(usual.gap),
        length: arguments.milliseconds(2)?.unwrap_or(usual.length),
    })
}

async fn send(channel: &mut Channel, digits: &str, pace: DigitPace, answer: bool) -> Result<(), AppError> {
    if answer {
        channel.answer().await?;
    }
    Ok(channel.send_digits_at(digits, pace).await?)
}

/// Sends on the other channel's own task, while this one lives on.
async fn send_on(
    channel: &mut Channel,
    other: &ChannelHandle,
    digits: String,
    pace: DigitPace,
    answer: bool,
) -> Result<(), AppError> {
    let sending = other.run(move |other| Box::pin(async move { send(other, &digits, pace, answer).await }));
    if !matches!(channel.live_through(sending).await?, Ok(Ok(()))) {
        tracing::warn!(channel = %channel.name(), other = %other.name(), "the digits were not all sent");
    }
    Ok(())
}

#[async_trait]
impl App for SendDtmf {
    fn name(&self) -> &'static str {
        "SendDTMF"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        pace(arguments)?;
        match arguments.text(0).chars().find(|digit| !KNOWN.contains(*digit)) {
            Some(wrong) => Err(format!("`{wrong}` is no digit; there are 0-9, *, #, A-D, w, W and f")),
            None => Ok(()),
        }
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let pace = pace(arguments).map_err(AppError::Failed)?;
        let (digits, wrong): (String, String) =
            arguments.text(0).chars().partition(|digit| KNOWN.contains(*digit));
        if !wrong.is_empty() {
            tracing::warn!(channel = %channel.name(), wrong, "SendDTMF: what is no digit is left out");
        }
        let answer = arguments.option('a');
        let named = arguments.get(3).filter(|name| !name.eq_ignore_ascii_case(channel.name()));
        let Some(name) = named else {
            send(channel, &digits, pace, answer).await?;
            return Ok(Flow::Continue);
        };
        match channel.core().channels.find(name) {
            Some(other) => send_on(channel, &other, digits, pace, answer).await?,
            None => tracing::warn!(channel = %channel.name(), name, "SendDTMF: there is no such channel"),
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn digits_go_out_at_their_pace() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        let began = Instant::now();
        channel.run_app("SendDTMF", "1w2#,100,50").await.expect("it ran");
        assert_eq!(began.elapsed(), Duration::from_millis(1050));
        let digits: Vec<_> = far.told().into_iter().filter(|told| told.starts_with("Digit")).collect();
        assert_eq!(digits.len(), 3, "{digits:?}");
        assert_eq!(digits[0], "Digit { digit: '1', duration: 50ms }");
    }

    #[tokio::test(start_paused = true)]
    async fn another_channel_may_be_answered_and_get_the_digits() {
        let pbx = pbx("[internal]\nexten => s,1,Wait(60)\n");
        let other = pbx.call("internal", "s");
        let (mut channel, far) = pbx.channel();
        channel.run_app("SendDTMF", &format!("f5,,,{},a", other.name)).await.expect("it ran");
        assert_eq!(
            other.told(),
            ["Answer { codec: None }", "Flash", "Digit { digit: '5', duration: 100ms }"]
        );
        assert!(far.told().is_empty());
        channel.run_app("SendDTMF", "5,,,Test/nobody").await.expect("it goes on");
        assert!(far.told().is_empty());
    }

    #[tokio::test]
    async fn what_is_no_digit_is_found_at_load() {
        assert_eq!(
            complaint("SendDTMF(12x)"),
            "SendDTMF: `x` is no digit; there are 0-9, *, #, A-D, w, W and f"
        );
        assert_eq!(complaint("SendDTMF(12,fast)"), "SendDTMF: `fast` is no number of milliseconds");
    }
}
