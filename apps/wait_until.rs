//! `WaitUntil(epoch)`: wait until a moment.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use std::time::Duration;

pub(crate) struct WaitUntil;

static HELP: Help = Help {
    synopsis: "Wait (sleep) until the current time is the given epoch.",
    arguments: &[Argument::required("epoch", "Seconds since 1970, perhaps with a fraction.")],
    description: "Waits until the moment has come.\n\n\
        WAITUNTILSTATUS becomes OK, PAST when it had gone by, HANGUP, or FAILURE for what is no time.",
    see_also: &["Wait", "WaitForCondition"],
};

/// The time since 1970; `None` for one before.
fn moment(arguments: &Arguments) -> Result<Option<Duration>, String> {
    let text = arguments.text(0).trim();
    let seconds: f64 = text.parse().map_err(|_| format!("`{text}` is no number of seconds since 1970"))?;
    Ok(Duration::try_from_secs_f64(seconds).ok())
}

#[async_trait]
impl App for WaitUntil {
    fn name(&self) -> &'static str {
        "WaitUntil"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        moment(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let Ok(moment) = moment(arguments) else {
            tracing::warn!(channel = %channel.name(), epoch = arguments.text(0), "WaitUntil: this is no time");
            channel.set_variable("WAITUNTILSTATUS", "FAILURE");
            return Ok(Flow::Continue);
        };
        let now = channel.core().clock.since_epoch();
        let Some(left) = moment.and_then(|moment| moment.checked_sub(now)) else {
            channel.set_variable("WAITUNTILSTATUS", "PAST");
            return Ok(Flow::Continue);
        };
        let waited = channel.wait(left).await;
        channel.set_variable("WAITUNTILSTATUS", if waited.is_ok() { "OK" } else { "HANGUP" });
        waited?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use tokio::time::{Duration, Instant};

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn the_moment_is_waited_for() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        let status =
            |channel: &obelus_core::channel::Channel| channel.variable("WAITUNTILSTATUS").unwrap_or_default();
        let began = Instant::now();
        // It is noon UTC on Monday, 2 March 2026.
        channel.run_app("WaitUntil", "1772452803.5").await.expect("it ran");
        assert_eq!((&*status(&channel), began.elapsed()), ("OK", Duration::from_millis(3500)));
        for (epoch, expected) in [("1772452803", "PAST"), ("-5", "PAST"), ("noon", "FAILURE")] {
            channel.run_app("WaitUntil", epoch).await.expect("it ran");
            assert_eq!(&*status(&channel), expected, "{epoch}");
        }
        far.hangs_up(Cause::NORMAL_CLEARING);
        assert!(channel.run_app("WaitUntil", "1772459999").await.is_err());
        assert_eq!(&*status(&channel), "HANGUP");
    }

    #[tokio::test]
    async fn what_is_no_time_is_found_at_load() {
        assert_eq!(complaint("WaitUntil(noon)"), "WaitUntil: `noon` is no number of seconds since 1970");
    }
}
