//! `QUOTE(text)`: a text in double quotes.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Quote;

static HELP: Help = Help {
    synopsis: "Quotes a given string, escaping embedded quotes as necessary.",
    arguments: &[Argument::rest("string", false, "The text.")],
    description: "Double quotes and backslashes in it get a backslash before them.",
    see_also: &["CSV_QUOTE"],
};

#[async_trait]
impl DialplanFunction for Quote {
    fn name(&self) -> &'static str {
        "QUOTE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${QUOTE(ab\"c\"de)}", "\"ab\\\"c\\\"de\""), ("${QUOTE()}", "\"\"")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let escaped = arguments.replace('\\', "\\\\").replace('"', "\\\"");
        Ok(format!("\"{escaped}\""))
    }
}
