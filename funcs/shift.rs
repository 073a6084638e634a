//! `SHIFT(varname[,delimiter])`: take the first item off a list.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::fields::take;

pub(crate) struct Shift;

static HELP: Help = Help {
    synopsis: "Removes and returns the first item off of a variable containing delimited text.",
    arguments: &[
        Argument::required("varname", "The name of a variable."),
        Argument::rest("delimiter", false, "One character; a comma if left away."),
    ],
    description: "The variable keeps the rest and is empty after the last item.",
    see_also: &["POP", "PUSH", "UNSHIFT"],
};

#[async_trait]
impl DialplanFunction for Shift {
    fn name(&self) -> &'static str {
        "SHIFT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(list=a,b,c)\n${SHIFT(list)} ${list}", "a b,c")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        take(channel, arguments, |list, delimiter| list.split_once(delimiter)).await
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn a_list_is_taken_apart_to_its_end() {
        check("Set(l=a;b)\n${SHIFT(l,;)}${SHIFT(l,;)}[${l}][${SHIFT(l,;)}]", "ab[][]").await;
        check("Set(l=,b)\n[${SHIFT(l)}]${l}", "[]b").await;
        refuses("SHIFT()", "the argument `varname` is missing").await;
    }
}
