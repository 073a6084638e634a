//! `AES_ENCRYPT(key,text)`: a text encrypted with AES.

use aes::cipher::BlockEncrypt;
use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::aes_key::{cipher, in_blocks};
use crate::bytes::base64;

pub(crate) struct AesEncrypt;

static HELP: Help = Help {
    synopsis: "Encrypt a string with AES given a 16 character key.",
    arguments: &[Argument::required("key", "16 characters."), Argument::rest("string", true, "The text.")],
    description: "Gives base64. The cipher is AES-128 in ECB mode, the last block is filled with zeros: as in Asterisk, and no protection against a serious attacker.",
    see_also: &["AES_DECRYPT", "BASE64_ENCODE"],
};

#[async_trait]
impl DialplanFunction for AesEncrypt {
    fn name(&self) -> &'static str {
        "AES_ENCRYPT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${AES_ENCRYPT(0123456789abcdef,Hello)}", "IM/5UIbDXWhuPz2ZFKyScQ==")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let cipher = cipher(&arguments)?;
        let mut blocks = in_blocks(arguments.required(1, "string")?.as_bytes());
        cipher.encrypt_blocks(&mut blocks);
        Ok(base64(&blocks.concat()))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn what_is_encrypted_is_decrypted() {
        let text = "a text that is longer, with commas, than one block";
        check(&format!("${{AES_DECRYPT(0123456789abcdef,${{AES_ENCRYPT(0123456789abcdef,{text})}})}}"), text)
            .await;
        refuses("AES_ENCRYPT(short,x)", "the key must have exactly 16 characters").await;
        refuses("AES_ENCRYPT(0123456789abcdef)", "the argument `string` is missing").await;
    }
}
