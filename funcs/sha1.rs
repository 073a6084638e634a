//! `SHA1(text)`: the SHA-1 digest of a text.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};
use sha1::{Digest, Sha1};

use crate::bytes::hexadecimal;

pub(crate) struct Sha1Digest;

static HELP: Help = Help {
    synopsis: "Computes a SHA1 digest.",
    arguments: &[Argument::rest("data", true, "The text.")],
    description: "Gives 40 hexadecimal digits.",
    see_also: &["MD5"],
};

#[async_trait]
impl DialplanFunction for Sha1Digest {
    fn name(&self) -> &'static str {
        "SHA1"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SHA1(junky)}", "60fa5675b9303eb62f99a9cd47f9f5837d18f9a0")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if arguments.is_empty() {
            return Err(FunctionError::missing("data"));
        }
        Ok(hexadecimal(&Sha1::digest(arguments)))
    }
}
