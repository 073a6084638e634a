//! `MESSAGE_DATA(name)`: what came with a text message, or goes out with it.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};
use obelus_core::message::Message;

pub(crate) struct MessageData;

static HELP: Help = Help {
    synopsis: "Read or write custom data attached to a message.",
    arguments: &[Argument::required("name", "The name, such as that of a SIP header; case does not matter.")],
    description: "What is written goes out with the message; an empty value takes it away. What came with a message goes out with it after Set(MESSAGE_DATA(name)=${MESSAGE_DATA(name)}).",
    see_also: &["MESSAGE"],
};

#[async_trait]
impl DialplanFunction for MessageData {
    fn name(&self) -> &'static str {
        "MESSAGE_DATA"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(MESSAGE_DATA(X-Mood)=good)\n${MESSAGE_DATA(x-mood)}${MESSAGE_DATA(X-Other)}", "good")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, name: &str) -> Result<String, FunctionError> {
        Ok(crate::message::message(channel)?.datum(name).unwrap_or_default().to_owned())
    }

    async fn write(&self, channel: &mut Channel, name: &str, value: &str) -> Result<(), FunctionError> {
        channel.datastore.get_or_insert_with(Message::default).send_along(name, value);
        Ok(())
    }
}
