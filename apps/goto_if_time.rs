//! `GotoIfTime(times,weekdays,days,months[,timezone]?[true][:false])`: go on elsewhere by the time.

use jiff::{Timestamp, Zoned};
use obelus_core::app::{AppError, Arguments, Flow, InstantApp, split_timing};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct GotoIfTime;

static HELP: Help = Help {
    synopsis: "Conditional Goto based on the current time.",
    arguments: &[Argument::rest(
        "times,weekdays,mdays,months[,timezone]?[labeliftrue][:labeliffalse]",
        true,
        "The time as for an include: 9:00-17:00,mon-fri,*,*; several values are joined by &. The places are as for Goto.",
    )],
    description: "Goes to the first place while the time holds, else to the second; where that is left away the dialplan goes on. TESTTIME() pretends another time.",
    see_also: &["GotoIf", "Goto", "ExecIfTime", "IFTIME", "TESTTIME"],
};

/// The places behind the question mark; variables that are empty may leave none.
fn places(rest: &str) -> (&str, &str) {
    let (yes, no) = rest.split_once(':').unwrap_or((rest, ""));
    (yes.trim(), no.trim())
}

/// The time now, or the one that `TESTTIME()` pretends.
fn now(channel: &Channel) -> Zoned {
    let pretended = channel.variable("TESTTIME").and_then(|seconds| seconds.trim().parse().ok());
    match pretended.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        Some(time) => time.to_zoned(channel.core().clock.zone()),
        None => channel.core().clock.zoned(),
    }
}

impl InstantApp for GotoIfTime {
    fn name(&self) -> &'static str {
        "GotoIfTime"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let (_, rest) = split_timing(arguments.whole())?;
        if places(rest) == ("", "") { Err("there is no place to go to".to_owned()) } else { Ok(()) }
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let Some((_, places)) = arguments.whole().split_once('?') else { return Vec::new() };
        let places = places.splitn(2, ':').map(str::trim).filter(|place| !place.is_empty());
        places.map(|place| Mention::Target(place.into())).collect()
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (timing, rest) = split_timing(arguments.whole()).map_err(AppError::Failed)?;
        let (yes, no) = places(rest);
        let place = if timing.includes(&now(channel)) { yes } else { no };
        if place.is_empty() {
            return Ok(Flow::Continue);
        }
        let position = channel.resolve(place).map_err(AppError::Failed)?;
        channel.go_to(position);
        Ok(Flow::Jump)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;

    use crate::testing::{complaint, pbx};

    /// It is noon UTC on Monday, 2 March 2026.
    async fn check(arguments: &str, expected: Option<&str>) {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let flow = channel.run_app("GotoIfTime", arguments).await.expect("the application ran");
        let place = (flow == Flow::Jump).then(|| channel.position().to_string());
        assert_eq!(place.as_deref(), expected, "{arguments}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_decides() {
        check("9:00-17:00,mon-fri,*,*,UTC?open,s,1", Some("s@open:1")).await;
        check("9:00-17:00,mon-fri,*,*,UTC?open,s,1:5", Some("s@open:1")).await;
        check("13:00-17:00,mon-fri,*,*,Europe/Berlin?open,s,1:5", Some("s@open:1")).await;
        check("9:00-11:59,*,*,*,UTC?open,s,1:5", Some("s@test:5")).await;
        check("*,sat&sun,*,*?open,s,1", None).await;
        check("*,*,2,mar?:5", None).await;
        check("*,*,3,mar?:5", Some("s@test:5")).await;
    }

    #[tokio::test(start_paused = true)]
    async fn another_time_can_be_pretended() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        // Friday, 25 December 2026, 10:00 UTC.
        channel.set_variable("TESTTIME", "1798192800");
        let xmas = "*,fri,25,dec,UTC?shut,s,1";
        assert_eq!(channel.run_app("GotoIfTime", xmas).await, Ok(Flow::Jump));
        channel.set_variable("TESTTIME", "soon");
        assert_eq!(channel.run_app("GotoIfTime", xmas).await, Ok(Flow::Continue));
    }

    #[tokio::test]
    async fn a_mistake_is_found_at_load() {
        assert_eq!(complaint("GotoIfTime(*,*,*,*)"), "GotoIfTime: there is no `?` after the time");
        assert_eq!(complaint("GotoIfTime(*,*,*,*?)"), "GotoIfTime: there is no place to go to");
        assert_eq!(complaint("GotoIfTime(*,mo,*,*?5)"), "GotoIfTime: `mo` is no day of the week");
    }
}
