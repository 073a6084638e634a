//! `System(command)`: run a command of the shell.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::function::Privilege;
use obelus_core::help::{Argument, Help};

pub(crate) struct System;

static HELP: Help = Help {
    synopsis: "Execute a system command.",
    arguments: &[Argument::rest(
        "command",
        true,
        "What /bin/sh is to run. Never put in what a caller may choose, such as CALLERID(name), without FILTER().",
    )],
    description: "Runs the command to its end, ten minutes at most, while the call goes on; what it writes is logged. A command that could not be run ends the call, unless there is an extension e.\n\n\
        SYSTEMSTATUS becomes SUCCESS, APPERROR when the command ended with an error, or FAILURE when it could not be run.",
    see_also: &["TrySystem", "SHELL"],
};

#[async_trait]
impl App for System {
    fn name(&self) -> &'static str {
        "System"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        match channel.run_system(arguments.whole()).await {
            true => Ok(Flow::Continue),
            false => Err(AppError::failed("the command could not be run")),
        }
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::app::Flow;

    use crate::testing::pbx;

    #[tokio::test]
    async fn the_status_tells_what_came_of_it() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        for (command, status) in
            [("test a,b = a,b", "SUCCESS"), ("exit 3", "APPERROR"), ("/no/such/program", "FAILURE")]
        {
            let ran = channel.run_app("System", command).await;
            assert_eq!(channel.variable("SYSTEMSTATUS").as_deref(), Some(status), "{command}");
            assert_eq!(ran.ok(), (status != "FAILURE").then_some(Flow::Continue), "{command}");
        }
    }
}
