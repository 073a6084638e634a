//! The action `MessageSend`: a program sends a text message outside calls.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::message::{Message, NotSent};

pub(crate) struct MessageSendAction;

static INFO: ActionInfo = ActionInfo {
    name: "MessageSend",
    privilege: Classes::MESSAGE,
    synopsis: "Send an out of call message to an endpoint.",
    arguments: &[
        ("Destination", "Where to, as the application MessageSend takes it; To if left away."),
        ("To", "Who it is for; the destination where there is no other."),
        ("From", "Who sends it."),
        ("Body", "The text, in one line."),
        ("Base64Body", "The text in base 64, in place of Body."),
        ("Variable", "A header to go along, name=value; may be repeated."),
    ],
};

#[async_trait]
impl Action for MessageSendAction {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, call: ActionCall<'_>) {
        let asked = call.message;
        let (destination, to) = match (asked.get("Destination"), asked.get("To")) {
            ("", "") => return call.reply.error("No 'To' address specified."),
            ("", to) => (to, ""),
            (destination, to) => (destination, to),
        };
        let body = match asked.get("Base64Body") {
            "" => asked.get("Body").to_owned(),
            encoded => match STANDARD.decode(encoded) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(_) => return call.reply.error("Base64Body is not base 64."),
            },
        };
        let mut message = Message { to: to.to_owned(), body, ..Message::default() };
        let variables = asked.variables();
        // They come with the last one first.
        variables.iter().rev().for_each(|(name, value)| message.send_along(name, value));
        match call.core.send_message(&message, destination, asked.get("From")).await {
            Ok(()) => call.reply.ack("Message successfully sent"),
            Err(NotSent::UnknownTechnology(_)) => call.reply.error("Message technology not found."),
            Err(NotSent::Failed(reason)) => {
                tracing::warn!(destination, reason, "MessageSend");
                call.reply.error("Message failed to send.");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::action::{Asker, Message as Asked, Reply};

    use super::*;
    use crate::message_send::tests::pbx;

    async fn check(headers: &[(&str, &str)], answer: &str, sent: &[&str]) {
        let (pbx, post) = pbx("");
        let (message, asker, mut reply) =
            (Asked::of(headers.iter().copied()), Asker::default(), Reply::new(""));
        let call = ActionCall { core: &pbx.core, message: &message, asker: &asker, reply: &mut reply };
        MessageSendAction.run(call).await;
        assert!(reply.text().contains(answer), "{}", reply.text());
        assert_eq!(*post.0.lock().unwrap(), sent);
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_sends_a_message() {
        let body = ("Body", "hi");
        check(&[body], "No 'To' address specified.", &[]).await;
        check(&[("To", "fax:1"), body], "Message technology not found.", &[]).await;
        check(&[("To", "post:nobody"), body], "Message failed to send.", &[]).await;
        check(&[("To", "post:bob"), body], "Message successfully sent", &["bob from  to : hi "]).await;
        let all = [
            ("Destination", "post:bob"),
            ("To", "sip:x"),
            ("From", "sip:al"),
            ("Base64Body", "YQpi"),
            ("Variable", "X-A=1,X-B=2"),
        ];
        check(&all, "Message successfully sent", &["bob from sip:al to sip:x: a\nb X-A=1,X-B=2"]).await;
    }
}
