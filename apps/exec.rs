//! `Exec(app(args))`: run an application whose name is known only now.

use async_trait::async_trait;
use obelus_core::app::call_of;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct Exec;

static HELP: Help = Help {
    synopsis: "Executes dialplan application.",
    arguments: &[Argument::rest(
        "appname(arguments)",
        false,
        "The application; variables in its arguments are substituted once more.",
    )],
    description: "Runs the application as if it stood here itself. To run a program, see System.",
    see_also: &["TryExec", "ExecIf", "System"],
};

#[async_trait]
impl App for Exec {
    fn name(&self) -> &'static str {
        "Exec"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        vec![Mention::Application(arguments.whole().into())]
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let Some((name, data)) = call_of(arguments.whole()) else { return Ok(Flow::Continue) };
        let data = channel.evaluate(data).await;
        channel.run_app(name, &data).await
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn the_application_is_named_at_run_time() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        channel.set_variable("WHAT", "(x)");
        assert_eq!(channel.run_app("Exec", "Set(Y=${WHAT})").await, Ok(Flow::Continue));
        assert_eq!(channel.variable("Y").as_deref(), Some("(x)"));
        assert_eq!(channel.run_app("Exec", "Hangup").await, Ok(Flow::Hangup));
        assert_eq!(channel.run_app("Exec", "").await, Ok(Flow::Continue));
        assert!(channel.run_app("Exec", "Ecko()").await.is_err());
    }
}
