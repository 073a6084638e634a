//! `AES_DECRYPT(key,text)`: a text decrypted with AES.

use aes::cipher::BlockDecrypt;
use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::aes_key::{cipher, in_blocks};
use crate::bytes::{from_base64, text};

pub(crate) struct AesDecrypt;

static HELP: Help = Help {
    synopsis: "Decrypt a string encoded in base64 with AES given a 16 character key.",
    arguments: &[
        Argument::required("key", "16 characters."),
        Argument::rest("string", true, "What AES_ENCRYPT gave."),
    ],
    description: "The cipher is AES-128 in ECB mode, the last block is filled with zeros: as in Asterisk, and no protection against a serious attacker.",
    see_also: &["AES_ENCRYPT", "BASE64_DECODE"],
};

#[async_trait]
impl DialplanFunction for AesDecrypt {
    fn name(&self) -> &'static str {
        "AES_DECRYPT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${AES_DECRYPT(0123456789abcdef,IM/5UIbDXWhuPz2ZFKyScQ==)}", "Hello")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let cipher = cipher(&arguments)?;
        let mut blocks = in_blocks(&from_base64(arguments.required(1, "string")?)?);
        cipher.decrypt_blocks(&mut blocks);
        text(blocks.concat())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::refuses;

    #[tokio::test]
    async fn another_key_gives_no_text() {
        refuses("AES_DECRYPT(fedcba9876543210,bm90IGVuY3J5cHRlZCE=)", "the result is no UTF-8 text").await;
    }
}
