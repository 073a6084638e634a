//! `Read(variable[,prompts[,maxdigits[,options[,attempts[,timeout]]]]])`: read digits into a variable.

use std::time::Duration;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, DigitRules, DigitsRead, Interrupted};
use obelus_core::help::{Argument, Help, OptionHelp};
use obelus_core::verbose;

pub(crate) struct Read;

static HELP: Help = Help {
    synopsis: "Read a variable.",
    arguments: &[
        Argument::required("variable", "Where the digits go."),
        Argument::optional("filename[&filename2[&...]]", "Prompts to play first, or a tone with option i."),
        Argument::optional(
            "maxdigits",
            "Reading ends with so many digits; up to 255, which is also the default.",
        ),
        Argument::options(OPTIONS),
        Argument::optional("attempts", "How often to ask while nothing is entered; 1 by default."),
        Argument::optional(
            "timeout",
            "Seconds to wait for each digit; by default TIMEOUT(response) for the first, TIMEOUT(digit) for the others.",
        ),
    ],
    description: "Answers the call, plays the prompts and reads digits up to #. The first digit stops the prompts.\n\n\
        READSTATUS becomes OK, TIMEOUT, SKIPPED (option s), HANGUP or ERROR.",
    see_also: &["SendDTMF", "ReadExten", "WaitDigit"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('s', "Do nothing unless the call is answered."),
    OptionHelp::flag('i', "The file name is a tone of the zone."),
    OptionHelp::flag('n', "Do not answer the call first."),
    OptionHelp::maybe('t', "digits", "Digits that end the reading, instead of #; none if left empty."),
    OptionHelp::flag('e', "A terminator that is the only digit is read as a digit."),
];

const MOST: usize = 255;

/// What the arguments ask for.
struct Request<'a> {
    most: usize,
    attempts: u32,
    timeout: Option<Duration>,
    terminators: &'a str,
}

impl Request<'_> {
    fn parse(arguments: &Arguments) -> Result<Request<'_>, String> {
        let number = |index: usize| match arguments.get(index) {
            Some(text) => text.trim().parse::<i64>().map_err(|_| format!("`{text}` is no number")),
            None => Ok(0),
        };
        let most = usize::try_from(number(2)?).ok().filter(|most| (1..=MOST).contains(most));
        let attempts = u32::try_from(number(4)?).unwrap_or(1).max(1);
        let terminators = match arguments.option('t') {
            true => arguments.option_value('t').unwrap_or(""),
            false => "#",
        };
        Ok(Request { most: most.unwrap_or(MOST), attempts, timeout: arguments.seconds(5)?, terminators })
    }

    fn rules(&self, channel: &Channel) -> DigitRules<'_> {
        DigitRules {
            most: self.most,
            first: self.timeout.unwrap_or(channel.timeouts.response),
            next: self.timeout.unwrap_or(channel.timeouts.digit),
            terminators: self.terminators,
        }
    }
}

/// Asks until something is entered or the attempts are used up; returns the digits and `READSTATUS`.
async fn read(
    channel: &mut Channel,
    arguments: &Arguments,
    request: &Request<'_>,
) -> Result<(String, &'static str), Interrupted> {
    let mut status = "TIMEOUT";
    for _ in 0..request.attempts {
        let read = ask(channel, arguments, request.rules(channel)).await?;
        status = if read.timed_out { "TIMEOUT" } else { "OK" };
        let alone = read.terminator.filter(|_| arguments.option('e') && read.digits.is_empty());
        let digits = alone.map_or(read.digits, String::from);
        if !digits.is_empty() {
            verbose!(channel.core(), 3, "User entered '{digits}'");
            return Ok((digits, status));
        }
        verbose!(channel.core(), 3, "User entered nothing");
    }
    Ok((String::new(), status))
}

async fn ask(
    channel: &mut Channel,
    arguments: &Arguments,
    rules: DigitRules<'_>,
) -> Result<DigitsRead, Interrupted> {
    let zone = channel.facts().tone_zone.clone();
    let is_tone = arguments.option('i') && channel.core().tone(&zone, arguments.text(1)).is_some();
    match is_tone {
        true => channel.ask_over_tone(arguments.text(1), rules).await,
        false => channel.ask(arguments.text(1), rules).await,
    }
}

