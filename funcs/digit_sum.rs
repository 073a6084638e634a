//! `DIGIT_SUM(num)`: the digits of a number added up.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct DigitSum;

static HELP: Help = Help {
    synopsis: "Returns the sum of all the digits in a number.",
    arguments: &[Argument::required("num", "")],
    description: "What is no digit is left out. Useful for checksums.",
    see_also: &["MATH"],
};

#[async_trait]
impl DialplanFunction for DigitSum {
    fn name(&self) -> &'static str {
        "DIGIT_SUM"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${DIGIT_SUM(859)}", "22"), ("${DIGIT_SUM(+49-1)}", "14")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if arguments.is_empty() {
            return Err(FunctionError::missing("num"));
        }
        Ok(arguments.chars().filter_map(|char| char.to_digit(10)).sum::<u32>().to_string())
    }
}
