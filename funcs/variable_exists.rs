//! `VARIABLE_EXISTS(varname)`: whether there is a variable, even an empty one.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct VariableExists;

static HELP: Help = Help {
    synopsis: "Check if a dialplan variable exists or not.",
    arguments: &[Argument::required("varname", "Its name.")],
    description: "Gives 1 if the channel has it or it is a global one, else 0.",
    see_also: &["GLOBAL_EXISTS", "DELETE"],
};

#[async_trait]
impl DialplanFunction for VariableExists {
    fn name(&self) -> &'static str {
        "VARIABLE_EXISTS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(empty=)\n${VARIABLE_EXISTS(empty)}${VARIABLE_EXISTS(none)}", "10")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(u8::from(channel.variable(arguments).is_some()).to_string())
    }
}
