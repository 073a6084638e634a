//! Bytes as text: hexadecimal, base64, and what a decoded byte string is to a dialplan, whose values are UTF-8.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use obelus_core::function::FunctionError;

/// Base64 that is lenient to what it reads, as Asterisk's is: padding may be missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes in small hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0f])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Bytes in base64 (RFC 4648, with padding).
pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// The bytes of a text in base64; ends of lines and blanks in it do not matter.
pub(crate) fn from_base64(text: &str) -> Result<Vec<u8>, FunctionError> {
    let dense: String = text.chars().filter(|char| !char.is_ascii_whitespace()).collect();
    BASE64.decode(dense).map_err(|error| FunctionError::arguments(format!("that is not base64: {error}")))
}

/// Bytes up to the first zero, where a text ends in Asterisk, as a value of the dialplan.
pub(crate) fn text(mut bytes: Vec<u8>) -> Result<String, FunctionError> {
    bytes.truncate(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
    String::from_utf8(bytes).map_err(|_| FunctionError::failed("the result is no UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_padding() {
        for written in ["YWI=", "YWI", "YW\nI="] {
            assert_eq!(from_base64(written).as_deref(), Ok(&b"ab"[..]), "{written}");
        }
        assert_eq!(base64(b"ab"), "YWI=");
        assert!(from_base64("Y?").is_err());
    }

    #[test]
    fn a_value_is_utf8_and_ends_at_a_zero() {
        assert_eq!(text(b"ab\0c".to_vec()).as_deref(), Ok("ab"));
        assert!(text(vec![0xff]).is_err());
        assert_eq!(hexadecimal(&[0x0f, 0xa0]), "0fa0");
    }
}
