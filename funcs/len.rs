//! `LEN(text)`: how long a text is.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Len;

static HELP: Help = Help {
    synopsis: "Return the length of the string given.",
    arguments: &[Argument::rest("string", false, "The text.")],
    description: "Counts bytes, as Asterisk does: a letter outside of ASCII has two or more.",
    see_also: &["TRIM"],
};

#[async_trait]
impl DialplanFunction for Len {
    fn name(&self) -> &'static str {
        "LEN"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${LEN(example)}", "7"), ("${LEN(ä)}", "2"), ("${LEN()}", "0")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(arguments.len().to_string())
    }
}
