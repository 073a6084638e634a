//! `WaitForSignal(signalname[,signaltimeout])`: wait until another call sends a signal.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel::{Either, Event, Interrupted};
use obelus_core::help::{Argument, Help};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

pub(crate) struct WaitForSignal;

static HELP: Help = Help {
    synopsis: "Waits for a named signal on a channel.",
    arguments: &[
        Argument::required("signalname", "The signal's name."),
        Argument::optional("signaltimeout", "Seconds to wait at most; without end by default."),
    ],
    description: "Waits until Signal sends the name.\n\n\
        WAITFORSIGNALSTATUS becomes SIGNALED, and WAITFORSIGNALPAYLOAD the text of the signal; or TIMEOUT or HANGUP.",
    see_also: &["Signal"],
};

/// The payload of the signal; `None` when the time is over.
async fn wait(
    channel: &mut Channel,
    name: &str,
    timeout: Option<Duration>,
) -> Result<Option<Arc<str>>, Interrupted> {
    let deadline = timeout.map(|timeout| Instant::now() + timeout);
    let mut signal = channel.core().signals.wait(name);
    loop {
        match channel.next_event_or(deadline, &mut signal).await? {
            Either::Side(payload) => return Ok(payload.ok()),
            Either::Event(Event::Deadline) => return Ok(None),
            Either::Event(_) => {}
        }
    }
}

#[async_trait]
impl App for WaitForSignal {
    fn name(&self) -> &'static str {
        "WaitForSignal"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        arguments.seconds(1).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let timeout = arguments.seconds(1).map_err(AppError::Failed)?;
        let waited = wait(channel, arguments.text(0), timeout).await;
        let status = match &waited {
            Ok(Some(payload)) => {
                channel.set_variable("WAITFORSIGNALPAYLOAD", payload.clone());
                "SIGNALED"
            }
            Ok(None) => "TIMEOUT",
            Err(_) => "HANGUP",
        };
        channel.set_variable("WAITFORSIGNALSTATUS", status);
        waited?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use tokio::time::{Duration, Instant, sleep};

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn the_signal_the_time_or_the_caller_ends_it() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        let sending = async {
            sleep(Duration::from_secs(2)).await;
            far.presses('1');
            sleep(Duration::from_secs(2)).await;
            pbx.core.signals.send("done", "now")
        };
        let began = Instant::now();
        let (ran, woken) = tokio::join!(channel.run_app("WaitForSignal", "done,10"), sending);
        assert_eq!((ran.is_ok(), woken, began.elapsed().as_secs()), (true, 1, 4));
        let value =
            |channel: &obelus_core::channel::Channel, name: &str| channel.variable(name).unwrap_or_default();
        assert_eq!(&*value(&channel, "WAITFORSIGNALSTATUS"), "SIGNALED");
        assert_eq!(&*value(&channel, "WAITFORSIGNALPAYLOAD"), "now");
        channel.run_app("WaitForSignal", "done,1.5").await.expect("it ran");
        assert_eq!(&*value(&channel, "WAITFORSIGNALSTATUS"), "TIMEOUT");
        far.hangs_up(Cause::NORMAL_CLEARING);
        assert!(channel.run_app("WaitForSignal", "done").await.is_err());
        assert_eq!(&*value(&channel, "WAITFORSIGNALSTATUS"), "HANGUP");
    }

    #[tokio::test]
    async fn a_wrong_time_is_found_at_load() {
        assert_eq!(complaint("WaitForSignal(done,soon)"), "WaitForSignal: `soon` is no number of seconds");
    }
}
