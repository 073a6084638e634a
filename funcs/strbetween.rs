//! `STRBETWEEN(varname,text)`: a text with another one between its characters.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct StrBetween;

static HELP: Help = Help {
    synopsis: "Inserts a substring between each character in a string.",
    arguments: &[
        Argument::required("varname", "The name of a variable."),
        Argument::rest("insert-string", true, ""),
    ],
    description: "The variable stays as it is.",
    see_also: &["STRREPLACE"],
};

#[async_trait]
impl DialplanFunction for StrBetween {
    fn name(&self) -> &'static str {
        "STRBETWEEN"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(digits=5551)\n${STRBETWEEN(digits,w)}", "5w5w5w1")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let (name, between) = (arguments.required(0, "varname")?, arguments.text(1));
        if arguments.len() < 2 {
            return Err(FunctionError::missing("insert-string"));
        }
        let value = channel.value_of(name).await;
        let mut spread = String::with_capacity(value.len() * (1 + between.len()));
        for (index, char) in value.chars().enumerate() {
            spread.push_str(if index > 0 { between } else { "" });
            spread.push(char);
        }
        Ok(spread)
    }
}
