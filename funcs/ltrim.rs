//! `LTRIM(text)`: a text without the blanks before it.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::fields::is_blank;

pub(crate) struct Ltrim;

static HELP: Help = Help {
    synopsis: "Trim leading whitespace in a string.",
    arguments: &[Argument::rest("string", true, "The text.")],
    description: "Blanks, tabs and ends of lines count.",
    see_also: &["TRIM", "RTRIM"],
};

#[async_trait]
impl DialplanFunction for Ltrim {
    fn name(&self) -> &'static str {
        "LTRIM"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("[${LTRIM( a b )}]", "[a b ]")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(arguments.trim_start_matches(is_blank).to_owned())
    }
}
