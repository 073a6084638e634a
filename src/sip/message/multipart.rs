//! Multipart bodies (RFC 2046 5.1): the parts, and the one of a wanted type.

use super::{LineEnd, next_line};
use crate::grammar::{trim, unquote_text};
use crate::header::{ContentType, Name, Value};

/// One part of a multipart body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// What it is; `None` when it does not say, which means `text/plain`.
    pub content_type: Option<ContentType<'a>>,
    /// How it is meant, as in `session;handling=required`.
    pub disposition: Option<Value<'a>>,
    /// The bytes.
    pub content: &'a [u8],
}

/// The parts between the boundaries of a body, in order.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    boundary: Box<[u8]>,
    rest: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    /// Splits a body of that type; there are no parts when the type names no boundary.
    #[must_use]
    pub fn of(content_type: &ContentType<'_>, body: &'a [u8]) -> Self {
        let boundary = content_type.params.value("boundary").map(unquote_text).unwrap_or_default();
        let boundary: Box<[u8]> = [b"--", boundary.as_bytes()].concat().into();
        let first = (boundary.len() > 2).then(|| find_boundary(&boundary, body)).flatten();
        let rest = first.filter(|found| !found.last).and_then(|found| body.get(found.next..));
        Self { boundary, rest }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let rest = self.rest.take()?;
        // A body that was cut off ends its last part.
        let Some(found) = find_boundary(&self.boundary, rest) else { return Some(part(rest)) };
        if !found.last {
            self.rest = rest.get(found.next..);
        }
        Some(part(rest.get(..found.end).unwrap_or_default()))
    }
}

struct Boundary {
    /// Where the part before it ends: the line end before a boundary belongs to the boundary.
    end: usize,
    next: usize,
    last: bool,
}

fn find_boundary(boundary: &[u8], bytes: &[u8]) -> Option<Boundary> {
    let mut before = 0;
    let mut at = 0;
    while at < bytes.len() {
        let line = next_line(bytes, at).unwrap_or(LineEnd { end: bytes.len(), next: bytes.len() });
        let text = bytes.get(at..line.end).unwrap_or_default();
        if let Some(after) = text.strip_prefix(boundary) {
            let after = trim(after);
            if after.is_empty() || after == b"--" {
                return Some(Boundary { end: before, next: line.next, last: !after.is_empty() });
            }
        }
        before = line.end;
        at = line.next;
    }
    None
}

fn part(bytes: &[u8]) -> Part<'_> {
    let mut part = Part { content_type: None, disposition: None, content: &[] };
    let mut at = 0;
    loop {
        let mut line = next_line(bytes, at).unwrap_or(LineEnd { end: bytes.len(), next: bytes.len() });
        if line.end <= at {
            part.content = bytes.get(line.next..).unwrap_or_default();
            return part;
        }
        while matches!(bytes.get(line.next), Some(b' ' | b'\t')) {
            line = next_line(bytes, line.next).unwrap_or(LineEnd { end: bytes.len(), next: bytes.len() });
        }
        let text = bytes.get(at..line.end).unwrap_or_default();
        if let Some(colon) = memchr::memchr(b':', text) {
            let (name, value) = text.split_at(colon);
            let value = value.get(1..).unwrap_or_default();
            match Name::of(trim(name)) {
                Name::ContentType => part.content_type = ContentType::parse(value),
                Name::ContentDisposition => part.disposition = Value::parse(value),
                _ => {}
            }
        }
        at = line.next;
    }
}

/// Multiparts inside multiparts are followed this deep.
const DEPTH: u32 = 4;

/// Finds the first non-empty part of a media type: the body itself, or a part of a multipart body.
#[must_use]
pub fn find_part<'a>(content_type: &ContentType<'_>, body: &'a [u8], media: &str) -> Option<&'a [u8]> {
    find_at_depth(content_type, body, media, 0)
}

fn find_at_depth<'a>(
    content_type: &ContentType<'_>,
    body: &'a [u8],
    media: &str,
    depth: u32,
) -> Option<&'a [u8]> {
    if content_type.is(media) {
        return (!body.is_empty()).then_some(body);
    }
    if !content_type.is_multipart() || depth == DEPTH {
        return None;
    }
    Parts::of(content_type, body)
        .find_map(|part| find_at_depth(&part.content_type?, part.content, media, depth + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(content_type: &str, body: &str, expected: Option<&str>) {
        let content_type = ContentType::parse(content_type.as_bytes()).unwrap();
        let found = find_part(&content_type, body.as_bytes(), "application/sdp");
        assert_eq!(found, expected.map(str::as_bytes), "{body:?}");
    }

    #[test]
    fn the_session_description_is_found_among_the_parts() {
        check("application/sdp", "v=0\r\n", Some("v=0\r\n"));
        check("application/sdp", "", None);
        let body = "preamble\r\n--b1\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1 \r\nc: application/SDP\r\nContent-Disposition: session;\r\n handling=required\r\n\r\nv=0\r\ns=-\r\n--b1--\r\nepilogue";
        check("multipart/mixed;boundary=\"b1\"", body, Some("v=0\r\ns=-"));
        check("multipart/mixed;boundary=b1", body, Some("v=0\r\ns=-"));
        check("multipart/mixed", body, None);
        check("multipart/mixed;boundary=b2", body, None);
    }

    #[test]
    fn parts_may_be_nested_or_cut_off() {
        check(
            "multipart/mixed;boundary=a",
            "--a\nContent-Type: multipart/alternative;boundary=bb\n\n--bb\nContent-Type: application/sdp\n\nv=0\n--bb--\n--a--\n",
            Some("v=0"),
        );
        check(
            "multipart/mixed;boundary=a",
            "--a\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n",
            Some("v=0\r\n"),
        );
    }

    #[test]
    fn an_empty_part_is_a_part() {
        let content_type = ContentType::parse(b"multipart/mixed;boundary=x").unwrap();
        let parts: Vec<_> = Parts::of(&content_type, b"--x\r\n--x\r\n\r\n\r\n--x--").collect();
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| part.content.is_empty() && part.content_type.is_none()));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in "(--b|--b--|\r\n|\n|c: application/sdp| |[a-z]){0,20}") {
            let content_type = ContentType::parse(b"multipart/mixed;boundary=b").unwrap();
            let _ = find_part(&content_type, body.as_bytes(), "application/sdp");
        }
    }
}
