//! `DIALGROUP(group[,op])`: a list of those who are called together.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};
use tokio::sync::Mutex;

use crate::database::failed;

/// The family of the database.
const FAMILY: &str = "dialgroup";

/// Changes are made one after the other, or two channels that join at once would lose one.
#[derive(Default)]
pub(crate) struct DialGroup(Mutex<()>);

static HELP: Help = Help {
    synopsis: "Manages a group of users for dialing.",
    arguments: &[
        Argument::required("group", ""),
        Argument::optional("op", "add or del; the whole list is replaced if left away."),
    ],
    description: "Reading gives the members with & between them, as Dial takes them. The groups are kept in the database.",
    see_also: &["GROUP"],
};

#[async_trait]
impl DialplanFunction for DialGroup {
    fn name(&self) -> &'static str {
        "DIALGROUP"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(DIALGROUP(sales)=PJSIP/1)\nSet(DIALGROUP(sales,add)=PJSIP/2)\n${DIALGROUP(sales)}",
            "PJSIP/1&PJSIP/2",
        )]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        members(channel, arguments).await.map(|members| members.join("&"))
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let group = arguments.required(0, "group")?;
        let _turn = self.0.lock().await;
        let given = value.split('&').filter(|member| !member.is_empty());
        let mut members = match arguments.text(1) {
            "" => Vec::new(),
            _ => members(channel, group).await?,
        };
        match arguments.text(1).to_ascii_lowercase().as_str() {
            "" | "add" => given.for_each(|member| {
                if !members.iter().any(|known| known == member) {
                    members.push(member.to_owned());
                }
            }),
            op if op.starts_with("del") => given.for_each(|member| members.retain(|known| known != member)),
            other => return Err(FunctionError::arguments(format!("`{other}` is neither add nor del"))),
        }
        let database = &channel.core().database;
        let kept = match members.is_empty() {
            true => database.delete(FAMILY, group).await.map(|_| ()),
            false => database.put(FAMILY, group, &members.join("&")).await,
        };
        kept.map_err(|error| failed(&error))
    }
}

async fn members(channel: &Channel, group: &str) -> Result<Vec<String>, FunctionError> {
    let stored = channel.core().database.get(FAMILY, group).await.map_err(|error| failed(&error))?;
    Ok(stored.iter().flat_map(|stored| stored.split('&')).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, check};

    #[tokio::test]
    async fn members_come_and_go() {
        check("Set(DIALGROUP(g)=a&b&a)\nSet(DIALGROUP(g,del)=a)\nSet(DIALGROUP(g,ADD)=c&b)\n${DIALGROUP(g)} ${DB(dialgroup/g)}", "b&c b&c").await;
        check(
            "Set(DIALGROUP(g)=a)\nSet(DIALGROUP(g,delete)=a)\n[${DIALGROUP(g)}]${DB_EXISTS(dialgroup/g)}",
            "[]0",
        )
        .await;
        let error = Bench::new().channel.assign("DIALGROUP(g,mix)", "a").await.unwrap_err();
        assert_eq!(error.to_string(), "`mix` is neither add nor del");
    }
}
