//! `PASSTHRU([text])`: the text itself.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct PassThru;

static HELP: Help = Help {
    synopsis: "Pass the given argument back as a value.",
    arguments: &[Argument::rest("string", false, "The text.")],
    description: "Lets functions that take the name of a variable take a text: write PASSTHRU(text) there, without ${}.",
    see_also: &["CUT"],
};

#[async_trait]
impl DialplanFunction for PassThru {
    fn name(&self) -> &'static str {
        "PASSTHRU"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${CUT(PASSTHRU(PJSIP/1001-00000001),-,1)}", "PJSIP/1001")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(arguments.to_owned())
    }
}
