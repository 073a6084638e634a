//! `HANGUPCAUSE_KEYS()`: the channels whose ends are known.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::Help;

pub(crate) struct HangupCauseKeys;

static HELP: Help = Help {
    synopsis: "Gets the list of channels for which hangup causes are available.",
    arguments: &[],
    description: "Gives the names of the channels that this one rang or talked to and that have ended, with commas between them, for HANGUPCAUSE.",
    see_also: &["HANGUPCAUSE", "HangupCauseClear"],
};

#[async_trait]
impl DialplanFunction for HangupCauseKeys {
    fn name(&self) -> &'static str {
        "HANGUPCAUSE_KEYS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${HANGUPCAUSE_KEYS()}", "")]
    }

    async fn read(&self, channel: &mut Channel, _arguments: &str) -> Result<String, FunctionError> {
        let names: Vec<&str> = channel.remembered_causes().iter().map(|known| &*known.0).collect();
        Ok(names.join(","))
    }
}
