//! `GLOBAL_EXISTS(varname)`: whether there is a global variable.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct GlobalExists;

static HELP: Help = Help {
    synopsis: "Check if a global variable exists or not.",
    arguments: &[Argument::required("varname", "Its name.")],
    description: "Gives 1 or 0.",
    see_also: &["GLOBAL", "VARIABLE_EXISTS"],
};

#[async_trait]
impl DialplanFunction for GlobalExists {
    fn name(&self) -> &'static str {
        "GLOBAL_EXISTS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(GLOBAL(OFFICE)=open)\n${GLOBAL_EXISTS(OFFICE)}${GLOBAL_EXISTS(NONE)}", "10")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(u8::from(channel.core().globals.get(arguments).is_some()).to_string())
    }
}
