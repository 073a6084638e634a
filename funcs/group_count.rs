//! `GROUP_COUNT([group][@category])`: how many channels are in a group.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::groups::{Groups, is_category, split};

pub(crate) struct GroupCount(pub(crate) Arc<Groups>);

static HELP: Help = Help {
    synopsis: "Counts the number of channels in the specified group.",
    arguments: &[Argument::optional("groupname[@category]", "The channel's own first group if left away.")],
    description: "Names are compared without regard to case.",
    see_also: &["GROUP", "GROUP_MATCH_COUNT"],
};

#[async_trait]
impl DialplanFunction for GroupCount {
    fn name(&self) -> &'static str {
        "GROUP_COUNT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(GROUP()=outbound)\n${GROUP_COUNT(outbound)}${GROUP_COUNT()}${GROUP_COUNT(inbound)}", "110")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (group, category) = split(arguments);
        let members = self.0.of(channel);
        let (group, category) = match members.iter().find(|member| is_category(&member.category, category)) {
            Some(own) if group.is_empty() => (own.group.as_str(), own.category.as_str()),
            _ => (group, category),
        };
        let count = self.0.count(|member| {
            !group.is_empty()
                && member.group.eq_ignore_ascii_case(group)
                && is_category(&member.category, category)
        });
        Ok(count.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn channels_are_counted_until_they_end() {
        let mut bench = Bench::new();
        let (mut other, _far) = bench.pbx.channel();
        bench.run("Set(GROUP(trunk)=Berlin)\n").await;
        other.assign("GROUP(trunk)", "berlin").await.unwrap();
        other.assign("GROUP()", "berlin").await.unwrap();
        let text = "${GROUP_COUNT(BERLIN@trunk)} ${GROUP_COUNT(berlin)} ${GROUP_COUNT(@trunk)} ${GROUP_COUNT()} ${GROUP_COUNT(@none)}";
        assert_eq!(bench.run(text).await, "2 3 2 2 0");
        drop(other);
        assert_eq!(bench.run(text).await, "1 1 1 1 0");
    }
}
