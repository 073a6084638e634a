//! `URIDECODE(text)`: a part of a URI as text.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::bytes::text;

pub(crate) struct UriDecode;

static HELP: Help = Help {
    synopsis: "Decodes a URI-encoded string according to RFC 2396.",
    arguments: &[Argument::rest("data", false, "The text.")],
    description: "What is decoded must be UTF-8 text; a % that no two hexadecimal digits follow stays.",
    see_also: &["URIENCODE"],
};

#[async_trait]
impl DialplanFunction for UriDecode {
    fn name(&self) -> &'static str {
        "URIDECODE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${URIDECODE(a%20b%2F%C3%A4+c)}", "a b/ä+c")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        text(decode(arguments))
    }
}

/// The bytes behind `%XX`; everything else as it is.
pub(crate) fn decode(encoded: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| first == b'%').and_then(hexadecimal);
        bytes.push(code.unwrap_or(first));
        rest = behind.get(if code.is_some() { 2 } else { 0 }..).unwrap_or(&[]);
    }
    bytes
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    match digits {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn what_is_no_code_stays() {
        check("${URIDECODE(100%)}|${URIDECODE(%4g%41%4)}", "100%|%4gA%4").await;
        refuses("URIDECODE(%FF)", "the result is no UTF-8 text").await;
    }
}
