//! `GROUP_LIST()`: the groups of the channel.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::Help;

use crate::groups::{Groups, Member};

pub(crate) struct GroupList(pub(crate) Arc<Groups>);

static HELP: Help = Help {
    synopsis: "Gets a list of the groups set on a channel.",
    arguments: &[],
    description: "Gives them with blanks between them, as group or group@category.",
    see_also: &["GROUP"],
};

#[async_trait]
impl DialplanFunction for GroupList {
    fn name(&self) -> &'static str {
        "GROUP_LIST"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(GROUP()=a)\nSet(GROUP(x)=b)\n${GROUP_LIST()}", "a b@x")]
    }

    async fn read(&self, channel: &mut Channel, _arguments: &str) -> Result<String, FunctionError> {
        let shown = |member: Member| match member.category.as_str() {
            "" => member.group,
            category => format!("{}@{category}", member.group),
        };
        Ok(self.0.of(channel).into_iter().map(shown).collect::<Vec<_>>().join(" "))
    }
}
