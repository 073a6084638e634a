//! `TrySystem(command)`: run a command of the shell and go on.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::function::Privilege;
use obelus_core::help::{Argument, Help};

pub(crate) struct TrySystem;

static HELP: Help = Help {
    synopsis: "Try executing a system command.",
    arguments: &[Argument::rest(
        "command",
        true,
        "What /bin/sh is to run. Never put in what a caller may choose, such as CALLERID(name), without FILTER().",
    )],
    description: "Runs the command to its end, ten minutes at most, while the call goes on; what it writes is logged. The dialplan goes on in any case.\n\n\
        SYSTEMSTATUS becomes SUCCESS, APPERROR when the command ended with an error, or FAILURE when it could not be run.",
    see_also: &["System", "SHELL"],
};

#[async_trait]
impl App for TrySystem {
    fn name(&self) -> &'static str {
        "TrySystem"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.run_system(arguments.whole()).await;
        Ok(Flow::Continue)
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
            let ran = channel.run_app("TrySystem", command).await;
            assert_eq!(channel.variable("SYSTEMSTATUS").as_deref(), Some(status), "{command}");
            assert_eq!(ran.ok(), Some(Flow::Continue), "{command}");
        }
    }
}
