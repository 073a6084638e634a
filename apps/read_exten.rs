//! `ReadExten(variable[,filename[,context[,options[,timeout]]]])`: read an extension into a variable.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel::{DIGITS, Interrupted, PlayEnd, Position};
use obelus_core::help::OptionHelp;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;
use std::time::Duration;

pub(crate) struct ReadExten;

static HELP: Help = Help {
    synopsis: "Read an extension into a variable.",
    arguments: &[
        Argument::required("variable", "Where the extension goes."),
        Argument::optional("filename", "A prompt to play first, or a tone with option i."),
        Argument::optional("context", "Where the extension is looked for; the present context by default."),
        Argument::options(OPTIONS),
        Argument::optional("timeout", "Seconds until the first digit; TIMEOUT(response) by default."),
    ],
    description: "Answers the call and reads digits until no more could make another extension.\n\n\
        READEXTENSTATUS becomes OK; TIMEOUT, and the variable t; INVALID, the variable i and INVALID_EXTEN the digits; SKIP (option s), HANGUP or ERROR.",
    see_also: &["Read", "WaitExten"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('s', "Do nothing unless the call is answered."),
    OptionHelp::flag('i', "The file name is a tone of the zone or a list of tones."),
    OptionHelp::flag('n', "Do not answer the call first."),
    OptionHelp::flag('p', "# ends the extension, even where one holds it."),
];

/// As many digits as the longest extension.
const LONGEST: usize = 255;

/// Plays the prompt or the tone and waits for the first digit.
async fn first(
    channel: &mut Channel,
    arguments: &Arguments,
    timeout: Duration,
) -> Result<Option<char>, Interrupted> {
    let prompt = arguments.text(1);
    if arguments.option('i') && !prompt.is_empty() {
        if let Err(reason) = channel.play_tone(prompt) {
            tracing::warn!(channel = %channel.name(), tone = prompt, reason, "ReadExten: no such tone");
        }
        let digit = channel.wait_for_digit(Some(timeout)).await;
        channel.stop_tone();
        return digit;
    }
    if !prompt.is_empty()
        && let PlayEnd::Digit(digit) = channel.play(prompt, DIGITS).await?
    {
        return Ok(Some(digit));
    }
    channel.wait_for_digit(Some(timeout)).await
}

/// Reads on while more digits could make another extension.
async fn more(
    channel: &mut Channel,
    arguments: &Arguments,
    context: &str,
    first: char,
) -> Result<String, Interrupted> {
    let mut exten = String::new();
    let mut digit = Some(first);
    while let Some(pressed) = digit {
        if pressed == '#' && arguments.option('p') {
            break;
        }
        exten.push(pressed);
        if !channel.could_match_more(context, &exten) || exten.len() >= LONGEST {
            let exists = channel.extension_exists(&Position::new(context, exten.as_str(), 1));
            if pressed == '#' && !exists {
                exten.pop();
            }
            break;
        }
        digit = channel.wait_for_digit(Some(channel.timeouts.digit)).await?;
    }
    Ok(exten)
}

async fn end(channel: &mut Channel, variable: &str, value: &str, status: &str) -> Result<Flow, AppError> {
    channel.assign(variable, value).await.map_err(|error| AppError::failed(error.to_string()))?;
    channel.set_variable("READEXTENSTATUS", status);
    Ok(Flow::Continue)
}

#[async_trait]
impl App for ReadExten {
    fn name(&self) -> &'static str {
        "ReadExten"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        arguments.seconds(4).map(|_| ())
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let context = arguments.get(2).map(|context| Mention::Context(context.into()));
        std::iter::once(Mention::Written(arguments.text(0).into())).chain(context).collect()
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let variable = arguments.text(0);
        let timeout = match arguments.seconds(4) {
            Ok(timeout) => timeout.unwrap_or(channel.timeouts.response),
            Err(reason) => {
                tracing::warn!(channel = %channel.name(), reason, "ReadExten");
                channel.set_variable("READEXTENSTATUS", "ERROR");
                return Ok(Flow::Continue);
            }
        };
        if !channel.is_up() {
            if arguments.option('s') {
                return end(channel, variable, "", "SKIP").await;
            }
            if !arguments.option('n') {
                channel.answer_and_settle().await?;
            }
        }
        let context = arguments.get(2).map_or_else(|| channel.position().context, Into::into);
        let read = match first(channel, arguments, timeout).await {
            Ok(Some(digit)) => more(channel, arguments, &context, digit).await.map(Some),
            other => other.map(|_| None),
        };
        match read {
            Ok(Some(exten)) if channel.extension_exists(&Position::new(context, exten.as_str(), 1)) => {
                end(channel, variable, &exten, "OK").await
            }
            Ok(Some(exten)) => {
                channel.set_variable("INVALID_EXTEN", exten);
                end(channel, variable, "i", "INVALID").await
            }
            Ok(None) => end(channel, variable, "t", "TIMEOUT").await,
            Err(interrupted) => {
                channel.set_variable("READEXTENSTATUS", "HANGUP");
                Err(interrupted.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use crate::testing::{complaint, pbx};

    const PLAN: &str = "[test]\nexten => 12,1,NoOp()\nexten => 123,1,NoOp()\nexten => 5#,1,NoOp()\nexten => 9,1,NoOp()\n\
        [away]\nexten => 7,1,NoOp()\n";

    async fn check(arguments: &str, pressed: &str, expected: (&str, &str, u64)) {
        let pbx = pbx(PLAN);
        let (mut channel, far) = pbx.channel();
        pressed.chars().for_each(|digit| far.presses(digit));
        let began = Instant::now();
        channel.run_app("ReadExten", arguments).await.expect("it ran");
        let value = |name: &str| channel.variable(name).unwrap_or_default().to_string();
        let seen = (value("X"), value("READEXTENSTATUS"), began.elapsed().as_secs());
        assert_eq!((seen.0.as_str(), seen.1.as_str(), seen.2), expected, "ReadExten({arguments}) {pressed}");
    }

    #[tokio::test(start_paused = true)]
    async fn digits_are_read_until_they_make_an_extension() {
        check("X", "123", ("123", "OK", 0)).await;
        check("X", "12", ("12", "OK", 5)).await;
        check("X", "9", ("9", "OK", 0)).await;
        check("X", "5#", ("5#", "OK", 0)).await;
        check("X,,away", "7", ("7", "OK", 0)).await;
        check("X", "8", ("i", "INVALID", 0)).await;
        check("X,,away", "9", ("i", "INVALID", 0)).await;
        check("X,,,,3", "", ("t", "TIMEOUT", 3)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_hash_ends_a_number_that_does_not_hold_it() {
        check("X", "12#", ("12", "OK", 0)).await;
        check("X,,,p", "12#", ("12", "OK", 0)).await;
        check("X,,,p", "5#", ("i", "INVALID", 0)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn prompt_and_tone_stop_at_the_first_digit() {
        check("X,demo-congrats", "123", ("123", "OK", 0)).await;
        check("X,demo-congrats,,,2", "", ("t", "TIMEOUT", 3)).await;
        check("X,dial,,i", "123", ("123", "OK", 0)).await;
        check("X,350+440,,i,2", "", ("t", "TIMEOUT", 2)).await;
        check("X,,,s", "", ("", "SKIP", 0)).await;
    }

    #[tokio::test]
    async fn a_wrong_time_is_found_at_load() {
        assert_eq!(complaint("ReadExten(X,,,,soon)"), "ReadExten: `soon` is no number of seconds");
    }
}
