//! `DB_KEYCOUNT([prefix])`: how many names are below a family of the database.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::database::keys_below;

pub(crate) struct DbKeyCount;

static HELP: Help = Help {
    synopsis: "Obtain the number of keys at a prefix within the Asterisk database.",
    arguments: &[Argument::optional(
        "prefix",
        "A family, perhaps with more parts behind slashes; the families themselves if left away.",
    )],
    description: "Counts what DB_KEYS lists.",
    see_also: &["DB", "DB_KEYS"],
};

#[async_trait]
impl DialplanFunction for DbKeyCount {
    fn name(&self) -> &'static str {
        "DB_KEYCOUNT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(DB(cid/1001)=Alice)\nSet(DB(cid/office/1)=Carol)\n${DB_KEYCOUNT(cid)} ${DB_KEYCOUNT(none)}",
            "2 0",
        )]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(keys_below(channel, arguments).await?.len().to_string())
    }
}
