//! `UNSHIFT(varname[,delimiter])`: add to the beginning of a list.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::fields::add;

pub(crate) struct Unshift;

static HELP: Help = Help {
    synopsis: "Inserts one or more values to the beginning of a variable containing delimited text.",
    arguments: &[
        Argument::required("varname", "The name of a variable, perhaps with _ or __ before it."),
        Argument::rest("delimiter", false, "One character; a comma if left away."),
    ],
    description: "Write Set(UNSHIFT(varname)=values).",
    see_also: &["PUSH", "POP", "SHIFT"],
};

#[async_trait]
impl DialplanFunction for Unshift {
    fn name(&self) -> &'static str {
        "UNSHIFT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(list=a)\nSet(UNSHIFT(list)=b,c)\n${list}", "b,c,a")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        add(channel, arguments, |list, delimiter| format!("{value}{delimiter}{list}"), value).await
    }
}
