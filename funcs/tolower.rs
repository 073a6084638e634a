//! `TOLOWER(text)`: a text in small letters.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct ToLower;

static HELP: Help = Help {
    synopsis: "Convert string to all lowercase letters.",
    arguments: &[Argument::rest("string", true, "The text.")],
    description: "Changes the letters A to Z.",
    see_also: &["TOUPPER"],
};

#[async_trait]
impl DialplanFunction for ToLower {
    fn name(&self) -> &'static str {
        "TOLOWER"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${TOLOWER(Example, 1)}", "example, 1")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(arguments.to_ascii_lowercase())
    }
}
