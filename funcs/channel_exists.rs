//! `CHANNEL_EXISTS(channel)`: whether there is a channel.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct ChannelExists;

static HELP: Help = Help {
    synopsis: "Checks if the specified channel exists.",
    arguments: &[Argument::required("name_or_uid", "Its name or unique id.")],
    description: "Gives 1 or 0.",
    see_also: &["CHANNELS"],
};

#[async_trait]
impl DialplanFunction for ChannelExists {
    fn name(&self) -> &'static str {
        "CHANNEL_EXISTS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${CHANNEL_EXISTS(${CHANNEL})}${CHANNEL_EXISTS(${UNIQUEID})}${CHANNEL_EXISTS(Test/2)}", "110")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if arguments.is_empty() {
            return Err(FunctionError::missing("name_or_uid"));
        }
        Ok(u8::from(channel.core().channels.find(arguments).is_some()).to_string())
    }
}
