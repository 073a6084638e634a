//! `STRREPLACE(varname,find[,replacement[,max]])`: a text with other words in the place of some.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::scan_integer;

pub(crate) struct StrReplace;

static HELP: Help = Help {
    synopsis: "Replace instances of a substring within a string with another string.",
    arguments: &[
        Argument::required("varname", "The name of a variable."),
        Argument::required("find-string", ""),
        Argument::optional("replace-string", "Nothing if left away."),
        Argument::optional("max-replacements", "How many at most, from the left; all if left away."),
    ],
    description: "The variable stays as it is.",
    see_also: &["REPLACE"],
};

#[async_trait]
impl DialplanFunction for StrReplace {
    fn name(&self) -> &'static str {
        "STRREPLACE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(x=one two two)\n${STRREPLACE(x,two,2)}|${STRREPLACE(x,two,2,1)}|${STRREPLACE(x, two)}",
            "one 2 2|one 2 two|one",
        )]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 5);
        let find = arguments.required(1, "find-string")?;
        let most = scan_integer(arguments.text(3)).and_then(|(most, _)| usize::try_from(most).ok());
        let value = channel.value_of(arguments.required(0, "varname")?).await;
        Ok(value.replacen(find, arguments.text(2), most.filter(|most| *most > 0).unwrap_or(usize::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::refuses;

    #[tokio::test]
    async fn something_to_find_is_needed() {
        refuses("STRREPLACE(x)", "the argument `find-string` is missing").await;
        refuses("STRREPLACE(,a)", "the argument `varname` is missing").await;
    }
}
