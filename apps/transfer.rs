//! `Transfer([Tech/]destination)`: tell the far end to call somebody else instead.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel::Transferred;
use obelus_core::help::{Argument, Help};

pub(crate) struct Transfer;

static HELP: Help = Help {
    synopsis: "Transfer caller to remote extension.",
    arguments: &[Argument::required(
        "[Tech/]destination",
        "Who is to be called; with a technology only on a channel of that one.",
    )],
    description: "Asks the far end to call the destination itself. Before the answer the call is redirected (302 with SIP); after it the far end is asked to transfer (REFER).\n\n\
        TRANSFERSTATUS becomes SUCCESS, FAILURE or UNSUPPORTED; TRANSFERSTATUSPROTOCOL the protocol's number of a failure, else 0.",
    see_also: &["Dial"],
};

/// The destination, unless it is for another technology.
fn destination<'a>(channel: &Channel, text: &'a str) -> Option<&'a str> {
    match text.split_once('/') {
        Some((technology, rest)) if !technology.is_empty() => {
            technology.eq_ignore_ascii_case(channel.handle().technology()).then_some(rest)
        }
        _ => Some(text),
    }
}

#[async_trait]
impl App for Transfer {
    fn name(&self) -> &'static str {
        "Transfer"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (status, number) = match destination(channel, arguments.text(0)) {
            None => ("FAILURE", 0),
            Some(destination) => match channel.transfer(destination).await? {
                Transferred::Accepted => ("SUCCESS", 0),
                Transferred::Refused(number) => ("FAILURE", number),
                Transferred::Unsupported => ("UNSUPPORTED", 0),
            },
        };
        channel.set_variable("TRANSFERSTATUS", status);
        channel.set_variable("TRANSFERSTATUSPROTOCOL", number.to_string());
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::channel_tech::LegEvent;

    use crate::testing::pbx;

    async fn check(destination: &str, told: &[&str], event: Option<(bool, u16)>, expected: (&str, &str)) {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        if let Some((accepted, status)) = event {
            far.does(LegEvent::Transferred { accepted, status });
        }
        channel.run_app("Transfer", destination).await.expect("it ran");
        assert_eq!(far.told(), told);
        let value = |name: &str| channel.variable(name).unwrap_or_default();
        assert_eq!((&*value("TRANSFERSTATUS"), &*value("TRANSFERSTATUSPROTOCOL")), expected, "{destination}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_far_end_decides() {
        check("1002", &["Transfer(\"1002\")"], Some((true, 202)), ("SUCCESS", "0")).await;
        check("test/1002", &["Transfer(\"1002\")"], Some((false, 603)), ("FAILURE", "603")).await;
        check("PJSIP/1002", &[], None, ("FAILURE", "0")).await;
    }
}
