//! `LOG_GROUP()`: put the channel into a group whose lines `logger filter` can show alone.

use std::sync::Weak;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::Help;

pub(crate) struct LogGroup;

static HELP: Help = Help {
    synopsis: "Set the channel group name for log filtering on this channel.",
    arguments: &[],
    description: "Consoles show the verbose lines and the debugging of some groups alone while `logger filter changroup` \
                  has chosen some; files get all lines. An empty group takes the channel out.",
    see_also: &["GROUP"],
};

/// Kept by a channel that is in a group, so that it leaves it when it ends.
struct Membership {
    core: Weak<Core>,
    number: u64,
}

impl Drop for Membership {
    fn drop(&mut self) {
        if let Some(core) = self.core.upgrade() {
            core.log_groups.set(self.number, "");
        }
    }
}

#[async_trait]
impl DialplanFunction for LogGroup {
    fn name(&self) -> &'static str {
        "LOG_GROUP"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(LOG_GROUP()=sales)\ndone", "done")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, _arguments: &str, value: &str) -> Result<(), FunctionError> {
        // The log knows a channel by the last part of its unique id.
        let unique_id = channel.handle().unique_id().clone();
        let number = unique_id.rsplit('.').next().and_then(|number| number.parse().ok());
        let number = number.unwrap_or_else(|| channel.handle().id());
        let core = channel.core().clone();
        core.log_groups.set(number, value);
        if channel.datastore.get::<Membership>().is_none() {
            channel.datastore.insert(Membership { core: std::sync::Arc::downgrade(&core), number });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn a_channel_is_in_its_group_until_it_ends() {
        let bench = Bench::new();
        let (mut channel, _far) = bench.pbx.channel();
        channel.assign("LOG_GROUP()", "sales").await.unwrap();
        let number = channel.handle().unique_id().rsplit('.').next().unwrap().parse().unwrap();
        let groups = &bench.pbx.core.log_groups;
        groups.show("sales", true);
        assert!(!groups.hides([number]));
        drop(channel);
        assert!(groups.hides([number]));
    }
}
