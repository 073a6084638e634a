//! `POP(varname[,delimiter])`: take the last item off a list.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::fields::take;

pub(crate) struct Pop;

static HELP: Help = Help {
    synopsis: "Removes and returns the last item off of a variable containing delimited text.",
    arguments: &[
        Argument::required("varname", "The name of a variable."),
        Argument::rest("delimiter", false, "One character; a comma if left away."),
    ],
    description: "The variable keeps the rest and is empty after the last item.",
    see_also: &["SHIFT", "PUSH", "UNSHIFT"],
};

#[async_trait]
impl DialplanFunction for Pop {
    fn name(&self) -> &'static str {
        "POP"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(list=a,b,c)\n${POP(list)} ${list}", "c a,b")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        take(channel, arguments, |list, delimiter| {
            list.rsplit_once(delimiter).map(|(rest, item)| (item, rest))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn a_list_is_taken_apart_from_its_end() {
        check("Set(l=a;b)\n${POP(l,;)}${POP(l,;)}[${l}][${POP(l,;)}]", "ba[][]").await;
    }
}
