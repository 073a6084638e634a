//! `LOCK(name)`: take a lock, and wait for it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::locks::Locks;

/// How long a lock is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) struct Lock(pub(crate) Arc<Locks>);

static HELP: Help = Help {
    synopsis: "Attempt to obtain a named mutex.",
    arguments: &[Argument::required("lockname", "")],
    description: "Only one channel holds a lock of a name. Waits three seconds for it at most. Gives 1 if the channel has it now, else 0. A channel may take a lock several times and must then give it back as often; when it ends it gives back all.",
    see_also: &["TRYLOCK", "UNLOCK"],
};

#[async_trait]
impl DialplanFunction for Lock {
    fn name(&self) -> &'static str {
        "LOCK"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${LOCK(door)}${UNLOCK(door)}", "11")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let taken = self.0.take(channel, arguments, PATIENCE).await;
        Ok(u8::from(taken).to_string())
    }
}
