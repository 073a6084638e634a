//! `UNLOCK(name)`: give a lock back.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::locks::Locks;

pub(crate) struct Unlock(pub(crate) Arc<Locks>);

static HELP: Help = Help {
    synopsis: "Unlocks a named mutex.",
    arguments: &[Argument::required("lockname", "")],
    description: "Gives 1 if the channel had it, else 0.",
    see_also: &["LOCK", "TRYLOCK"],
};

#[async_trait]
impl DialplanFunction for Unlock {
    fn name(&self) -> &'static str {
        "UNLOCK"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${UNLOCK(door)}", "0")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(u8::from(self.0.give_back(channel, arguments)).to_string())
    }
}
