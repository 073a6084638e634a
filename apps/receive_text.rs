//! `ReceiveText([timeout])`: wait for a text message inside the call.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct ReceiveText;

static HELP: Help = Help {
    synopsis: "Receive a Text Message on a channel.",
    arguments: &[Argument::optional("timeout", "Seconds to wait at most; without end by default.")],
    description: "Waits for a text of the far end.\n\n\
        RECEIVETEXTSTATUS becomes SUCCESS, and RECEIVETEXTMESSAGE the text; or FAILURE.",
    see_also: &["SendText"],
};

#[async_trait]
impl App for ReceiveText {
    fn name(&self) -> &'static str {
        "ReceiveText"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        arguments.seconds(0).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let timeout = arguments.seconds(0).map_err(AppError::Failed)?;
        channel.set_variable("RECEIVETEXTSTATUS", "FAILURE");
        if let Some(text) = channel.receive_text(timeout).await? {
            channel.set_variable("RECEIVETEXTSTATUS", "SUCCESS");
            channel.set_variable("RECEIVETEXTMESSAGE", text);
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::channel_tech::LegEvent;

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn a_text_is_waited_for() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        far.does(LegEvent::Text("hello".into()));
        for status in ["SUCCESS", "FAILURE"] {
            channel.run_app("ReceiveText", "1.5").await.expect("it ran");
            assert_eq!(channel.variable("RECEIVETEXTSTATUS").as_deref(), Some(status));
            assert_eq!(channel.variable("RECEIVETEXTMESSAGE").as_deref(), Some("hello"));
        }
    }

    #[tokio::test]
    async fn a_wrong_time_is_found_at_load() {
        assert_eq!(complaint("ReceiveText(soon)"), "ReceiveText: `soon` is no number of seconds");
    }
}
