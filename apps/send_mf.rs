//! `SendMF(digits[,timeout_ms[,duration_ms[,duration_ms_kp[,duration_ms_st[,channel]]]]])`: send MF signals.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, MF_SIGNALS, MfPace};
use obelus_core::help::{Argument, Help};

pub(crate) struct SendMf;

static HELP: Help = Help {
    synopsis: "Sends arbitrary MF digits on the current or specified channel.",
    arguments: &[
        Argument::required(
            "digits",
            "0 to 9, * for KP, # for ST, A for STP, B for ST2P, C for ST3P; w waits half a second, f flashes the hook, h sends 250 ms of 2600 Hz.",
        ),
        Argument::optional("timeout_ms", "Milliseconds between two signals; 50 by default."),
        Argument::optional("duration_ms", "Milliseconds of each digit; 55 by default."),
        Argument::optional("duration_ms_kp", "Milliseconds of KP; 120 by default."),
        Argument::optional("duration_ms_st", "Milliseconds of ST, STP, ST2P and ST3P; 65 by default."),
        Argument::optional("channel", "The channel whose far end gets the signals; this one by default."),
    ],
    description: "Sends the signals one after the other and goes on after the last. KP and ST are not added by themselves. Asterisk's W, a wink, is refused: no channel here can wink.",
    see_also: &["SendDTMF"],
};

fn pace(arguments: &Arguments) -> Result<MfPace, String> {
    let usual = MfPace::default();
    let given = |at, usual| -> Result<_, String> {
        Ok(arguments.milliseconds(at)?.filter(|length| !length.is_zero()).unwrap_or(usual))
    };
    Ok(MfPace {
        gap: given(1, usual.gap)?,
        digit: given(2, usual.digit)?,
        key_pulse: given(3, usual.key_pulse)?,
        start: given(4, usual.start)?,
    })
}

fn is_known(symbol: char) -> bool {
    MF_SIGNALS.contains(symbol) || "wfFhH".contains(symbol)
}

#[async_trait]
impl App for SendMf {
    fn name(&self) -> &'static str {
        "SendMF"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        pace(arguments)?;
        match arguments.text(0).chars().find(|symbol| !is_known(*symbol)) {
            Some(wrong) => Err(format!("`{wrong}` is no MF signal; there are 0-9, *, #, A-C, w, f and h")),
            None => Ok(()),
        }
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let pace = pace(arguments).map_err(AppError::Failed)?;
        let (symbols, wrong): (String, String) =
            arguments.text(0).chars().partition(|symbol| is_known(*symbol));
        if !wrong.is_empty() {
            tracing::warn!(channel = %channel.name(), wrong, "SendMF: what is no signal is left out");
        }
        let Some(name) = arguments.get(5).filter(|name| !name.eq_ignore_ascii_case(channel.name())) else {
            channel.send_mf(&symbols, &pace).await?;
            return Ok(Flow::Continue);
        };
        let Some(other) = channel.core().channels.find(name) else {
            tracing::warn!(channel = %channel.name(), name, "SendMF: there is no such channel");
            return Ok(Flow::Continue);
        };
        let sending = other.run(move |other| Box::pin(async move { other.send_mf(&symbols, &pace).await }));
        if !matches!(channel.live_through(sending).await?, Ok(Ok(()))) {
            tracing::warn!(channel = %channel.name(), name, "the signals were not all sent");
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::engine::testing::Seen;

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn signals_are_played_and_the_hook_flashes_between_them() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        channel.run_app("SendMF", "*1f2#,40,60").await.expect("it ran");
        let plays = |seen: Vec<_>| seen.iter().filter(|seen| matches!(seen, Seen::Play(..))).count();
        assert_eq!(plays(far.port().seen()), 2, "what is before the flash and what is after it");
        assert_eq!(far.told(), ["Flash"]);
        channel.run_app("SendMF", "5,,,,,Test/nobody").await.expect("it goes on");
        assert_eq!(plays(far.port().seen()), 2);
    }

    #[tokio::test]
    async fn what_is_no_signal_is_found_at_load() {
        assert_eq!(
            complaint("SendMF(1W)"),
            "SendMF: `W` is no MF signal; there are 0-9, *, #, A-C, w, f and h"
        );
        assert_eq!(complaint("SendMF(12,fast)"), "SendMF: `fast` is no number of milliseconds");
    }
}
