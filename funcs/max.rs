//! `MAX(num1[,num2])`: the greatest of two numbers.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::{float, shortest};

pub(crate) struct Max;

static HELP: Help = Help {
    synopsis: "Returns the maximum of two numbers.",
    arguments: &[
        Argument::optional("num1", ""),
        Argument::optional("num2", "One of the two may be left away."),
    ],
    description: "Whole numbers come without a point, others with six digits behind it.",
    see_also: &["MIN", "ABS"],
};

#[async_trait]
impl DialplanFunction for Max {
    fn name(&self) -> &'static str {
        "MAX"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${MAX(7,4)}", "7"), ("${MAX(-0.5,-1)}", "-0.500000")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let numbers = arguments.from(0).filter(|text| !text.is_empty()).map(float);
        let chosen = numbers.collect::<Result<Vec<f64>, _>>()?.into_iter().reduce(f64::max);
        chosen.map(shortest).ok_or_else(|| FunctionError::missing("num1"))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn one_number_is_enough() {
        check("${MAX(,3)}${MAX(2)}", "32").await;
        refuses("MAX()", "the argument `num1` is missing").await;
        refuses("MAX(a,1)", "`a` is not a valid number").await;
    }
}
