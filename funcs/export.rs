//! `EXPORT(channel,varname)`: set a variable of another channel.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::other_channel::{assign, not_found};

pub(crate) struct Export;

static HELP: Help = Help {
    synopsis: "Set variables or dialplan functions on any arbitrary channel that exists.",
    arguments: &[
        Argument::required("channel", "Its name or unique id."),
        Argument::rest("var", true, "A variable, or a function, on that channel."),
    ],
    description: "Write Set(EXPORT(channel,varname)=value).",
    see_also: &["IMPORT", "SHARED", "MASTER_CHANNEL"],
};

#[async_trait]
impl DialplanFunction for Export {
    fn name(&self) -> &'static str {
        "EXPORT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(EXPORT(${CHANNEL},x)=1)\n${x}", "1")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let (name, variable) = (arguments.required(0, "channel")?, arguments.required(1, "var")?);
        let other = channel.core().channels.find(name).ok_or_else(|| not_found(name))?;
        assign(channel, &other, variable, value).await
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn functions_are_written_on_the_other_channel() {
        let mut bench = Bench::new();
        let (mut other, _far) = bench.pbx.channel();
        let name = format!("EXPORT({},CALLERID(name))", other.name());
        let (set, ()) = tokio::join!(bench.channel.assign(&name, "Bob"), async {
            other.wait(std::time::Duration::from_millis(20)).await.unwrap();
        });
        assert_eq!((set, other.facts().caller.name.text()), (Ok(()), "Bob"));
        let missing = bench.channel.assign("EXPORT(Test/none,x)", "1").await;
        assert_eq!(missing.unwrap_err().to_string(), "there is no channel Test/none");
    }
}
