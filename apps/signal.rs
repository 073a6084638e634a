//! `Signal(signalname[,payload])`: wake the channels that wait for a signal.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct Signal;

static HELP: Help = Help {
    synopsis: "Sends a signal to any waiting channels.",
    arguments: &[
        Argument::required("signalname", "The signal's name."),
        Argument::rest("payload", false, "A text for those who wait."),
    ],
    description: "Wakes all channels that are in WaitForSignal for this name.\n\n\
        SIGNALSTATUS becomes SUCCESS, or FAILURE when nobody waits.",
    see_also: &["WaitForSignal"],
};

impl InstantApp for Signal {
    fn name(&self) -> &'static str {
        "Signal"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let woken = channel.core().signals.send(arguments.text(0), arguments.text(1));
        channel.set_variable("SIGNALSTATUS", if woken > 0 { "SUCCESS" } else { "FAILURE" });
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn who_waits_gets_the_payload() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        channel.run_app("Signal", "done,too early").await.expect("it ran");
        assert_eq!(channel.variable("SIGNALSTATUS").as_deref(), Some("FAILURE"));
        let waiting = pbx.core.signals.wait("done");
        channel.run_app("Signal", "done,all, really").await.expect("it ran");
        assert_eq!(channel.variable("SIGNALSTATUS").as_deref(), Some("SUCCESS"));
        assert_eq!(waiting.await.as_deref(), Ok("all, really"));
    }
}
