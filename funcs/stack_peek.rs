//! `STACK_PEEK(n,which[,suppress])`: where a subroutine was called.

use async_trait::async_trait;
use obelus_core::app::is_true;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::scan_integer;

pub(crate) struct StackPeek;

static HELP: Help = Help {
    synopsis: "View info about the location which called Gosub.",
    arguments: &[
        Argument::required("n", "How many levels up, from 1."),
        Argument::required(
            "which",
            "l for label, which is context,extension,priority; c, e or p for one of them.",
        ),
        Argument::optional("suppress", "Whether it is no error that there are not so many levels."),
    ],
    description: "Looks up the stack of subroutines.",
    see_also: &["LOCAL_PEEK", "Gosub"],
};

#[async_trait]
impl DialplanFunction for StackPeek {
    fn name(&self) -> &'static str {
        "STACK_PEEK"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("[${STACK_PEEK(1,l,1)}]", "[]")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        let (depth, which) = (arguments.required(0, "n")?, arguments.required(1, "which")?);
        let number = scan_integer(depth).and_then(|(depth, _)| usize::try_from(depth).ok());
        let number = number.filter(|number| *number > 0);
        let number =
            number.ok_or_else(|| FunctionError::arguments(format!("`{depth}` is no number of levels")))?;
        let Some(place) = channel.called_from(number) else {
            return match is_true(arguments.text(2)) {
                true => Ok(String::new()),
                false => Err(FunctionError::failed(format!("there are no {number} subroutines"))),
            };
        };
        match which.trim_start().bytes().next() {
            Some(b'l') => Ok(format!("{},{},{}", place.context, place.exten, place.priority)),
            Some(b'c') => Ok(place.context.to_string()),
            Some(b'e') => Ok(place.exten.to_string()),
            Some(b'p') => Ok(place.priority.to_string()),
            _ => Err(FunctionError::arguments(format!("`{which}` is none of l, c, e and p"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn levels_are_counted_from_the_innermost() {
        let mut bench = Bench::with(
            "[test]\nexten => a,1,Set(x=)\nsame => n,Return(${EVAL_SUB(deep,b,1)})\n\
             [deep]\nexten => b,1,Return(${STACK_PEEK(1,c)} ${STACK_PEEK(1,e)} ${STACK_PEEK(1,p)} ${STACK_PEEK(2,l)})\n",
        );
        assert_eq!(bench.run("${EVAL_SUB(a,1)}").await, "test a 2 test,s,1");
        refuses("STACK_PEEK(1,l)", "there are no 1 subroutines").await;
        refuses("STACK_PEEK(0,l)", "`0` is no number of levels").await;
    }
}
