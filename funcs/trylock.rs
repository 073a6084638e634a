//! `TRYLOCK(name)`: take a lock if it is free.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::locks::Locks;

pub(crate) struct TryLock(pub(crate) Arc<Locks>);

static HELP: Help = Help {
    synopsis: "Attempt to obtain a named mutex.",
    arguments: &[Argument::required("lockname", "")],
    description: "As LOCK, but without waiting.",
    see_also: &["LOCK", "UNLOCK"],
};

#[async_trait]
impl DialplanFunction for TryLock {
    fn name(&self) -> &'static str {
        "TRYLOCK"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${TRYLOCK(door)}", "1")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let taken = self.0.take(channel, arguments, Duration::ZERO).await;
        Ok(u8::from(taken).to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn a_lock_of_another_channel_cannot_be_taken() {
        let mut bench = Bench::new();
        let (mut other, _far) = bench.pbx.channel();
        assert_eq!(bench.run("${TRYLOCK(a)}${TRYLOCK(a)}${UNLOCK(b)}").await, "110");
        assert_eq!(other.evaluate("${TRYLOCK(a)}${UNLOCK(a)}${TRYLOCK(b)}").await, "001");
        assert_eq!(bench.run("${UNLOCK(a)}${UNLOCK(a)}${UNLOCK(a)}").await, "110");
        assert_eq!(other.evaluate("${TRYLOCK(a)}").await, "1");
    }
}
