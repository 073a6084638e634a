//! `call_id_of`: the Call-ID of bytes that nobody has parsed.

use super::{LineEnd, next_line};
use crate::grammar::trim;
use crate::header::Name;

/// Finds the Call-ID by a scan of line starts, so that a message can be given to the worker that owns the call.
///
/// What it finds is what the parser would; `None` when there is no such header.
#[must_use]
pub fn call_id_of(bytes: &[u8]) -> Option<&[u8]> {
    let skipped = bytes.iter().take_while(|&&byte| matches!(byte, b'\r' | b'\n')).count();
    let mut at = next_line(bytes, skipped)?.next;
    loop {
        let line = next_line(bytes, at).unwrap_or(LineEnd { end: bytes.len(), next: bytes.len() });
        if line.end <= at {
            return None;
        }
        if let Some(value) = value_of(bytes, at, line) {
            return Some(value);
        }
        at = line.next;
    }
}

fn value_of(bytes: &[u8], start: usize, mut line: LineEnd) -> Option<&[u8]> {
    if !matches!(bytes.get(start), Some(b'C' | b'c' | b'I' | b'i')) {
        return None;
    }
    let colon = start + memchr::memchr(b':', bytes.get(start..line.end)?)?;
    if Name::of(trim(bytes.get(start..colon)?)) != Name::CallId {
        return None;
    }
    while matches!(bytes.get(line.next), Some(b' ' | b'\t')) {
        line = next_line(bytes, line.next).unwrap_or(LineEnd { end: bytes.len(), next: bytes.len() });
    }
    Some(trim(bytes.get(colon + 1..line.end)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Limits, Message, parse};
    use bytes::Bytes;
    use proptest::prelude::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(call_id_of(text.as_bytes()), expected.map(str::as_bytes), "{text:?}");
    }

    #[test]
    fn it_is_found_in_every_spelling() {
        check("A sip:b SIP/2.0\r\nCall-ID: abc@host\r\n\r\n", Some("abc@host"));
        check("\r\nA sip:b SIP/2.0\r\nContact: x\r\ncALL-id  :\r\n\tabc \r\n\r\n", Some("abc"));
        check("A sip:b SIP/2.0\ni:abc", Some("abc"));
        check("A sip:b SIP/2.0\r\nX: y\r\n\r\nCall-ID: in the body", None);
        check("Call-ID: first line is no header\r\n\r\n", None);
        check("", None);
    }

    proptest! {
        #[test]
        fn scan_and_parser_agree(lines in proptest::collection::vec("(Call-ID|i|I|CALL-ID|c|X|Contact)[ ]{0,2}(:|;)[ \t]{0,2}[a-z@ ]{0,8}(\r\n [a-z]{0,3})?", 0..6)) {
            let text = format!("A sip:b SIP/2.0\r\n{}\r\n\r\n", lines.join("\r\n"));
            if let Ok(Message::Request(request)) = parse(Bytes::from(text.clone()), &Limits::default()) {
                prop_assert_eq!(call_id_of(text.as_bytes()), request.value(Name::CallId));
            }
        }
    }
}
