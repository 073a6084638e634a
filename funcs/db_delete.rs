//! `DB_DELETE(family/key)`: delete a key of the database.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::database::{Entry, failed};

pub(crate) struct DbDelete;

static HELP: Help = Help {
    synopsis: "Return a value from the database and delete it.",
    arguments: &[Argument::required("family/key", "")],
    description: "Gives the value that it had, which is set as DB_RESULT too. `Set(DB_DELETE(family/key)=)` does the same without giving it.",
    see_also: &["DB"],
};

#[async_trait]
impl DialplanFunction for DbDelete {
    fn name(&self) -> &'static str {
        "DB_DELETE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(DB(call/back)=1001)\n${DB_DELETE(call/back)}[${DB(call/back)}]", "1001[]")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        delete(channel, arguments).await
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, _value: &str) -> Result<(), FunctionError> {
        delete(channel, arguments).await.map(|_| ())
    }
}

async fn delete(channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
    let entry = Entry::parse(arguments)?;
    let value = entry.get(channel).await?.unwrap_or_default();
    let database = &channel.core().database;
    database.delete(&entry.family, &entry.key).await.map_err(|error| failed(&error))?;
    channel.set_variable("DB_RESULT", value.as_str());
    Ok(value)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn writing_deletes_too() {
        check("Set(DB(a/b)=1)\nSet(DB_DELETE(a/b)=)\n${DB_RESULT}${DB_EXISTS(a/b)}", "10").await;
        check("Set(DB_RESULT=old)\n${DB_DELETE(a/none)}[${DB_RESULT}]", "[]").await;
    }
}
