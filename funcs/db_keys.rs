//! `DB_KEYS([prefix])`: the names below a family of the database.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::database::keys_below;

pub(crate) struct DbKeys;

static HELP: Help = Help {
    synopsis: "Obtain a list of keys within the Asterisk database.",
    arguments: &[Argument::optional(
        "prefix",
        "A family, perhaps with more parts behind slashes; the families themselves if left away.",
    )],
    description: "Gives the names of the keys and families directly below, with commas between them; a comma in a name has a backslash before it.",
    see_also: &["DB", "DB_KEYCOUNT"],
};

#[async_trait]
impl DialplanFunction for DbKeys {
    fn name(&self) -> &'static str {
        "DB_KEYS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(DB(cid/1001)=Alice)\nSet(DB(cid/1002)=Bob)\nSet(DB(cid/office/1)=Carol)\n${DB_KEYS(cid)}",
            "1001,1002,office",
        )]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let keys = keys_below(channel, arguments).await?;
        let escaped: Vec<String> = keys.iter().map(|key| key.replace(',', "\\,")).collect();
        Ok(escaped.join(","))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn slashes_around_the_prefix_do_not_matter() {
        check("Set(DB(a/b/c)=1)\nSet(DB(d/x,y)=2)\n${DB_KEYS()} ${DB_KEYS(/a/)} ${DB_KEYS(a/b)} ${DB_KEYS(d)}[${DB_KEYS(e)}]", "a,d b c x\\,y[]").await;
    }
}
