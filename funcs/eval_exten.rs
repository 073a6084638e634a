//! `EVAL_EXTEN([[context,]extension,]priority)`: what stands in an extension, evaluated.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct EvalExten;

static HELP: Help = Help {
    synopsis: "Evaluates the contents of a dialplan extension and returns it as a string.",
    arguments: &[Argument::rest("[[context,]extension,]priority", true, "As for Goto.")],
    description: "Gives the arguments of the application there, usually of Return, as they would be for this channel in that extension. The application does not run. For tables by extension patterns, and for functions of one's own.",
    see_also: &["EVAL", "EVAL_SUB"],
};

#[async_trait]
impl DialplanFunction for EvalExten {
    fn name(&self) -> &'static str {
        "EVAL_EXTEN"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("[${EVAL_EXTEN(nowhere,s,1)}]", "[]")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let position = channel.resolve(arguments).map_err(FunctionError::Failed)?;
        let text = channel.arguments_at(&position).await;
        text.ok_or_else(|| FunctionError::failed(format!("there is no {position}")))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn the_arguments_are_evaluated_in_their_extension() {
        let mut bench = Bench::with(
            "[test]\nexten => s,1,Return(50)\nexten => s,2,Return(60)\n\
             [table]\nexten => _2XX,1,Return(200)\nexten => _3XX,1,Return(${EXTEN}${PRIORITY} ${CONTEXT} ${CALLERID(num)})\n",
        );
        let text = "${EVAL_EXTEN(table,212,1)}|${EVAL_EXTEN(table,312,1)}|${EVAL_EXTEN(2)}|${EVAL_EXTEN(s,1)}|${EXTEN}";
        assert_eq!(bench.run(text).await, "200|3121 table 1001|60|50|s");
        assert_eq!(
            bench.read("EVAL_EXTEN(table,9,1)").await.unwrap_err().to_string(),
            "there is no 9@table:1"
        );
    }
}
