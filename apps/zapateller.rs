//! `Zapateller([answer][,nocallerid])`: play the tones of a number that is out of service.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::media::tone::Tone;
use std::time::Duration;

pub(crate) struct Zapateller;

static HELP: Help = Help {
    synopsis: "Block telemarketers with SIT.",
    arguments: &[Argument::repeated(
        "options",
        false,
        "answer: answer the call first; nocallerid: only if the caller shows no number.",
    )],
    description: "Plays the special information tone, at which dialling machines give up.\n\n\
        ZAPATELLERSTATUS becomes NOTHING, ANSWERED or ZAPPED, by what was done last.",
    see_also: &["PrivacyManager"],
};

/// ITU-T E.180: the three tones of the special information tone, then a pause.
const TONES: &str = "!950/330,!1400/330,!1800/330,!0/1000";

fn options(arguments: &Arguments) -> impl Iterator<Item = &str> {
    arguments.from(0).map(str::trim).filter(|option| !option.is_empty())
}

#[async_trait]
impl App for Zapateller {
    fn name(&self) -> &'static str {
        "Zapateller"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let known =
            |option: &str| ["answer", "nocallerid"].iter().any(|known| known.eq_ignore_ascii_case(option));
        match options(arguments).find(|option| !known(option)) {
            Some(unknown) => Err(format!("unknown option `{unknown}`; there are answer and nocallerid")),
            None => Ok(()),
        }
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let has = |option: &str| options(arguments).any(|given| given.eq_ignore_ascii_case(option));
        channel.set_variable("ZAPATELLERSTATUS", "NOTHING");
        if !channel.is_up() {
            if has("answer") {
                channel.answer_and_settle().await?;
                channel.set_variable("ZAPATELLERSTATUS", "ANSWERED");
            }
            channel.wait(Duration::from_millis(500)).await?;
        }
        let knows_caller = !channel.facts().caller.number.text().is_empty();
        if has("nocallerid") && knows_caller {
            return Ok(Flow::Continue);
        }
        let tone = Tone::parse(TONES).map_err(|error| AppError::failed(error.to_string()))?;
        channel.play_tone_through(tone).await?;
        channel.set_variable("ZAPATELLERSTATUS", "ZAPPED");
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::caller_id::Party;
    use tokio::time::Instant;

    use crate::testing::{complaint, pbx};

    async fn check(options: &str, number: &str, expected: (&str, u128)) {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        channel.facts().caller = Party::new("", number);
        let began = Instant::now();
        channel.run_app("Zapateller", options).await.expect("it ran");
        let status = channel.variable("ZAPATELLERSTATUS").unwrap_or_default();
        assert_eq!((&*status, began.elapsed().as_millis()), expected, "{options} {number}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_tones_are_played_to_whom_they_are_meant_for() {
        check("answer", "1001", ("ZAPPED", 2490)).await;
        check("nocallerid", "", ("ZAPPED", 2490)).await;
        check("nocallerid", "1001", ("NOTHING", 500)).await;
        check("answer,nocallerid", "1001", ("ANSWERED", 500)).await;
    }

    #[tokio::test]
    async fn an_unknown_option_is_found_at_load() {
        assert_eq!(
            complaint("Zapateller(quick)"),
            "Zapateller: unknown option `quick`; there are answer and nocallerid"
        );
    }
}
