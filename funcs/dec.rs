//! `DEC(varname)`: a variable becomes one less.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::counted;

pub(crate) struct Dec;

static HELP: Help = Help {
    synopsis: "Decrements the value of a variable, while returning the updated value to the dialplan.",
    arguments: &[Argument::required("variable", "Its name, without ${}.")],
    description: "The variable must hold a whole number.",
    see_also: &["INC", "MATH"],
};

#[async_trait]
impl DialplanFunction for Dec {
    fn name(&self) -> &'static str {
        "DEC"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(count=5)\n${DEC(count)} ${count}", "4 4")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        counted(channel, arguments, -1)
    }
}
