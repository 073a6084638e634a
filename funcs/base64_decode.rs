//! `BASE64_DECODE(text)`: a text out of base64.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::bytes::{from_base64, text};

pub(crate) struct Base64Decode;

static HELP: Help = Help {
    synopsis: "Decode a base64 string.",
    arguments: &[Argument::rest("string", true, "The text in base64.")],
    description: "What is decoded must be UTF-8 text.",
    see_also: &["BASE64_ENCODE", "AES_DECRYPT"],
};

#[async_trait]
impl DialplanFunction for Base64Decode {
    fn name(&self) -> &'static str {
        "BASE64_DECODE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${BASE64_DECODE(SGVsbG8=)}", "Hello")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if arguments.is_empty() {
            return Err(FunctionError::missing("string"));
        }
        text(from_base64(arguments)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::refuses;

    #[tokio::test]
    async fn what_is_no_text_is_refused() {
        refuses("BASE64_DECODE(/w==)", "the result is no UTF-8 text").await;
    }
}
