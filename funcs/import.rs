//! `IMPORT(channel,varname)`: a variable of another channel.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::other_channel::value_of;

pub(crate) struct Import;

static HELP: Help = Help {
    synopsis: "Retrieve the value of a variable from another channel.",
    arguments: &[
        Argument::required("channel", "Its name or unique id."),
        Argument::rest("vartype", true, "A variable, or a function, on that channel."),
    ],
    description: "Empty if there is no such channel.",
    see_also: &["EXPORT", "SHARED", "MASTER_CHANNEL"],
};

#[async_trait]
impl DialplanFunction for Import {
    fn name(&self) -> &'static str {
        "IMPORT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(x=1)\n${IMPORT(${CHANNEL},x)}", "1")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let (name, reference) = (arguments.required(0, "channel")?, arguments.text(1));
        match channel.core().channels.find(name) {
            Some(other) => value_of(channel, &other, reference).await,
            None => Ok(String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn two_channels_may_ask_each_other() {
        let mut bench = Bench::new();
        let (mut other, _far) = bench.pbx.channel();
        other.set_variable("colour", "blue");
        bench.channel.set_variable("colour", "red");
        let (mine, theirs) = (bench.channel.name().clone(), other.name().clone());
        let ask_me = format!("${{IMPORT({mine},colour)}}${{IMPORT({mine},CALLERID(num))}}");
        let ask_them = format!("${{IMPORT({theirs},colour)}}[${{IMPORT({theirs},none)}}]");
        let (answer, other_answer) = tokio::join!(bench.channel.evaluate(&ask_them), async {
            let answer = other.evaluate(&ask_me).await;
            // It is still asked itself.
            other.wait(std::time::Duration::from_millis(50)).await.unwrap();
            answer
        });
        assert_eq!((answer.as_str(), other_answer.as_str()), ("blue[]", "red1001"));
    }

    #[tokio::test]
    async fn a_channel_that_is_gone_has_no_variables() {
        let mut bench = Bench::new();
        let (other, _far) = bench.pbx.channel();
        let text = format!("[${{IMPORT({},CHANNEL)}}]", other.name());
        drop(other);
        assert_eq!(bench.run(&text).await, "[]");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stuck_channel_is_given_up() {
        let mut bench = Bench::new();
        // Nobody runs this one, so it answers nothing.
        let (other, _far) = bench.pbx.channel();
        let asked = bench.read(&format!("IMPORT({},x)", other.name())).await;
        assert_eq!(asked.unwrap_err().to_string(), format!("{} did not answer in time", other.name()));
    }
}
