//! `BASE64_ENCODE(text)`: a text in base64.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::bytes::base64;

pub(crate) struct Base64Encode;

static HELP: Help = Help {
    synopsis: "Encode a string in base64.",
    arguments: &[Argument::rest("string", true, "The text.")],
    description: "Gives what BASE64_DECODE reads.",
    see_also: &["BASE64_DECODE", "AES_ENCRYPT"],
};

#[async_trait]
impl DialplanFunction for Base64Encode {
    fn name(&self) -> &'static str {
        "BASE64_ENCODE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${BASE64_ENCODE(Hello)}", "SGVsbG8=")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if arguments.is_empty() {
            return Err(FunctionError::missing("string"));
        }
        Ok(base64(arguments.as_bytes()))
    }
}
