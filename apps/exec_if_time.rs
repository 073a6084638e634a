//! `ExecIfTime(times,weekdays,days,months[,timezone]?app(args))`: run an application by the time.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow, call_of, split_timing};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct ExecIfTime;

static HELP: Help = Help {
    synopsis: "Conditional application execution based on the current time.",
    arguments: &[Argument::rest(
        "times,weekdays,mdays,months[,timezone]?appname[(appargs)]",
        true,
        "The time as for GotoIfTime; then the application.",
    )],
    description: "Runs the application while the time holds.",
    see_also: &["Exec", "ExecIf", "TryExec", "GotoIfTime"],
};

fn call(rest: &str) -> Result<(&str, &str), String> {
    call_of(rest).ok_or_else(|| "there is no application after the `?`".to_owned())
}

#[async_trait]
impl App for ExecIfTime {
    fn name(&self) -> &'static str {
        "ExecIfTime"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        split_timing(arguments.whole()).and_then(|(_, rest)| call(rest).map(|_| ()))
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let call = arguments.whole().split_once('?').map(|(_, call)| call);
        call.map(|call| Mention::Application(call.into())).into_iter().collect()
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (timing, rest) = split_timing(arguments.whole()).map_err(AppError::Failed)?;
        let (name, data) = call(rest).map_err(AppError::Failed)?;
        match timing.includes(&channel.core().clock.zoned()) {
            true => channel.run_app(name, data).await,
            false => Ok(Flow::Continue),
        }
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn the_application_runs_while_the_time_holds() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let ran = channel.run_app("ExecIfTime", "*,tue,*,*?Set(X=tuesday)").await;
        assert_eq!((ran, channel.variable("X")), (Ok(Flow::Continue), None));
        channel.run_app("ExecIfTime", "*,mon,*,*?Set(X=monday)").await.expect("it ran");
        assert_eq!(channel.variable("X").as_deref(), Some("monday"));
        assert_eq!(channel.run_app("ExecIfTime", "*,*,*,*?Hangup").await, Ok(Flow::Hangup));
        assert!(channel.run_app("ExecIfTime", "*,*,*,*?Ecko()").await.is_err());
    }

    #[tokio::test]
    async fn a_mistake_is_found_at_load() {
        assert_eq!(complaint("ExecIfTime(*,*,*,*?)"), "ExecIfTime: there is no application after the `?`");
        assert_eq!(complaint("ExecIfTime(25:00,*,*,*?NoOp)"), "ExecIfTime: `25:00` is no time of the day");
    }
}
