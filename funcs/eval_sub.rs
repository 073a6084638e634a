//! `EVAL_SUB([[context,]extension,]priority[(arguments)])`: what a subroutine returns.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct EvalSub;

static HELP: Help = Help {
    synopsis: "Executes a Gosub and provides its return value as a string.",
    arguments: &[Argument::rest("[[context,]extension,]priority[(arg1[,...])]", true, "As for Gosub.")],
    description: "Runs the dialplan there until Return, whose value it gives. Also runs when the channel is hung up.",
    see_also: &["EVAL_EXTEN", "Gosub", "Return"],
};

#[async_trait]
impl DialplanFunction for EvalSub {
    fn name(&self) -> &'static str {
        "EVAL_SUB"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("[${EVAL_SUB(nowhere,s,1)}]", "[]")]
    }

    fn mentions<'a>(&self, arguments: &'a str, _value: Option<&'a str>) -> Vec<Mention<'a>> {
        vec![Mention::Subroutine(arguments.into())]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        channel.subroutine_value(arguments).await.map_err(FunctionError::Failed)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;

    use crate::testing::Bench;

    const PLAN: &str = "[test]\nexten => double,1,Set(LOCAL(x)=${ARG1}${ARG1})\nsame => n,Return(${x})\n\
                        exten => nothing,1,Return()\nexten => endless,1,Set(x=1)\n";

    #[tokio::test]
    async fn a_subroutine_takes_arguments_and_gives_a_value() {
        let mut bench = Bench::with(PLAN);
        assert_eq!(
            bench.run("<${EVAL_SUB(double,1(${EVAL_SUB(double,1(ab))}))}> ${EXTEN} ${PRIORITY}").await,
            "<abababab> s 1"
        );
        assert_eq!(bench.run("Set(GOSUB_RETVAL=old)\n[${EVAL_SUB(nothing,1)}]").await, "[]");
        bench.channel.hang_up(Cause::NORMAL_CLEARING);
        assert_eq!(bench.run("${EVAL_SUB(double,1(x))}").await, "xx");
    }

    #[tokio::test]
    async fn a_subroutine_that_does_not_return_has_no_value() {
        let mut bench = Bench::with(PLAN);
        let error = bench.read("EVAL_SUB(endless,1)").await.unwrap_err();
        assert_eq!(error.to_string(), "the subroutine endless,1 did not return");
        assert_eq!(bench.read("EVAL_SUB(none,1)").await.unwrap_err().to_string(), "there is no none@test:1");
        assert_eq!(bench.run("${EXTEN}").await, "s");
    }
}
