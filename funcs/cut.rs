//! `CUT(varname[,delimiter],fields)`: fields out of a text.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::encoded::first_char;
use crate::number::scan_integer;

pub(crate) struct Cut;

static HELP: Help = Help {
    synopsis: "Slices and dices strings, based upon a named delimiter.",
    arguments: &[
        Argument::required("varname", "The name of a variable, or a function such as PASSTHRU(text)."),
        Argument::optional("char-delim", "The character between the fields; - if left away."),
        Argument::rest("range-spec", true, "Numbers from 1 and ranges, joined by &: 2, 1-3, 3-, -2, 1&4-."),
    ],
    description: "The fields are given in the order of the text, with the delimiter between them.",
    see_also: &["FIELDQTY", "FIELDNUM"],
};

#[async_trait]
impl DialplanFunction for Cut {
    fn name(&self) -> &'static str {
        "CUT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(list=ex-amp-le)\n${CUT(list,,2)}", "amp"), ("${CUT(PASSTHRU(a/b/c/d),/,1&3-)}", "a/c/d")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        if arguments.len() < 3 {
            return Err(FunctionError::arguments("write CUT(varname,delimiter,fields)"));
        }
        let delimiter = first_char(arguments.text(1)).map_or('-', |(delimiter, _)| delimiter);
        let value = channel.value_of(arguments.text(0)).await;
        if value.is_empty() {
            return Ok(value);
        }
        cut(&value, delimiter, arguments.text(2))
    }
}

fn cut(value: &str, delimiter: char, ranges: &str) -> Result<String, FunctionError> {
    let mut fields = (1_i64..).zip(value.split(delimiter)).peekable();
    let mut kept = Vec::new();
    for range in ranges.split('&') {
        let (first, last) = bounds(range).ok_or_else(|| {
            FunctionError::arguments(format!("`{range}` is no field and no range of fields"))
        })?;
        // Fields that are behind us do not come again.
        while fields.next_if(|(number, _)| *number < first).is_some() {}
        while let Some((_, field)) = fields.next_if(|(number, _)| *number <= last) {
            kept.push(field);
        }
    }
    Ok(kept.join(delimiter.encode_utf8(&mut [0; 4])))
}

/// The first and the last field of `2`, `1-3`, `3-` or `-2`.
fn bounds(range: &str) -> Option<(i64, i64)> {
    if let Some(last) = range.strip_prefix('-').filter(|rest| !rest.contains('-')) {
        return scan_integer(last).map(|(last, _)| (1, last));
    }
    let (first, rest) = scan_integer(range)?;
    let Some(rest) = rest.strip_prefix('-') else { return Some((first, first)) };
    Some((first, scan_integer(rest).map_or(i64::MAX, |(last, _)| last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, refuses};

    #[test]
    fn fields_are_numbered_from_one() {
        let check = |fields, expected: &str| {
            assert_eq!(cut("a-b-c-d-e", '-', fields).as_deref(), Ok(expected), "{fields}");
        };
        check("1", "a");
        check("2-3", "b-c");
        check("4-", "d-e");
        check("-2", "a-b");
        check("1&3&5", "a-c-e");
        check("3&1", "c");
        check("2-4&3-", "b-c-d-e");
        check("6", "");
        check("0", "");
        check("2x", "b");
        assert!(cut("a", '-', "x").is_err() && cut("a", '-', "").is_err() && cut("a", '-', "1&").is_err());
    }

    #[tokio::test]
    async fn the_delimiter_may_be_written_as_a_code() {
        check("Set(x=a,b;c)\n${CUT(x,\\\\x2C,2)}", "b;c").await;
        check("Set(x=a,b;c)\n${CUT(x,\\,,1)}", "a").await;
        check("${CUT(EXTEN,,1)}${CUT(nothing,,1)}", "s").await;
        refuses("CUT(x)", "write CUT(varname,delimiter,fields)").await;
    }
}
