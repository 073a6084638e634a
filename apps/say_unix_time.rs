//! `SayUnixTime([unixtime[,timezone[,format[,options]]]])` and `DateTime(…)`, its older name: say a date and time.

use async_trait::async_trait;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::clock::Clock;
use obelus_core::help::{Argument, Help, OptionHelp};
use obelus_core::say::{DATE_FORMAT, Saying, check_date_format};

pub(crate) struct SayUnixTime;
pub(crate) struct DateTime;

const TIME: Argument = Argument::optional("unixtime", "Seconds since 1970; now by default.");
const ZONE: Argument =
    Argument::optional("timezone", "A name such as Europe/Berlin; the machine's zone by default.");
const FORMAT: Argument = Argument::optional(
    "format",
    "ABdY 'digits/at' IMp by default. A: weekday, B: month, m: month as a number, d: day, Y: year, I: hour of twelve, \
     H: hour of 24 with oh, k: without, M: minute, N: minute with hundred for none, p: a.m. or p.m., \
     Q: today, yesterday or a date, q: likewise, R: HM, S: second, T: HMS, 'file': a prompt.",
);

static HELP: Help = Help {
    synopsis: "Says a specified time in a custom format.",
    arguments: &[TIME, ZONE, FORMAT, Argument::options(OPTIONS)],
    description: "Answers the call and says the date and time in the channel's language.",
    see_also: &["STRFTIME", "STRPTIME", "IFTIME"],
};

static OPTIONS: &[OptionHelp] =
    &[OptionHelp::flag('j', "A digit stops it and goes to that extension, as with SAY_DTMF_INTERRUPT true.")];

static OLDER: Help = Help {
    synopsis: "Says a specified time in a custom format.",
    arguments: &[TIME, ZONE, FORMAT],
    description: "Does what SayUnixTime does without options.",
    see_also: &["SayUnixTime"],
};

fn zone(clock: &Clock, name: &str) -> Result<TimeZone, String> {
    match name {
        "" => Ok(clock.zone()),
        name => TimeZone::get(name).map_err(|_| format!("`{name}` is no time zone")),
    }
}

fn seconds(text: &str) -> Option<Timestamp> {
    let whole = text.trim().split('.').next().unwrap_or("");
    whole.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok())
}

fn check(arguments: &Arguments) -> Result<(), String> {
    if arguments.get(0).is_some_and(|text| seconds(text).is_none()) {
        return Err(format!("`{}` is no number of seconds since 1970", arguments.text(0)));
    }
    zone(&Clock::System, arguments.text(1))?;
    check_date_format(arguments.text(2))
}

/// What to say and what "today" is; a time or zone that cannot be read is now, or the machine's, as in Asterisk.
fn moment(channel: &Channel, arguments: &Arguments) -> (Zoned, Zoned) {
    let clock = &channel.core().clock;
    let now = clock.now();
    let at = seconds(arguments.text(0)).unwrap_or(now);
    let zone = zone(clock, arguments.text(1)).unwrap_or_else(|reason| {
        tracing::warn!(channel = %channel.name(), reason, "the machine's time zone is used");
        clock.zone()
    });
    (at.to_zoned(zone.clone()), now.to_zoned(zone))
}

async fn run(channel: &mut Channel, arguments: &Arguments, listens: bool) -> Result<Flow, AppError> {
    let (at, now) = moment(channel, arguments);
    let format = arguments.get(2).unwrap_or(DATE_FORMAT);
    channel.answer_and_settle().await?;
    let saying = Saying::Date { at: &at, now: &now, format };
    match listens {
        true => channel.say_until(saying, true).await,
        false => channel.say_and_listen(saying).await,
    }
}

#[async_trait]
impl App for SayUnixTime {
    fn name(&self) -> &'static str {
        "SayUnixTime"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        check(arguments)
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        run(channel, arguments, arguments.option('j')).await
    }
}

#[async_trait]
impl App for DateTime {
    fn name(&self) -> &'static str {
        "DateTime"
    }

    fn help(&self) -> &'static Help {
        &OLDER
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        check(arguments)
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        run(channel, arguments, false).await
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;

    use crate::testing::{complaint, pbx, said};

    #[tokio::test(start_paused = true)]
    async fn the_time_is_said_in_its_zone() {
        // Friday, 25 December 2026, 10:00 UTC.
        let date =
            "digits/day-5 digits/mon-11 digits/20 digits/h-5 digits/2 digits/thousand digits/20 digits/6";
        let noon = format!("{date} digits/at digits/11 digits/oclock digits/a-m");
        assert_eq!(said("SayUnixTime(1798192800,Europe/Berlin)").await, noon);
        assert_eq!(said("SayUnixTime(1798192800.25,UTC,I)").await, "digits/10");
        assert_eq!(said("DateTime(-1,UTC,'beep' HM)").await, "beep digits/20 digits/3 digits/50 digits/9");
        // It is noon UTC on Monday, 2 March 2026.
        assert_eq!(said("SayUnixTime(,UTC,AIp)").await, "digits/day-1 digits/12 digits/p-m");
    }

    #[tokio::test(start_paused = true)]
    async fn a_digit_leads_to_its_extension_where_that_is_asked_for() {
        for (options, variable, expected) in [
            ("j", "", Flow::Dialled("5".into())),
            ("", "yes", Flow::Dialled("5".into())),
            ("", "", Flow::Continue),
        ] {
            let pbx = pbx("");
            let (mut channel, far) = pbx.channel();
            channel.set_variable("SAY_DTMF_INTERRUPT", variable);
            far.presses('5');
            let ran = channel.run_app("SayUnixTime", &format!("62,UTC,'digits/1''digits/2',{options}")).await;
            assert_eq!(ran, Ok(expected), "{options} {variable}");
            assert_eq!(far.told(), ["Answer { codec: None }"]);
        }
    }

    #[tokio::test]
    async fn mistakes_are_found_at_load() {
        assert_eq!(complaint("SayUnixTime(now)"), "SayUnixTime: `now` is no number of seconds since 1970");
        assert_eq!(complaint("SayUnixTime(,Mars)"), "SayUnixTime: `Mars` is no time zone");
        let format = complaint("DateTime(,,AX)");
        assert!(format.starts_with("DateTime: `X` is no letter"), "{format}");
    }
}
