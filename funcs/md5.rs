//! `MD5(text)`: the MD5 digest of a text.

use async_trait::async_trait;
use md5::{Digest, Md5};
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::bytes::hexadecimal;

pub(crate) struct Md5Digest;

static HELP: Help = Help {
    synopsis: "Computes an MD5 digest.",
    arguments: &[Argument::rest("data", true, "The text.")],
    description: "Gives 32 hexadecimal digits.",
    see_also: &["SHA1"],
};

#[async_trait]
impl DialplanFunction for Md5Digest {
    fn name(&self) -> &'static str {
        "MD5"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${MD5(junky)}", "82546e4c24a391f283de2c8dcbfaea25")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if arguments.is_empty() {
            return Err(FunctionError::missing("data"));
        }
        Ok(hexadecimal(&Md5::digest(arguments)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    /// RFC 1321, A.5.
    #[tokio::test]
    async fn the_digests_are_those_of_the_rfc() {
        check("${MD5(abc)}", "900150983cd24fb0d6963f7d28e17f72").await;
        check("${MD5(message digest)}", "f96b697d7cb7938d525a2f31aaf161d0").await;
    }
}
