//! `REGEX("expression" text)`: whether a text matches a regular expression.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::dialplan::{Regex, split_arguments_at};
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct RegexMatch;

static HELP: Help = Help {
    synopsis: "Check string against a regular expression.",
    arguments: &[Argument::rest(
        "\"regular expression\" string",
        true,
        "POSIX extended, in double quotes; one blank between the two is skipped.",
    )],
    description: "Gives 1 or 0.",
    see_also: &["CHANNELS"],
};

#[async_trait]
impl DialplanFunction for RegexMatch {
    fn name(&self) -> &'static str {
        "REGEX"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${REGEX(\"^[0-9]{4}$\" 1001)}${REGEX(\"^a\" Alice)}", "10")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let pieces = split_arguments_at(arguments, b'"', 3);
        let [_, pattern, text] = pieces.as_slice() else {
            return Err(FunctionError::arguments("write REGEX(\"expression\" text)"));
        };
        let regex = Regex::new(pattern)
            .map_err(|reason| FunctionError::arguments(format!("the expression `{pattern}`: {reason}")))?;
        let text = text.strip_prefix([' ', '\t']).unwrap_or(text);
        Ok(u8::from(regex.is_match(text)).to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn one_blank_is_skipped() {
        check("${REGEX(\"^ b\"  b)}${REGEX(\"^b\"b)}${REGEX(\"^$\")}", "111").await;
        check("${REGEX(\"(a|b),c\" b,c)}", "1").await;
        refuses("REGEX(abc)", "write REGEX(\"expression\" text)").await;
        refuses("REGEX(\"a{2\" aa)", "the expression `a{2`: a `{` is not closed").await;
    }
}
