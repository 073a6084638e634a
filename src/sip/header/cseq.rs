//! `CSeq`: the number and method of a request within its dialog (RFC 3261 20.16).

use crate::grammar::{decimal, is_lws, trim};
use crate::method::Method;

/// A sequence number and the method that it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CSeq {
    /// The number; all 32 bits are accepted though RFC 3261 stops at 31.
    pub number: u32,
    /// The method.
    pub method: Method,
}

impl CSeq {
    /// Reads a value; `None` when it is malformed.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let value = trim(value);
        let (number, method) = value.split_at(value.iter().position(|&byte| is_lws(byte))?);
        Some(Self { number: decimal(number)?, method: Method::parse(trim(method))? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: Option<(u32, Method)>) {
        let expected = expected.map(|(number, method)| CSeq { number, method });
        assert_eq!(CSeq::parse(value.as_bytes()), expected, "{value:?}");
    }

    #[test]
    fn numbers_are_32_bits_and_may_have_zeros_in_front() {
        check("0009\r\n  INVITE", Some((9, Method::Invite)));
        check("4294967295 FOO", Some((u32::MAX, Method::Other("FOO".into()))));
        check("36893488147419103232 REGISTER", None);
        check("-1 BYE", None);
        check("1", None);
        check("INVITE 1", None);
        check("1 IN VITE", None);
    }
}
