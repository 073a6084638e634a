//! `CSV_QUOTE(text)`: a text as a field of a CSV file.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct CsvQuote;

static HELP: Help = Help {
    synopsis: "Quotes a given string for use in a CSV file, escaping embedded quotes as necessary.",
    arguments: &[Argument::rest("string", false, "The text.")],
    description: "Double quotes in it are doubled (RFC 4180).",
    see_also: &["QUOTE"],
};

#[async_trait]
impl DialplanFunction for CsvQuote {
    fn name(&self) -> &'static str {
        "CSV_QUOTE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${CSV_QUOTE(\"a,b\" 123)}", "\"\"\"a,b\"\" 123\"")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(format!("\"{}\"", arguments.replace('"', "\"\"")))
    }
}
