//! `ENV(varname)`: a variable of the environment.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

pub(crate) struct EnvironmentVariable;

static HELP: Help = Help {
    synopsis: "Gets or sets the environment variable specified.",
    arguments: &[Argument::required("varname", "Its name.")],
    description: "What is set is seen by programs that are started from then on; an empty value takes the variable away. Names that begin with AST_ cannot be set.",
    see_also: &["SHELL"],
};

#[async_trait]
impl DialplanFunction for EnvironmentVariable {
    fn name(&self) -> &'static str {
        "ENV"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(ENV(COLOUR)=blue)\n${ENV(COLOUR)} ${SHELL(printf $COLOUR)}", "blue blue")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(channel.core().environment.get(arguments).unwrap_or_default())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        if arguments.is_empty() || arguments.contains(['=', '\0']) || value.contains('\0') {
            return Err(FunctionError::arguments(format!("`{arguments}` cannot be a variable's name")));
        }
        if arguments.starts_with("AST_") {
            return Err(FunctionError::arguments("names that begin with AST_ are reserved"));
        }
        channel.core().environment.set(arguments, Some(value).filter(|value| !value.is_empty()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, check};

    #[tokio::test]
    async fn an_empty_value_takes_a_variable_away() {
        check("Set(ENV(HOME)=)\n[${ENV(HOME)}${ENV()}]${SHELL(printf \"<$HOME>\")}", "[]<>").await;
        let mut bench = Bench::new();
        for name in ["ENV(AST_CONFIG)", "ENV()", "ENV(a=b)"] {
            assert!(bench.channel.assign(name, "x").await.is_err(), "{name}");
        }
    }
}
