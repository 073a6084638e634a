//! `URIENCODE(text)`: a text as a part of a URI.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct UriEncode;

static HELP: Help = Help {
    synopsis: "Encodes a string to URI-safe encoding according to RFC 2396.",
    arguments: &[Argument::rest("data", false, "The text.")],
    description: "Letters, digits and - _ . ! ~ * ' ( ) stay, every other byte becomes %XX.",
    see_also: &["URIDECODE"],
};

#[async_trait]
impl DialplanFunction for UriEncode {
    fn name(&self) -> &'static str {
        "URIENCODE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${URIENCODE(a b/ä&c!)}", "a%20b%2F%C3%A4%26c!")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let mut encoded = String::with_capacity(arguments.len());
        for byte in arguments.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        Ok(encoded)
    }
}
