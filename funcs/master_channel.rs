//! `MASTER_CHANNEL(name)`: a variable of the channel that the call began with.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::channel::ChannelHandle;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::other_channel::{assign, value_of};

pub(crate) struct MasterChannel;

static HELP: Help = Help {
    synopsis: "Gets or sets variables on the master channel.",
    arguments: &[Argument::rest("name", true, "A variable, or a function when read.")],
    description: "The master channel is the oldest of those that belong together, the one with the linked id; where it is gone, the channel itself.",
    see_also: &["IMPORT", "EXPORT"],
};

#[async_trait]
impl DialplanFunction for MasterChannel {
    fn name(&self) -> &'static str {
        "MASTER_CHANNEL"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(MASTER_CHANNEL(x)=1)\n${MASTER_CHANNEL(x)}${x}", "11")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let master = master(channel);
        value_of(channel, &master, arguments).await
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let master = master(channel);
        assign(channel, &master, arguments, value).await
    }
}

fn master(channel: &Channel) -> ChannelHandle {
    let linked_id = channel.facts().linked_id.clone();
    channel.core().channels.find(&linked_id).unwrap_or_else(|| channel.handle().clone())
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn the_oldest_channel_keeps_the_variable() {
        let mut bench = Bench::new();
        let (mut second, _far) = bench.pbx.channel();
        second.facts().linked_id = bench.channel.handle().unique_id().clone();
        let (read, ()) = tokio::join!(
            async {
                second.assign("MASTER_CHANNEL(x)", "1").await.unwrap();
                second.evaluate("${MASTER_CHANNEL(x)}[${x}]").await
            },
            async { bench.channel.wait(std::time::Duration::from_millis(50)).await.unwrap() }
        );
        assert_eq!((read.as_str(), bench.channel.variable("x").as_deref()), ("1[]", Some("1")));
        let Bench { channel, .. } = bench;
        drop(channel);
        assert_eq!(second.evaluate("[${MASTER_CHANNEL(x)}]").await, "[]");
    }
}
