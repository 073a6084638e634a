//! `GLOBAL_DELETE(varname)`: a global variable goes.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct GlobalDelete;

static HELP: Help = Help {
    synopsis: "Deletes a specified global variable.",
    arguments: &[Argument::required("varname", "Its name.")],
    description: "Write Set(GLOBAL_DELETE(varname)=). It is no error if there is none.",
    see_also: &["GLOBAL", "DELETE"],
};

#[async_trait]
impl DialplanFunction for GlobalDelete {
    fn name(&self) -> &'static str {
        "GLOBAL_DELETE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(GLOBAL(OFFICE)=open)\nSet(GLOBAL_DELETE(OFFICE)=)\n${GLOBAL_EXISTS(OFFICE)}", "0")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, _value: &str) -> Result<(), FunctionError> {
        channel.core().globals.remove(arguments);
        Ok(())
    }
}
