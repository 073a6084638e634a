//! `MessageSend(destination[,from[,to]])`: send a text message outside calls.

pub(crate) mod action;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::message::{Message, NotSent};

pub(crate) struct MessageSend;

static HELP: Help = Help {
    synopsis: "Send a text message.",
    arguments: &[
        Argument::required(
            "destination",
            "Technology and address. pjsip:alice is an endpoint, pjsip:alice/sip:host and pjsip:alice/aor a place of it, pjsip:PJSIP/5551@trunk a user at an endpoint; pjsip:sip:user@host and pjsip:user@host go out by default_outbound_endpoint.",
        ),
        Argument::optional(
            "from",
            "Who sends it, in place of MESSAGE(from): a SIP URI, a name with a URI, or user@host.",
        ),
        Argument::optional(
            "to",
            "Who it is for, in place of MESSAGE(to), where that is not the destination.",
        ),
    ],
    description: "Sends what MESSAGE(body) holds, which may have come with a message. What MESSAGE_DATA was set to goes along as headers.\n\n\
        MESSAGE_SEND_STATUS becomes INVALID_PROTOCOL (nobody serves the technology), INVALID_URI (no destination), FAILURE, or SUCCESS: it is on its way, which does not mean that it arrives.",
    see_also: &[],
};

#[async_trait]
impl App for MessageSend {
    fn name(&self) -> &'static str {
        "MessageSend"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let status = send(channel, arguments).await;
        channel.set_variable("MESSAGE_SEND_STATUS", status);
        Ok(Flow::Continue)
    }
}

async fn send(channel: &mut Channel, arguments: &Arguments) -> &'static str {
    let destination = arguments.text(0).trim();
    if destination.is_empty() {
        return "INVALID_URI";
    }
    let Some(message) = channel.datastore.get_mut::<Message>() else {
        tracing::warn!(channel = %channel.name(), "MessageSend: the channel has no message");
        return "FAILURE";
    };
    if let Some(to) = arguments.get(2) {
        to.trim().clone_into(&mut message.to);
    }
    let message = message.clone();
    let sent = channel.core().clone().send_message(&message, destination, arguments.text(1).trim()).await;
    match sent {
        Ok(()) => "SUCCESS",
        Err(error) => {
            tracing::warn!(channel = %channel.name(), destination, %error, "MessageSend");
            match error {
                NotSent::UnknownTechnology(_) => "INVALID_PROTOCOL",
                NotSent::Failed(_) => "FAILURE",
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Arc, Mutex};

    use obelus_core::message::MessageTech;
    use obelus_core::testing::TestPbx;

    use super::*;

    /// Writes down what is sent; the address `nobody` fails.
    #[derive(Clone, Default)]
    pub(crate) struct Post(pub(crate) Arc<Mutex<Vec<String>>>);

    #[async_trait]
    impl MessageTech for Post {
        fn name(&self) -> &'static str {
            "post"
        }

        async fn send(&self, message: &Message, destination: &str, from: &str) -> Result<(), NotSent> {
            if destination == "nobody" {
                return Err(NotSent::Failed("nobody is there".to_owned()));
            }
            let data: Vec<String> =
                message.outbound().map(|(name, value)| format!("{name}={value}")).collect();
            let Message { to, body, .. } = message;
            let line = format!("{destination} from {from} to {to}: {body} {}", data.join(","));
            self.0.lock().unwrap().push(line);
            Ok(())
        }
    }

    /// A PBX with such a technology.
    pub(crate) fn pbx(dialplan: &str) -> (TestPbx, Post) {
        let post = Post::default();
        let pbx = TestPbx::new(|_, registry| {
            crate::register(registry);
            registry.add_message_tech(Arc::new(post.clone()));
        });
        pbx.dialplan(dialplan);
        (pbx, post)
    }

    async fn check(arguments: &str, status: &str, sent: &[&str]) {
        let (pbx, post) = pbx("");
        let (mut channel, _far) = pbx.channel();
        let mut message = Message { to: "me".to_owned(), body: "hello".to_owned(), ..Message::default() };
        message.send_along("X-A", "1");
        channel.datastore.insert(message);
        channel.run_app("MessageSend", arguments).await.expect("it ran");
        let posted = post.0.lock().unwrap().clone();
        assert_eq!(
            (channel.variable("MESSAGE_SEND_STATUS").as_deref(), posted),
            (Some(status), sent.iter().map(ToString::to_string).collect())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_status_says_what_became_of_it() {
        check("post:bob", "SUCCESS", &["bob from  to me: hello X-A=1"]).await;
        check("post:bob, sip:al@h ,you", "SUCCESS", &["bob from sip:al@h to you: hello X-A=1"]).await;
        check("post:nobody", "FAILURE", &[]).await;
        check("pigeon:bob", "INVALID_PROTOCOL", &[]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_message_there_is_nothing_to_send() {
        let (pbx, _) = pbx("");
        let (mut channel, _far) = pbx.channel();
        channel.run_app("MessageSend", "post:bob").await.expect("it ran");
        assert_eq!(channel.variable("MESSAGE_SEND_STATUS").as_deref(), Some("FAILURE"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_came_is_handled_by_the_dialplan_and_nobody_sees_a_call() {
        let (pbx, post) = pbx("[texts]\nexten => bob,1,Wait(1)\n same => n,MessageSend(post:${EXTEN})\n");
        let message = |body: &str| Message {
            body: body.to_owned(),
            context: "texts".into(),
            exten: "bob".into(),
            ..Message::default()
        };
        assert!(pbx.core.wants_message(&message("")));
        assert!(!pbx.core.wants_message(&Message { exten: "al".into(), ..message("") }));
        for body in ["1", "2"] {
            pbx.core.take_message("al", message(body)).unwrap();
        }
        pbx.core.take_message("eve", message("3")).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert_eq!(pbx.core.channels.count(), 0);
        let bodies = || {
            let mut posted = post.0.lock().unwrap().clone();
            posted.sort();
            posted
                .iter()
                .map(|line| line.trim_end().rsplit(' ').next().unwrap_or("").to_owned())
                .collect::<Vec<_>>()
        };
        // One after the other of one sender, side by side of two.
        assert_eq!(bodies(), ["1", "3"]);
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(bodies(), ["1", "2", "3"]);
    }
}
