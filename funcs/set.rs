//! `SET(name=value)`: set a variable in the middle of a text.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct SetVariable;

static HELP: Help = Help {
    synopsis: "SET assigns a value to a channel variable.",
    arguments: &[Argument::rest("varname=value", true, "As for the application Set.")],
    description: "Gives the value.",
    see_also: &["ARRAY"],
};

#[async_trait]
impl DialplanFunction for SetVariable {
    fn name(&self) -> &'static str {
        "SET"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SET(x=5)}${x}", "55"), ("${SET(CALLERID(name)= Bob )} ${CALLERID(name)}", "Bob Bob")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (name, value) = arguments
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| FunctionError::arguments("write SET(name=value)"))?;
        channel.assign(name.trim(), value.trim()).await?;
        Ok(value.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn a_name_and_a_value_are_needed() {
        check("${SET(_x=1)}${x}${SET(y=)}[${y}]", "11[]").await;
        refuses("SET(x)", "write SET(name=value)").await;
        refuses("SET(=1)", "write SET(name=value)").await;
    }
}
