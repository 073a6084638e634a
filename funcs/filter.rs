//! `FILTER(allowed-chars,string)`: a text without all but some characters.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::dialplan::split_arguments;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::encoded::first_char;

pub(crate) struct Filter;

static HELP: Help = Help {
    synopsis: "Filter the string to include only the allowed characters.",
    arguments: &[
        Argument::required(
            "allowed-chars",
            "Characters and ranges such as a-z; \\n, \\t, \\r, \\x2C and \\054 are read, and \\- is the minus itself.",
        ),
        Argument::rest("string", true, "The text."),
    ],
    description: "Keep what callers and others send from becoming a part of the dialplan: filter it.",
    see_also: &["REPLACE", "STRREPLACE"],
};

#[async_trait]
impl DialplanFunction for Filter {
    fn name(&self) -> &'static str {
        "FILTER"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${FILTER(0-9,+49 (30) 1234)}", "49301234"),
            ("${FILTER(a-zA-Z0-9\\-_,al-ice_1@home)}", "al-ice_1home"),
        ]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let pieces = split_arguments(arguments, 2);
        let [_, text] = pieces.as_slice() else {
            return Err(FunctionError::arguments("write FILTER(allowed-chars,string)"));
        };
        // The first argument as it is written: its backslashes mean something here.
        let allowed = arguments.get(..arguments.len() - text.len() - 1).unwrap_or("");
        let ranges = ranges(allowed)?;
        Ok(text.chars().filter(|char| ranges.iter().any(|range| range.contains(*char))).collect())
    }
}

/// Characters from the first to the last; where the last comes first the range runs round the end of a byte.
struct Range {
    first: char,
    last: char,
}

impl Range {
    fn contains(&self, char: char) -> bool {
        if self.first <= self.last {
            (self.first..=self.last).contains(&char)
        } else {
            (char >= self.first && char <= '\u{ff}') || (char != '\0' && char <= self.last)
        }
    }
}

fn ranges(allowed: &str) -> Result<Vec<Range>, FunctionError> {
    let mut ranges = Vec::new();
    let mut rest = allowed;
    while !rest.is_empty() {
        let bad = || FunctionError::arguments(format!("`{rest}` begins with a bad escape"));
        let (first, after) = first_char(rest).ok_or_else(bad)?;
        let (last, after) = match after.strip_prefix('-') {
            Some(behind) => first_char(behind).unwrap_or((first, behind)),
            None => (first, after),
        };
        ranges.push(Range { first, last });
        rest = after;
    }
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn ranges_and_codes_are_read() {
        check("${FILTER(a-c\\x41-\\x43,abcdABCD)}", "abcABC").await;
        check("${FILTER(\\054,a,b,c)}", ",,").await;
        check("${FILTER(0-9\\,,1,a)}", "1,").await;
        check("${FILTER(a-,a-b)}", "a").await;
        check("${FILTER(ä-ü,äxöü)}", "äöü").await;
        check("${FILTER(y-b,xyzabc)}", "yzab").await;
        check("${FILTER(,abc)}", "").await;
    }

    #[tokio::test]
    async fn both_arguments_are_needed() {
        refuses("FILTER(0-9)", "write FILTER(allowed-chars,string)").await;
        refuses("FILTER(a\\xz,b)", "`\\xz` begins with a bad escape").await;
    }
}
