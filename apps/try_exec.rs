//! `TryExec(app(args))`: run an application and go on, whatever comes of it.

use async_trait::async_trait;
use obelus_core::app::call_of;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, Interrupted};
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct TryExec;

static HELP: Help = Help {
    synopsis: "Executes dialplan application, always returning.",
    arguments: &[Argument::rest(
        "appname(arguments)",
        false,
        "The application; variables in its arguments are substituted once more.",
    )],
    description: "Runs the application; should it fail or want to end the call, the dialplan goes on.\n\n\
        TRYSTATUS becomes SUCCESS, FAILED, or NOAPP when there is no such application.",
    see_also: &["Exec", "ExecIf"],
};

#[async_trait]
impl App for TryExec {
    fn name(&self) -> &'static str {
        "TryExec"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        vec![Mention::Application(arguments.whole().into())]
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let Some((name, data)) = call_of(arguments.whole()) else {
            channel.set_variable("TRYSTATUS", "NOAPP");
            return Ok(Flow::Continue);
        };
        if channel.core().registry().app(name).is_none() {
            tracing::warn!(channel = %channel.name(), name, "TryExec: there is no such application");
            channel.set_variable("TRYSTATUS", "NOAPP");
            return Ok(Flow::Continue);
        }
        let data = channel.evaluate(data).await;
        let (flow, status) = match channel.run_app(name, &data).await {
            Ok(Flow::Hangup) => (Flow::Continue, "FAILED"),
            Ok(flow) => (flow, "SUCCESS"),
            Err(AppError::Failed(reason)) => {
                tracing::warn!(channel = %channel.name(), "TryExec: {name}: {reason}");
                (Flow::Continue, "FAILED")
            }
            // The dialplan of a channel that is hung up goes on as well; where it may not, the interpreter ends it.
            Err(AppError::Interrupted(Interrupted::Hangup)) => (Flow::Continue, "FAILED"),
            Err(interrupted) => return Err(interrupted),
        };
        channel.set_variable("TRYSTATUS", status);
        Ok(flow)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;

    use crate::testing::{pbx, way};

    #[tokio::test(start_paused = true)]
    async fn the_dialplan_goes_on() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        for (call, flow, status) in [
            ("Set(Y=1)", Flow::Continue, "SUCCESS"),
            ("Goto(other,s,1)", Flow::Jump, "SUCCESS"),
            ("Hangup(17)", Flow::Continue, "FAILED"),
            ("Return()", Flow::Continue, "FAILED"),
            ("Ecko()", Flow::Continue, "NOAPP"),
            ("", Flow::Continue, "NOAPP"),
        ] {
            assert_eq!(channel.run_app("TryExec", call).await, Ok(flow), "{call}");
            assert_eq!(channel.variable("TRYSTATUS").as_deref(), Some(status), "{call}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_also_goes_on_after_the_hang_up() {
        assert_eq!(
            way("Hangup()\nexten => h,1,TryExec(Wait(1))\n same => n,Set(WAY=${TRYSTATUS})").await,
            "FAILED"
        );
    }
}
