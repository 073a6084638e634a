//! `TOUPPER(text)`: a text in capitals.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct ToUpper;

static HELP: Help = Help {
    synopsis: "Convert string to all uppercase letters.",
    arguments: &[Argument::rest("string", true, "The text.")],
    description: "Changes the letters a to z.",
    see_also: &["TOLOWER"],
};

#[async_trait]
impl DialplanFunction for ToUpper {
    fn name(&self) -> &'static str {
        "TOUPPER"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${TOUPPER(Example, 1)}", "EXAMPLE, 1")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(arguments.to_ascii_uppercase())
    }
}
