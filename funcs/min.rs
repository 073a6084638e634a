//! `MIN(num1[,num2])`: the least of two numbers.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::{float, shortest};

pub(crate) struct Min;

static HELP: Help = Help {
    synopsis: "Returns the minimum of two numbers.",
    arguments: &[
        Argument::optional("num1", ""),
        Argument::optional("num2", "One of the two may be left away."),
    ],
    description: "Whole numbers come without a point, others with six digits behind it.",
    see_also: &["MAX", "ABS"],
};

#[async_trait]
impl DialplanFunction for Min {
    fn name(&self) -> &'static str {
        "MIN"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${MIN(7,4)}", "4"), ("${MIN(-0.5,-1)}", "-1")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let numbers = arguments.from(0).filter(|text| !text.is_empty()).map(float);
        let chosen = numbers.collect::<Result<Vec<f64>, _>>()?.into_iter().reduce(f64::min);
        chosen.map(shortest).ok_or_else(|| FunctionError::missing("num1"))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn one_number_is_enough() {
        check("${MIN(,3)}${MIN(2)}", "32").await;
        refuses("MIN()", "the argument `num1` is missing").await;
        refuses("MIN(a,1)", "`a` is not a valid number").await;
    }
}
