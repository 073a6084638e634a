//! `INC(varname)`: a variable becomes one more.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::counted;

pub(crate) struct Inc;

static HELP: Help = Help {
    synopsis: "Increments the value of a variable, while returning the updated value to the dialplan.",
    arguments: &[Argument::required("variable", "Its name, without ${}.")],
    description: "The variable must hold a whole number.",
    see_also: &["DEC", "MATH"],
};

#[async_trait]
impl DialplanFunction for Inc {
    fn name(&self) -> &'static str {
        "INC"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(count=5)\n${INC(count)} ${count}", "6 6")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        counted(channel, arguments, 1)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn only_whole_numbers_are_counted() {
        check("Set(x=-1)\n${INC(x)}", "0").await;
        refuses("INC()", "the argument `variable` is missing").await;
        refuses("INC(none)", "there is no variable `none`, or it is empty").await;
        refuses("INC(EXTEN)", "`EXTEN` holds `s`, which is no whole number").await;
    }
}
