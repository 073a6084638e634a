//! `ISNULL(data)`: whether a text is empty.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct IsNull;

static HELP: Help = Help {
    synopsis: "Check if a value is NULL.",
    arguments: &[Argument::rest("data", false, "The text.")],
    description: "Gives 1 for an empty text, else 0.",
    see_also: &["EXISTS", "IF"],
};

#[async_trait]
impl DialplanFunction for IsNull {
    fn name(&self) -> &'static str {
        "ISNULL"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${ISNULL(${nothing})}${ISNULL(x)}", "10")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(u8::from(arguments.is_empty()).to_string())
    }
}
