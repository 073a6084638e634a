//! `EXTENSION_STATE(extension[@context])`: what the devices of an extension do.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::hint::extension;

pub(crate) struct ExtensionState;

static HELP: Help = Help {
    synopsis: "Get an extension's state.",
    arguments: &[Argument::required("extension@context", "The context is default if left away.")],
    description: "Gives UNKNOWN where there is no hint, else NOT_INUSE, INUSE, BUSY, UNAVAILABLE, RINGING, RINGINUSE or ONHOLD.",
    see_also: &["DEVICE_STATE", "HINT"],
};

#[async_trait]
impl DialplanFunction for ExtensionState {
    fn name(&self) -> &'static str {
        "EXTENSION_STATE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${EXTENSION_STATE(1001@nowhere)}", "UNKNOWN")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (exten, context) = extension(arguments)?;
        let state = channel.core().extension_state(context, exten).await;
        Ok(state.map_or("UNKNOWN", |state| state.word()).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn the_devices_of_the_hint_are_seen_together() {
        let mut bench =
            Bench::with("[default]\nexten => 8,hint,Custom:a&Custom:b\nexten => _9X,hint,Custom:${EXTEN}\n");
        assert_eq!(bench.run("${EXTENSION_STATE(8)}").await, "NOT_INUSE");
        let text = "Set(DEVICE_STATE(Custom:a)=INUSE)\nSet(DEVICE_STATE(Custom:b)=RINGING)\n${EXTENSION_STATE(8@default)}";
        assert_eq!(bench.run(text).await, "RINGINUSE");
    }
}
