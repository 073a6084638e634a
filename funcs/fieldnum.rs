//! `FIELDNUM(varname,delimiter,value)`: where a field stands in a text.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::encoded::first_char;

pub(crate) struct FieldNumber;

static HELP: Help = Help {
    synopsis: "Return the 1-based offset of a field in a list.",
    arguments: &[
        Argument::required("varname", "The name of a variable."),
        Argument::required("delim", "One character."),
        Argument::rest("value", true, "The field, in capitals or small letters."),
    ],
    description: "Counts from 1; 0 if there is no such field.",
    see_also: &["FIELDQTY", "CUT"],
};

#[async_trait]
impl DialplanFunction for FieldNumber {
    fn name(&self) -> &'static str {
        "FIELDNUM"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(list=ex-amp-le)\n${FIELDNUM(list,-,amp)}${FIELDNUM(list,-,x)}", "20")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        if arguments.len() < 3 {
            return Err(FunctionError::arguments("write FIELDNUM(varname,delimiter,value)"));
        }
        let value = channel.value_of(arguments.text(0)).await;
        let Some((delimiter, _)) = first_char(arguments.text(1)).filter(|_| !value.is_empty()) else {
            return Ok("0".to_owned());
        };
        let wanted = arguments.text(2);
        let at = value.split(delimiter).position(|field| field.eq_ignore_ascii_case(wanted));
        Ok(at.map_or(0, |at| at + 1).to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn fields_are_found_by_any_delimiter() {
        check("Set(f=abc,def,ghi,jkl)\n${FIELDNUM(f,\\,,GHI)}", "3").await;
        check("Set(f=abc/def)\n${FIELDNUM(f,\\\\x2f,def)}${FIELDNUM(f,,def)}${FIELDNUM(f,-,)}", "200").await;
        refuses("FIELDNUM(f,-)", "write FIELDNUM(varname,delimiter,value)").await;
    }
}
