//! `IFMODULE(name)`: whether a module is loaded.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct IfModule;

static HELP: Help = Help {
    synopsis: "Checks if an Asterisk module is loaded in memory.",
    arguments: &[Argument::required("modulename.so", "A name of `module show`, with or without .so.")],
    description: "Gives 1 or 0.",
    see_also: &[],
};

#[async_trait]
impl DialplanFunction for IfModule {
    fn name(&self) -> &'static str {
        "IFMODULE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${IFMODULE(chan_none.so)}", "0")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(u8::from(channel.core().registry().module(arguments).is_some()).to_string())
    }
}
