//! `UUID()`: a new UUID.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::Help;

pub(crate) struct Uuid;

static HELP: Help = Help {
    synopsis: "Generates an UUID.",
    arguments: &[],
    description: "Gives a random one (RFC 9562, version 4).",
    see_also: &["RAND"],
};

#[async_trait]
impl DialplanFunction for Uuid {
    fn name(&self) -> &'static str {
        "UUID"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${LEN(${UUID()})}", "36")]
    }

    async fn read(&self, channel: &mut Channel, _arguments: &str) -> Result<String, FunctionError> {
        Ok(channel.core().random.uuid().to_string())
    }
}
