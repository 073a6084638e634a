//! `CONNECTEDLINE(datatype[,i])`: who is on the other side.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help, OptionHelp};

use crate::party::{Part, is, not_kept, words};

pub(crate) struct ConnectedLine;

static HELP: Help = Help {
    synopsis: "Gets or sets Connected Line data on the channel.",
    arguments: &[
        Argument::required(
            "datatype",
            "all, name, name-valid, name-pres, num, num-valid, num-pres, pres or tag; as for CALLERID.",
        ),
        Argument::options(&[OptionHelp::flag('i', "Keep the change inside: the far end is not told.")]),
    ],
    description: "A change is shown to the far end, if its technology can.",
    see_also: &["CALLERID", "REDIRECTING"],
};

#[async_trait]
impl DialplanFunction for ConnectedLine {
    fn name(&self) -> &'static str {
        "CONNECTEDLINE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(CONNECTEDLINE(all)=Bob <1002>)\n${CONNECTEDLINE(name)} ${CONNECTEDLINE(num)}", "Bob 1002")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let part = part(arguments)?;
        let facts = channel.facts();
        Ok(part.read(&facts.connected))
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let part = part(arguments.required(0, "datatype")?)?;
        let mut connected = channel.facts().connected.clone();
        part.write(&mut connected, value)?;
        if inhibits(&arguments)? {
            channel.change_connected(connected);
        } else {
            channel.connected_to(connected).await;
        }
        Ok(())
    }
}

fn part(data_type: &str) -> Result<Part, FunctionError> {
    match words(data_type).as_slice() {
        [word, ..] if is(word, "priv") => Err(not_kept("private versions")),
        [word] if is(word, "source") => {
            Err(FunctionError::arguments("Obelus keeps no source of connected parties"))
        }
        words => Part::parse(words),
    }
}

/// Whether the option `i` is given; there is no other.
pub(crate) fn inhibits(arguments: &FunctionArguments<'_>) -> Result<bool, FunctionError> {
    match arguments.text(1) {
        "" => Ok(false),
        "i" => Ok(true),
        other => Err(FunctionError::arguments(format!("unknown option `{other}`; the only one is `i`"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn the_far_end_is_told_unless_it_is_not_to_know() {
        let mut bench = Bench::new();
        let run = bench.run("Set(CONNECTEDLINE(name,i)=Bob)\n${CONNECTEDLINE(name)}").await;
        assert_eq!((run.as_str(), bench.far.told().len()), ("Bob", 0));
        bench.run("Set(CONNECTEDLINE(num)=1002)\n").await;
        bench.far.is_told("Connected").await;
        assert!(bench.channel.assign("CONNECTEDLINE(num,x)", "1").await.is_err());
        assert!(bench.channel.assign("CONNECTEDLINE(source)", "answer").await.is_err());
    }
}
