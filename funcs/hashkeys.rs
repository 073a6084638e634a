//! `HASHKEYS(name)`: the keys of a table.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::hash::entries;

pub(crate) struct HashKeys;

static HELP: Help = Help {
    synopsis: "Retrieve the keys of the HASH() function.",
    arguments: &[Argument::required("hashname", "")],
    description: "Gives the keys in the order in which they were first set, with commas between them.",
    see_also: &["HASH"],
};

#[async_trait]
impl DialplanFunction for HashKeys {
    fn name(&self) -> &'static str {
        "HASHKEYS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(HASH(color,sky)=blue)\n${HASHKEYS(color)}[${HASHKEYS(none)}]", "sky[]")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let keys: Vec<String> = entries(channel, arguments).into_iter().map(|(key, _)| key).collect();
        Ok(keys.join(","))
    }
}
