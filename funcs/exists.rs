//! `EXISTS(data)`: whether a text is not empty.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Exists;

static HELP: Help = Help {
    synopsis: "Test the existence of a value.",
    arguments: &[Argument::rest("data", false, "The text.")],
    description: "Gives 0 for an empty text, else 1.",
    see_also: &["ISNULL", "VARIABLE_EXISTS"],
};

#[async_trait]
impl DialplanFunction for Exists {
    fn name(&self) -> &'static str {
        "EXISTS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${EXISTS(${nothing})}${EXISTS(x)}", "01")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(u8::from(!arguments.is_empty()).to_string())
    }
}
