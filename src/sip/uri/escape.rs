//! Percent escapes: kept as they came, decoded only to compare or to use.

use std::borrow::Cow;

/// Decodes `%HH`; a `%` that begins no escape stays.
#[must_use]
pub fn percent_decode(text: &str) -> Cow<'_, [u8]> {
    if memchr::memchr(b'%', text.as_bytes()).is_none() {
        return Cow::Borrowed(text.as_bytes());
    }
    Cow::Owned(Units::of(text.as_bytes()).map(|unit| unit.byte).collect())
}

/// Escapes what may not stand in a URI's user part (RFC 3261 25.1 `user`).
#[must_use]
pub fn percent_encode_user(user: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(&byte);
    if user.bytes().all(is_plain) {
        return Cow::Borrowed(user);
    }
    let mut out = String::with_capacity(user.len() + 8);
    for byte in user.bytes() {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    Cow::Owned(out)
}

/// One byte of a text, and whether it was written as an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) byte: u8,
    pub(super) escaped: bool,
}

/// Walks over a text, decoding escapes.
pub(super) struct Units<'a> {
    rest: &'a [u8],
}

impl<'a> Units<'a> {
    pub(super) fn of(rest: &'a [u8]) -> Self {
        Self { rest }
    }
}

impl Iterator for Units<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        if let [b'%', high, low, rest @ ..] = self.rest
            && let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low))
        {
            self.rest = rest;
            return Some(Unit { byte: high << 4 | low, escaped: true });
        }
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(Unit { byte, escaped: false })
    }
}

pub(crate) fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_percent_sign_that_begins_no_escape_stays() {
        assert_eq!(percent_decode("100%"), &b"100%"[..]);
        assert_eq!(percent_decode("%zz%41"), &b"%zzA"[..]);
        assert_eq!(percent_decode("%00"), &b"\0"[..]);
    }

    proptest! {
        #[test]
        fn an_encoded_user_decodes_to_itself(user in ".*") {
            let encoded = percent_encode_user(&user);
            prop_assert_eq!(percent_decode(&encoded).into_owned(), user.as_bytes().to_vec());
        }
    }
}
