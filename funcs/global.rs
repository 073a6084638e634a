//! `GLOBAL(name)`: a variable that all channels see.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Global;

static HELP: Help = Help {
    synopsis: "Gets or sets the global variable specified.",
    arguments: &[Argument::required("varname", "Its name.")],
    description: "A global variable is read by `${name}` as well where the channel has none of that name.",
    see_also: &["GLOBAL_DELETE", "GLOBAL_EXISTS", "SHARED"],
};

#[async_trait]
impl DialplanFunction for Global {
    fn name(&self) -> &'static str {
        "GLOBAL"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(GLOBAL(OFFICE)=open)\n${GLOBAL(OFFICE)} ${OFFICE}", "open open")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(channel.core().globals.get(arguments).map(|value| value.to_string()).unwrap_or_default())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        channel.core().set_global(arguments, value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn a_channels_own_variable_is_not_a_global_one() {
        check("Set(X=own)\nSet(GLOBAL(X)=all)\n${X} ${GLOBAL(X)} [${GLOBAL(Y)}]", "own all []").await;
    }
}
