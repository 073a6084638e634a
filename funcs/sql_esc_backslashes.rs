//! `SQL_ESC_BACKSLASHES(text)`: a text whose backslashes are doubled.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct SqlEscapeBackslashes;

static HELP: Help = Help {
    synopsis: "Escapes backslashes for use in SQL statements.",
    arguments: &[Argument::rest("string", true, "The text.")],
    description: "For texts between single quotes in SQL of databases that take a backslash for an escape.",
    see_also: &["SQL_ESC"],
};

#[async_trait]
impl DialplanFunction for SqlEscapeBackslashes {
    fn name(&self) -> &'static str {
        "SQL_ESC_BACKSLASHES"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SQL_ESC_BACKSLASHES(a\\b)}", "a\\\\b")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(arguments.replace('\\', r"\\"))
    }
}
