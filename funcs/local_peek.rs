//! `LOCAL_PEEK(n,varname)`: a variable that subroutines hide.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::scan_integer;

pub(crate) struct LocalPeek;

static HELP: Help = Help {
    synopsis: "Retrieve variables hidden by the local gosub stack frame.",
    arguments: &[
        Argument::required("n", "How many variables of the name hide it; 0 is the one that is seen."),
        Argument::rest("varname", true, ""),
    ],
    description: "Empty if there are not so many.",
    see_also: &["LOCAL", "Gosub", "Return"],
};

#[async_trait]
impl DialplanFunction for LocalPeek {
    fn name(&self) -> &'static str {
        "LOCAL_PEEK"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(x=1)\n${LOCAL_PEEK(0,x)}[${LOCAL_PEEK(1,x)}]", "1[]")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let (depth, name) = (arguments.required(0, "n")?, arguments.required(1, "varname")?);
        let depth = scan_integer(depth).and_then(|(depth, _)| usize::try_from(depth).ok()).unwrap_or(0);
        Ok(channel.variables.hidden(name, depth).map(ToString::to_string).unwrap_or_default())
    }
}
