//! `RECORDING_INFO(property)`: what is known of the recording that `Record` made last.

use async_trait::async_trait;
use obelus_core::channel::{Channel, LastRecording};
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct RecordingInfo;

static HELP: Help = Help {
    synopsis: "Retrieve information about a recording previously created using the Record application.",
    arguments: &[Argument::required("property", "duration: how long it lasted, in milliseconds.")],
    description: "It cannot be used before a recording is over.",
    see_also: &["Record"],
};

#[async_trait]
impl DialplanFunction for RecordingInfo {
    fn name(&self) -> &'static str {
        "RECORDING_INFO"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("[${RECORDING_INFO(duration)}]", "[]")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if !arguments.trim().eq_ignore_ascii_case("duration") {
            return Err(FunctionError::arguments(format!("`{arguments}` is no property of a recording")));
        }
        let last = channel.datastore.get::<LastRecording>();
        let last = last.ok_or_else(|| FunctionError::failed("no recording has been made on this channel"))?;
        Ok(last.0.as_millis().to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn the_duration_is_in_milliseconds() {
        let mut bench = crate::testing::Bench::new();
        assert!(bench.read("RECORDING_INFO(duration)").await.is_err());
        bench.channel.datastore.insert(LastRecording(Duration::from_secs(3)));
        assert_eq!(bench.read("RECORDING_INFO(duration)").await.unwrap(), "3000");
        assert!(bench.read("RECORDING_INFO(size)").await.is_err());
    }
}