#[async_trait]
impl App for Read {
    fn name(&self) -> &'static str {
        "Read"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        Request::parse(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let variable = arguments.text(0);
        let request = match Request::parse(arguments) {
            Ok(request) => request,
            Err(reason) => {
                tracing::warn!(channel = %channel.name(), reason, "Read");
                channel.set_variable("READSTATUS", "ERROR");
                return Ok(Flow::Continue);
            }
        };
        if !channel.is_up() {
            if arguments.option('s') {
                channel.assign(variable, "").await.map_err(|error| AppError::failed(error.to_string()))?;
                channel.set_variable("READSTATUS", "SKIPPED");
                return Ok(Flow::Continue);
            }
            if !arguments.option('n') {
                channel.answer_and_settle().await?;
            }
        }
        let read = read(channel, arguments, &request).await;
        let (digits, status) = match &read {
            Ok((digits, status)) => (digits.as_str(), *status),
            Err(_) => ("", "HANGUP"),
        };
        channel.assign(variable, digits).await.map_err(|error| AppError::failed(error.to_string()))?;
        channel.set_variable("READSTATUS", status);
        read?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use obelus_core::cause::Cause;
    use tokio::time::{Instant, sleep};

    use crate::testing::{complaint, pbx};

    /// Runs `Read` while digits are pressed, each after 100 ms; returns variable, status and seconds.
    async fn check(arguments: &str, pressed: &str, expected: (&str, &str, u64)) {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        let began = Instant::now();
        let pressing = async {
            for digit in pressed.chars() {
                sleep(Duration::from_millis(100)).await;
                far.presses(digit);
            }
        };
        let (ran, ()) = tokio::join!(channel.run_app("Read", arguments), pressing);
        ran.expect("the application ran");
        let value = |name: &str| channel.variable(name).unwrap_or_default().to_string();
        let seen = (value("X"), value("READSTATUS"), began.elapsed().as_secs());
        assert_eq!((seen.0.as_str(), seen.1.as_str(), seen.2), expected, "Read({arguments}) {pressed}");
    }

    #[tokio::test(start_paused = true)]
    async fn digits_are_read_up_to_the_terminator_the_most_or_the_time() {
        check("X", "12#3", ("12", "OK", 0)).await;
        check("X,,2", "123", ("12", "OK", 0)).await;
        check("X,,-1", "1", ("1", "TIMEOUT", 5)).await;
        check("X", "", ("", "TIMEOUT", 10)).await;
        check("X,,,,,2.5", "", ("", "TIMEOUT", 2)).await;
        check("X,,,,3,2", "", ("", "TIMEOUT", 6)).await;
        check("X,,,,3,2", "#5#", ("5", "OK", 0)).await;
        check("X,,many", "1", ("", "ERROR", 0)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_terminator_may_be_another_or_a_digit_by_itself() {
        check("X,,,t(*)", "1#*", ("1#", "OK", 0)).await;
        check("X,,3,t", "1#*", ("1#*", "OK", 0)).await;
        check("X,,,e", "#", ("#", "OK", 0)).await;
        check("X,,,et(*#)", "*", ("*", "OK", 0)).await;
        check("X,,,e", "1#", ("1", "OK", 0)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_digit_stops_prompt_and_tone() {
        check("X,demo-congrats,2", "12", ("12", "OK", 0)).await;
        check("X,demo-congrats&beep,1,,,1", "", ("", "TIMEOUT", 3)).await;
        check("X,missing&beep,1,,,1", "", ("", "TIMEOUT", 2)).await;
        check("X,dial,2,i", "12", ("12", "OK", 0)).await;
        check("X,dial,2,i", "#", ("", "OK", 0)).await;
        check("X,dial,2,i,2,1", "", ("", "TIMEOUT", 2)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn an_unanswered_call_is_answered_skipped_or_left() {
        for (options, told, status) in
            [("", vec!["Answer { codec: None }"], "OK"), ("s", vec![], "SKIPPED"), ("n", vec![], "OK")]
        {
            let pbx = pbx("");
            let (mut channel, far) = pbx.channel();
            far.presses('1');
            channel.set_variable("X", "old");
            channel.run_app("Read", &format!("X,,1,{options}")).await.expect("the application ran");
            assert_eq!(
                (far.told(), channel.variable("READSTATUS").as_deref()),
                (told.into_iter().map(str::to_owned).collect(), Some(status))
            );
            let digits = if status == "SKIPPED" { "" } else { "1" };
            assert_eq!(channel.variable("X").as_deref(), Some(digits));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_who_hangs_up_is_noted_and_a_function_may_take_the_digits() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        far.hangs_up(Cause::NORMAL_CLEARING);
        assert!(channel.run_app("Read", "X").await.is_err());
        assert_eq!(channel.variable("READSTATUS").as_deref(), Some("HANGUP"));
    }

    #[tokio::test]
    async fn wrong_numbers_are_found_at_load() {
        assert_eq!(complaint("Read(X,,many)"), "Read: `many` is no number");
        assert_eq!(complaint("Read(X,,,,,soon)"), "Read: `soon` is no number of seconds");
        assert_eq!(complaint("Read(X,,,z)"), "Read: unknown option `z`; the options are `sinte`");
    }
}
