//! `EVAL(text)`: a text evaluated once more.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Eval;

static HELP: Help = Help {
    synopsis: "Evaluate stored variables.",
    arguments: &[Argument::rest(
        "variable",
        true,
        "The text, in which variables, functions and expressions are replaced.",
    )],
    description: "For values that hold ${…} themselves. Never evaluate what a caller could have written.",
    see_also: &["EVAL_EXTEN", "EVAL_SUB"],
};

#[async_trait]
impl DialplanFunction for Eval {
    fn name(&self) -> &'static str {
        "EVAL"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(dollar=$)\nSet(GREETING=Hello)\n${EVAL(${dollar}{GREETING})}", "Hello")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if arguments.is_empty() {
            return Err(FunctionError::missing("variable"));
        }
        Ok(channel.evaluate(arguments).await)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn what_a_value_holds_is_evaluated() {
        let mut bench = Bench::new();
        bench.channel.set_variable("inner", "${LEN(abc)}$[1 + 1]");
        assert_eq!(bench.run("${inner} ${EVAL(${inner})}").await, "${LEN(abc)}$[1 + 1] 32");
    }
}
