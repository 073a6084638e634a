//! `LOCAL(varname)`: a variable of the subroutine.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct LocalVariable;

static HELP: Help = Help {
    synopsis: "Manage variables local to the gosub stack frame.",
    arguments: &[Argument::required("varname", "Its name.")],
    description: "It goes with the Return, and a variable of the same name that it hid is seen again. Outside of a Gosub there are none.",
    see_also: &["LOCAL_PEEK", "Gosub", "Return"],
};

#[async_trait]
impl DialplanFunction for LocalVariable {
    fn name(&self) -> &'static str {
        "LOCAL"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${LOCAL(x)}", "")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let value = channel.variable(arguments).filter(|_| channel.is_local(arguments));
        Ok(value.map(|value| value.to_string()).unwrap_or_default())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        if !channel.set_local(arguments, value) {
            return Err(FunctionError::failed("there are local variables in a Gosub only"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn a_local_variable_goes_with_the_return() {
        let mut bench = Bench::with(
            "[test]\nexten => sub,1,Set(LOCAL(x)=inner)\n\
             same => n,Return(${x},${LOCAL(x)},${LOCAL_PEEK(1,x)},[${LOCAL(y)}],${STACK_PEEK(1,l)})\n",
        );
        let text = "Set(x=outer)\nSet(y=1)\n${EVAL_SUB(sub,1)} ${x}[${LOCAL(x)}]";
        assert_eq!(bench.run(text).await, "inner,inner,outer,[],test,s,1 outer[]");
        let outside = bench.channel.assign("LOCAL(x)", "1").await;
        assert_eq!(outside.unwrap_err().to_string(), "there are local variables in a Gosub only");
    }
}
