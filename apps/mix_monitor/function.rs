//! `MIXMONITOR(id,key)`: what is known of a recording of both sides of the call.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use super::monitors;

pub(crate) struct MixMonitorFunction;

static HELP: Help = Help {
    synopsis: "Retrieve data pertaining to specific instances of MixMonitor on a channel.",
    arguments: &[
        Argument::required("id", "The id, as option i of MixMonitor gives it."),
        Argument::required("key", "filename: the whole name of the file."),
    ],
    description: "A recording that is over is not known any more.",
    see_also: &["MixMonitor"],
};

#[async_trait]
impl DialplanFunction for MixMonitorFunction {
    fn name(&self) -> &'static str {
        "MIXMONITOR"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("[${MIXMONITOR(0x1,filename)}]", "[]")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let (id, key) = (arguments.required(0, "id")?, arguments.required(1, "key")?);
        if !key.eq_ignore_ascii_case("filename") {
            return Err(FunctionError::arguments(format!("`{key}` is nothing that is known of a recording")));
        }
        monitors::file_of(channel, id)
            .ok_or_else(|| FunctionError::failed(format!("there is no recording {id}")))
    }
}
