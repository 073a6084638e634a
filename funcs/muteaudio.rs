//! `MUTEAUDIO(direction)`: replaces what a channel's far end says or hears by silence.

use async_trait::async_trait;
use obelus_core::channel::{Channel, muted_ways};
use obelus_core::conf::is_true;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct MuteAudio;

static HELP: Help = Help {
    synopsis: "Muting audio streams in the channel.",
    arguments: &[Argument::required(
        "direction",
        "in: what the channel's far end says; out: what it hears; all: both.",
    )],
    description: "Can only be written: a true value mutes, any other ends it. Digits that are not sent as sound go through.",
    see_also: &["VOLUME"],
};

#[async_trait]
impl DialplanFunction for MuteAudio {
    fn name(&self) -> &'static str {
        "MUTEAUDIO"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(MUTEAUDIO(in)=on)\nSet(MUTEAUDIO(in)=off)\n", "")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let direction = FunctionArguments::split(arguments, 1);
        let direction = direction.required(0, "direction")?;
        let ways = muted_ways(direction)
            .ok_or_else(|| FunctionError::arguments(format!("`{direction}` is none of in, out and all")))?;
        channel.mute(ways, is_true(value)).map_err(|error| FunctionError::failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::engine::Way;

    #[tokio::test]
    async fn what_comes_in_is_muted_until_it_is_ended() {
        let mut bench = crate::testing::Bench::new();
        for (value, expected) in [("on", 0), ("off", 100)] {
            bench.channel.assign("MUTEAUDIO(in)", value).await.expect("it is muted");
            let port = bench.far.port();
            port.settle().await;
            let mut samples = [100; 2];
            port.carry(Way::Received, 8000, &mut samples);
            assert_eq!(samples, [expected; 2], "{value}");
        }
        assert!(bench.channel.assign("MUTEAUDIO(up)", "on").await.is_err());
    }
}
