//! `MESSAGE(to|from|body)`: the text message that the channel handles or will send.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};
use obelus_core::message::Message;

pub(crate) struct MessageFields;

static HELP: Help = Help {
    synopsis: "Create a message or read fields from a message.",
    arguments: &[Argument::required(
        "field",
        "to: who it is for. from: who sends it. body: what it says. custom_data, which can only be written: mark_all_outbound sends all that came with the message along with it, clear_all_outbound nothing.",
    )],
    description: "A message that came is there from the start. On other channels writing a field makes one, which MessageSend then sends.",
    see_also: &["MESSAGE_DATA"],
};

/// The channel's message; an error where it has none.
pub(crate) fn message(channel: &Channel) -> Result<&Message, FunctionError> {
    channel.datastore.get().ok_or_else(|| FunctionError::failed("the channel has no message"))
}

#[async_trait]
impl DialplanFunction for MessageFields {
    fn name(&self) -> &'static str {
        "MESSAGE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(MESSAGE(body)=hello)\n${MESSAGE(body)}", "hello")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, field: &str) -> Result<String, FunctionError> {
        let message = message(channel)?;
        let value = match field.to_ascii_lowercase().as_str() {
            "to" => &message.to,
            "from" => &message.from,
            "body" => &message.body,
            _ => return Err(FunctionError::failed(format!("'{field}' is no field to read"))),
        };
        Ok(value.clone())
    }

    async fn write(&self, channel: &mut Channel, field: &str, value: &str) -> Result<(), FunctionError> {
        let message = channel.datastore.get_or_insert_with(Message::default);
        match (field.to_ascii_lowercase().as_str(), value.to_ascii_lowercase().as_str()) {
            ("to", _) => value.clone_into(&mut message.to),
            ("from", _) => value.clone_into(&mut message.from),
            ("body", _) => value.clone_into(&mut message.body),
            ("custom_data", "mark_all_outbound") => message.mark_all(true),
            ("custom_data", "clear_all_outbound") => message.mark_all(false),
            ("custom_data", _) => {
                return Err(FunctionError::failed(format!("'{value}' is nothing to do with custom_data")));
            }
            _ => return Err(FunctionError::failed(format!("'{field}' is no field to write"))),
        }
        Ok(())
    }
}
