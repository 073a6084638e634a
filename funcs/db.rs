//! `DB(family/key)`: a value that outlives calls and restarts.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::database::{Entry, failed};

pub(crate) struct Db;

static HELP: Help = Help {
    synopsis: "Read from or write to the Asterisk database.",
    arguments: &[Argument::required("family/key", "The key is everything behind the first slash.")],
    description: "What is read is set as DB_RESULT as well; where there is no such key the value is empty and DB_RESULT stays as it was. Use DB_DELETE to delete a key.",
    see_also: &["DB_DELETE", "DB_EXISTS", "DB_KEYS", "DB_KEYCOUNT"],
};

#[async_trait]
impl DialplanFunction for Db {
    fn name(&self) -> &'static str {
        "DB"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Set(DB(cidname/1001)=Alice)\n${DB(cidname/1001)} ${DB_RESULT}", "Alice Alice"),
            ("${DB(cidname/1002)}", ""),
        ]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let entry = Entry::parse(arguments)?;
        let value = entry.get(channel).await?;
        if let Some(value) = &value {
            channel.set_variable("DB_RESULT", value.as_str());
        }
        Ok(value.unwrap_or_default())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let Entry { family, key } = Entry::parse(arguments)?;
        if key.is_empty() || key.starts_with('/') || key.ends_with('/') || key.contains("//") {
            tracing::warn!(key, "the key of DB({arguments}) seems malformed");
        }
        channel.core().database.put(&family, &key, value).await.map_err(|error| failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn a_key_may_have_slashes() {
        check("Set(DB(a/b/c)=1)\n${DB(a/b/c)}${DB_EXISTS(a/b)}", "10").await;
    }

    #[tokio::test]
    async fn what_is_not_there_leaves_the_result_as_it_was() {
        check("Set(DB(f/k)=v)\n${DB(f/k)}[${DB(f/none)}]${DB_RESULT}", "v[]v").await;
        refuses("DB(family)", "write family/key, not `family`").await;
    }
}
