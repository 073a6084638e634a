//! `FIELDQTY(varname,delimiter)`: how many fields a text has.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::encoded::first_char;

pub(crate) struct FieldQuantity;

static HELP: Help = Help {
    synopsis: "Count the fields with an arbitrary delimiter.",
    arguments: &[
        Argument::required("varname", "The name of a variable."),
        Argument::rest("delim", false, "One character; \\n, \\t, \\x2C and \\054 are read."),
    ],
    description: "An empty text has no field. Without a delimiter the answer is 1.",
    see_also: &["CUT", "FIELDNUM"],
};

#[async_trait]
impl DialplanFunction for FieldQuantity {
    fn name(&self) -> &'static str {
        "FIELDQTY"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(list=ex-amp-le)\n${FIELDQTY(list,-)}", "3")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        if arguments.len() < 2 {
            return Ok("1".to_owned());
        }
        let value = channel.value_of(arguments.text(0)).await;
        let delimiter = first_char(arguments.text(1));
        let count = match delimiter {
            _ if value.is_empty() => 0,
            Some((delimiter, _)) => value.split(delimiter).count(),
            None => 1,
        };
        Ok(count.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn empty_fields_count() {
        check("Set(x=a,,b,)\n${FIELDQTY(x,\\x2C)}${FIELDQTY(x,,)}${FIELDQTY(x,;)}${FIELDQTY(none,-)}${FIELDQTY(x)}", "44101").await;
    }
}
