//! `SendText([text])`: send a text message inside the call.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::cause::Cause;
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct SendText;

static HELP: Help = Help {
    synopsis: "Send a Text Message on a channel.",
    arguments: &[Argument::rest("text", false, "The message, unless SENDTEXT_BODY holds one.")],
    description: "Sends the text to the far end.\n\n\
        SENDTEXTSTATUS becomes SUCCESS, FAILURE or UNSUPPORTED, SENDTEXTTYPE BASIC or NONE. SENDTEXT_BODY is cleared. Names and content types (SENDTEXT_FROM_DISPLAYNAME, SENDTEXT_TO_DISPLAYNAME, SENDTEXT_CONTENT_TYPE other than text/plain) are not served: the status is then UNSUPPORTED.",
    see_also: &["ReceiveText"],
};

/// A variable that asks for what no technology can send yet.
fn unserved(channel: &Channel) -> Option<&'static str> {
    let is_set = |name: &str, but: &str| {
        channel.variable(name).is_some_and(|value| !value.is_empty() && !value.eq_ignore_ascii_case(but))
    };
    let all = [
        ("SENDTEXT_FROM_DISPLAYNAME", ""),
        ("SENDTEXT_TO_DISPLAYNAME", ""),
        ("SENDTEXT_CONTENT_TYPE", "text/plain"),
    ];
    all.into_iter().find(|(name, but)| is_set(name, but)).map(|(name, _)| name)
}

async fn send(channel: &mut Channel, text: &str) -> (&'static str, &'static str) {
    match channel.send_text(text).await {
        Ok(()) => ("BASIC", "SUCCESS"),
        Err(error) if error.cause == Cause::FACILITY_NOT_IMPLEMENTED => ("NONE", "UNSUPPORTED"),
        Err(error) => {
            tracing::warn!(channel = %channel.name(), %error, "SendText");
            ("BASIC", "FAILURE")
        }
    }
}

#[async_trait]
impl App for SendText {
    fn name(&self) -> &'static str {
        "SendText"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let body = channel.variable("SENDTEXT_BODY").filter(|body| !body.is_empty());
        let text = body.as_deref().unwrap_or(arguments.whole()).to_owned();
        let (kind, status) = match unserved(channel) {
            Some(name) => {
                tracing::warn!(channel = %channel.name(), "SendText: {name} is not served");
                ("NONE", "UNSUPPORTED")
            }
            None => send(channel, &text).await,
        };
        channel.set_variable("SENDTEXTTYPE", kind);
        channel.set_variable("SENDTEXTSTATUS", status);
        for name in
            ["SENDTEXT_BODY", "SENDTEXT_FROM_DISPLAYNAME", "SENDTEXT_TO_DISPLAYNAME", "SENDTEXT_CONTENT_TYPE"]
        {
            channel.variables.remove(name);
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::pbx;

    async fn check(variable: (&str, &str), text: &str, told: &[&str], status: &str) {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        channel.set_variable(variable.0, variable.1);
        channel.run_app("SendText", text).await.expect("it ran");
        assert_eq!(
            (far.told().as_slice(), channel.variable("SENDTEXTSTATUS").as_deref()),
            (told.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(), Some(status))
        );
        assert_eq!(channel.variable(variable.0), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_far_end_gets_the_text() {
        check(("SENDTEXT_BODY", ""), "hello, you", &["Text(\"hello, you\")"], "SUCCESS").await;
        check(("SENDTEXT_BODY", "other"), "hello", &["Text(\"other\")"], "SUCCESS").await;
        check(("SENDTEXT_CONTENT_TYPE", "text/plain"), "hello", &["Text(\"hello\")"], "SUCCESS").await;
        check(("SENDTEXT_CONTENT_TYPE", "text/json"), "{}", &[], "UNSUPPORTED").await;
    }
}
