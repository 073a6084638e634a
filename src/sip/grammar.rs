//! The bytes of RFC 3261 section 25: tokens, white space, quoted strings, comma lists.

use std::borrow::Cow;

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'
            | b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~');
        byte += 1;
    }
    table
};

/// Is this a byte of RFC 3261's `token`?
#[inline]
pub(crate) fn is_token_byte(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// Is this a non-empty `token`?
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

/// White space inside a header value; a fold (CRLF and a blank) counts, so values need no unfolding.
#[inline]
pub(crate) fn is_lws(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Removes white space and folds from both ends.
#[inline]
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes {
        if !is_lws(*first) {
            break;
        }
        bytes = rest;
    }
    while let [rest @ .., last] = bytes {
        if !is_lws(*last) {
            break;
        }
        bytes = rest;
    }
    bytes
}

/// Removes white space and folds from both ends of text.
#[inline]
pub(crate) fn trim_text(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// Joins folded lines: each fold and the blanks around it become one space (RFC 3261 7.3.1).
pub(crate) fn unfold(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(fold) = memchr::memchr2(b'\r', b'\n', value) else {
        return Cow::Borrowed(value);
    };
    let (before, mut rest) = value.split_at(fold);
    let mut out = Vec::with_capacity(value.len());
    out.extend_from_slice(before);
    while let Some(&byte) = rest.first() {
        if matches!(byte, b'\r' | b'\n') {
            while out.last().is_some_and(|&last| matches!(last, b' ' | b'\t')) {
                out.pop();
            }
            let blanks = rest.iter().take_while(|&&byte| is_lws(byte)).count();
            rest = rest.get(blanks..).unwrap_or_default();
            out.push(b' ');
        } else {
            out.push(byte);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    Cow::Owned(out)
}

/// Reads an unsigned decimal; leading zeros are fine, an overflow or another byte is `None`.
#[inline]
pub(crate) fn decimal(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0u32, |value, &byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

/// Length of the quoted string that `bytes` begins with, quotes included; `None` when it never ends.
pub(crate) fn quoted_len(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        let rest = bytes.get(at..)?;
        let stop = memchr::memchr2(b'"', b'\\', rest)?;
        if rest.get(stop) == Some(&b'"') {
            return Some(at + stop + 1);
        }
        at += stop + 2;
    }
}

/// The content of a quoted string without its quotes and backslashes; other text as it is.
pub(crate) fn unquote(value: &[u8]) -> Cow<'_, [u8]> {
    let value = trim(value);
    let [b'"', inner @ .., b'"'] = value else {
        return Cow::Borrowed(value);
    };
    if memchr::memchr3(b'\\', b'\r', b'\n', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let inner = unfold(inner);
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        out.push(if byte == b'\\' { bytes.next().copied().unwrap_or(byte) } else { byte });
    }
    Cow::Owned(out)
}

/// `unquote` for text.
pub(crate) fn unquote_text(value: &str) -> Cow<'_, str> {
    match unquote(value.as_bytes()) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// Puts quotes around text, with backslashes where they are needed.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(if matches!(character, '\r' | '\n' | '\0') { ' ' } else { character });
    }
    out.push('"');
    out
}

/// Where the first comma outside quotes and angle brackets is.
pub(crate) fn comma(value: &[u8]) -> Option<usize> {
    memchr::memchr(b',', value)?;
    let mut at = 0;
    loop {
        match value.get(at)? {
            b',' => return Some(at),
            b'"' => at += quoted_len(value.get(at..)?)?,
            b'<' => at += memchr::memchr(b'>', value.get(at..)?)?,
            _ => at += 1,
        }
    }
}

/// The elements of a comma list, trimmed; empty ones are skipped as RFC 3261's `#rule` ancestors allow.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    /// Splits one header value.
    #[must_use]
    pub fn of(value: &'a [u8]) -> Self {
        Self { rest: value }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while !self.rest.is_empty() {
            let (element, rest) = match comma(self.rest) {
                Some(at) => {
                    (self.rest.get(..at).unwrap_or_default(), self.rest.get(at + 1..).unwrap_or_default())
                }
                None => (self.rest, &[][..]),
            };
            self.rest = rest;
            let element = trim(element);
            if !element.is_empty() {
                return Some(element);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(value: &str, expected: &[&str]) {
        let elements: Vec<_> =
            Elements::of(value.as_bytes()).map(|element| std::str::from_utf8(element).unwrap()).collect();
        assert_eq!(elements, expected, "{value:?}");
    }

    #[test]
    fn commas_inside_quotes_and_brackets_do_not_split() {
        check("a, b ,c", &["a", "b", "c"]);
        check("", &[]);
        check(" , ,", &[]);
        check("\"a,b\" <sip:x>, <sip:y,z>", &["\"a,b\" <sip:x>", "<sip:y,z>"]);
        check("\"a\\\",b\", c", &["\"a\\\",b\"", "c"]);
        check("\"never, closed", &["\"never, closed"]);
        check("<never, closed", &["<never, closed"]);
    }

    #[test]
    fn a_fold_becomes_one_space() {
        assert_eq!(unfold(b"one \r\n\t two"), &b"one two"[..]);
        assert_eq!(unfold(b"one\n two\r\n  three"), &b"one two three"[..]);
        assert_eq!(unfold(b"plain"), &b"plain"[..]);
    }

    #[test]
    fn quoted_strings_lose_their_quotes_and_backslashes() {
        assert_eq!(unquote(br#" "a \"b\" \\" "#), &br#"a "b" \"#[..]);
        assert_eq!(unquote(b"plain"), &b"plain"[..]);
        assert_eq!(unquote(b"\""), &b"\""[..]);
        assert_eq!(unquote(b"\"\\\""), &b"\\"[..]);
    }

    #[test]
    fn decimals_do_not_wrap() {
        assert_eq!(decimal(b"0068"), Some(68));
        assert_eq!(decimal(b"4294967295"), Some(u32::MAX));
        assert_eq!(decimal(b"4294967296"), None);
        assert_eq!(decimal(b"-1"), None);
        assert_eq!(decimal(b""), None);
    }

    proptest! {
        #[test]
        fn quoting_round_trips(text in "[^\r\n\0]*") {
            let quoted = quote(&text);
            prop_assert_eq!(unquote_text(&quoted), text);
        }
    }
}
