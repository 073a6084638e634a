//! `GROUP([category])`: put the channel into a group to be counted.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::groups::{Groups, is_category, split};

pub(crate) struct Group(pub(crate) Arc<Groups>);

static HELP: Help = Help {
    synopsis: "Gets or sets the channel group.",
    arguments: &[Argument::optional("category", "A channel is in one group of each category.")],
    description: "An empty group takes the channel out. When the channel ends it leaves its groups.",
    see_also: &["GROUP_COUNT", "GROUP_MATCH_COUNT", "GROUP_LIST"],
};

#[async_trait]
impl DialplanFunction for Group {
    fn name(&self) -> &'static str {
        "GROUP"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(GROUP()=outbound)\nSet(GROUP(trunk)=berlin)\n${GROUP()} ${GROUP(trunk)}", "outbound berlin")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let members = self.0.of(channel);
        let found = members.into_iter().find(|member| is_category(&member.category, arguments));
        Ok(found.map(|member| member.group).unwrap_or_default())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let (group, own) = split(value);
        let category = if arguments.is_empty() { own } else { arguments };
        self.0.set(channel, group, category);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn there_is_one_group_of_each_category() {
        check("Set(GROUP()=a)\nSet(GROUP()=b)\nSet(GROUP(X)=c)\nSet(GROUP(x)=d)\n${GROUP_LIST()}", "b d@x")
            .await;
        check("Set(GROUP()=a@y)\n${GROUP(y)}", "a").await;
        check("Set(GROUP()=a)\nSet(GROUP()=)\n[${GROUP()}]", "[]").await;
    }
}
