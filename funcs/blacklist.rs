//! `BLACKLIST()`: whether the caller is on the blacklist.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::Help;

use crate::database::failed;

pub(crate) struct BlackList;

static HELP: Help = Help {
    synopsis: "Check if the callerid is on the blacklist.",
    arguments: &[],
    description: "Gives 1 if the database has the caller's number or name in the family blacklist, else 0.",
    see_also: &["DB", "CALLERID"],
};

#[async_trait]
impl DialplanFunction for BlackList {
    fn name(&self) -> &'static str {
        "BLACKLIST"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(DB(blacklist/1001)=1)\n${BLACKLIST()}", "1"), ("${BLACKLIST()}", "0")]
    }

    async fn read(&self, channel: &mut Channel, _arguments: &str) -> Result<String, FunctionError> {
        let caller = channel.facts().caller.clone();
        for known in [caller.number.value, caller.name.value].into_iter().flatten() {
            let entry = channel.core().database.get("blacklist", &known).await;
            if entry.map_err(|error| failed(&error))?.is_some() {
                return Ok("1".to_owned());
            }
        }
        Ok("0".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn a_name_may_be_listed_too() {
        check("Set(DB(blacklist/Alice)=1)\n${BLACKLIST()}", "1").await;
        check("Set(DB(blacklist/1002)=1)\n${BLACKLIST()}", "0").await;
    }
}
