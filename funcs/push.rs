//! `PUSH(varname[,delimiter])`: add to the end of a list.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::fields::add;

pub(crate) struct Push;

static HELP: Help = Help {
    synopsis: "Appends one or more values to the end of a variable containing delimited text.",
    arguments: &[
        Argument::required("varname", "The name of a variable, perhaps with _ or __ before it."),
        Argument::rest("delimiter", false, "One character; a comma if left away."),
    ],
    description: "Write Set(PUSH(varname)=values).",
    see_also: &["UNSHIFT", "POP", "SHIFT"],
};

#[async_trait]
impl DialplanFunction for Push {
    fn name(&self) -> &'static str {
        "PUSH"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(list=a)\nSet(PUSH(list)=b,c)\n${list}", "a,b,c")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        add(channel, arguments, |list, delimiter| format!("{list}{delimiter}{value}"), value).await
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn an_empty_list_becomes_the_value() {
        check("Set(PUSH(__l,;)=a)\nSet(PUSH(__l,;)=b)\n${l}", "a;b").await;
    }
}
