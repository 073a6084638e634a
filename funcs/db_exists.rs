//! `DB_EXISTS(family/key)`: whether the database has a key.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::database::Entry;

pub(crate) struct DbExists;

static HELP: Help = Help {
    synopsis: "Check to see if a key exists in the Asterisk database.",
    arguments: &[Argument::required("family/key", "")],
    description: "Gives 1 or 0. The value, if there is one, is set as DB_RESULT.",
    see_also: &["DB"],
};

#[async_trait]
impl DialplanFunction for DbExists {
    fn name(&self) -> &'static str {
        "DB_EXISTS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(DB(night/mode)=on)\n${DB_EXISTS(night/mode)}${DB_RESULT}${DB_EXISTS(night/other)}", "1on0")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let Some(value) = Entry::parse(arguments)?.get(channel).await? else { return Ok("0".to_owned()) };
        channel.set_variable("DB_RESULT", value);
        Ok("1".to_owned())
    }
}
