//! `SQL_ESC(text)`: a text whose single quotes are doubled.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct SqlEscape;

static HELP: Help = Help {
    synopsis: "Escapes single ticks for use in SQL statements.",
    arguments: &[Argument::rest("string", true, "The text.")],
    description: "For texts between single quotes in SQL.",
    see_also: &["SQL_ESC_BACKSLASHES"],
};

#[async_trait]
impl DialplanFunction for SqlEscape {
    fn name(&self) -> &'static str {
        "SQL_ESC"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SQL_ESC(O'Brien)}", "O''Brien")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(arguments.replace('\'', "''"))
    }
}
