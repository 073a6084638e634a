//! `CHANNELS([expression])`: the names of all channels.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::dialplan::Regex;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Channels;

static HELP: Help = Help {
    synopsis: "Gets the list of channels, optionally filtering by a regular expression.",
    arguments: &[Argument::rest(
        "regular_expression",
        false,
        "POSIX extended, without regard to case; all channels if left away.",
    )],
    description: "Gives the names with blanks between them, the oldest channel first.",
    see_also: &["CHANNEL_EXISTS", "REGEX"],
};

#[async_trait]
impl DialplanFunction for Channels {
    fn name(&self) -> &'static str {
        "CHANNELS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${CHANNELS()}", "Test/1001-00000000"), ("[${CHANNELS(^pjsip/)}]", "[]")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let regex = Regex::ignoring_case(arguments)
            .map_err(|reason| FunctionError::arguments(format!("the expression `{arguments}`: {reason}")))?;
        let channels = channel.core().channels.all();
        let names = channels.iter().map(|channel| &**channel.name()).filter(|name| regex.is_match(name));
        Ok(names.collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn all_that_match_are_listed() {
        let mut bench = Bench::new();
        let (_other, _far) = bench.pbx.channel();
        assert_eq!(bench.run("${CHANNELS(TEST/1)}").await, "Test/1001-00000000 Test/1001-00000001");
        assert_eq!(bench.run("${CHANNELS(1$)}").await, "Test/1001-00000001");
        refuses("CHANNELS([)", "the expression `[`: a `[` is not closed").await;
    }
}
