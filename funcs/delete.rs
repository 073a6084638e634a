//! `DELETE(varname)`: a variable goes.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Delete;

static HELP: Help = Help {
    synopsis: "Deletes a specified channel variable.",
    arguments: &[Argument::required("varname", "Its name.")],
    description: "Write Set(DELETE(varname)=). It is no error if there is none; where it hid another of its name, that one is seen again.",
    see_also: &["GLOBAL_DELETE", "VARIABLE_EXISTS"],
};

#[async_trait]
impl DialplanFunction for Delete {
    fn name(&self) -> &'static str {
        "DELETE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(x=1)\nSet(DELETE(x)=)\n${VARIABLE_EXISTS(x)}", "0")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, _value: &str) -> Result<(), FunctionError> {
        channel.variables.remove(arguments);
        Ok(())
    }
}
