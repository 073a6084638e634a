//! `REPLACE(varname,find-chars[,replace-char])`: a text with other characters in the place of some.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::encoded::{decode, first_char};

pub(crate) struct Replace;

static HELP: Help = Help {
    synopsis: "Replace a set of characters in a given string with another character.",
    arguments: &[
        Argument::required("varname", "The name of a variable."),
        Argument::required(
            "find-chars",
            "Each of these characters is replaced; codes such as \\\\n, \\\\x2C and \\\\054 need two backslashes.",
        ),
        Argument::rest(
            "replace-char",
            false,
            "What comes in their place; nothing if left away. A code needs one backslash here.",
        ),
    ],
    description: "The variable stays as it is.",
    see_also: &["STRREPLACE", "FILTER"],
};

#[async_trait]
impl DialplanFunction for Replace {
    fn name(&self) -> &'static str {
        "REPLACE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Set(number=030/12 34)\n${REPLACE(number,/ )}", "0301234"),
            ("Set(number=030/12 34)\n${REPLACE(number,/ ,-)}", "030-12-34"),
        ]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        let find = decode(arguments.required(1, "find-chars")?);
        let replacement = first_char(arguments.text(2)).map(|(replacement, _)| replacement);
        let value = channel.value_of(arguments.required(0, "varname")?).await;
        let replaced =
            value.chars().filter_map(|char| if find.contains(char) { replacement } else { Some(char) });
        Ok(replaced.collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn codes_are_read() {
        check("Set(x=a,b;c)\n${REPLACE(x,\\\\x2C\\;,\\x20)}", "a b c").await;
        check("${REPLACE(nothing,a,b)}", "").await;
        refuses("REPLACE(x)", "the argument `find-chars` is missing").await;
    }
}
