//! The parser: one pass over the bytes finds every line; values are read when somebody asks.

use super::headers::Slot;
use super::{Headers, Limits, Message, Request, Response, Span};
use crate::error::ParseError;
use crate::grammar::{decimal, is_lws, trim};
use crate::header::Name;
use crate::method::Method;
use crate::status::StatusCode;
use crate::uri::Uri;
use bytes::Bytes;

/// A message that cannot be served.
#[derive(Debug, Clone)]
pub struct Malformed {
    /// What is wrong.
    pub error: ParseError,
    /// As much of the request as was found, when a reply can be made from it.
    ///
    /// There is none for a response, an ACK, or a request without the headers that a reply copies.
    pub request: Option<Box<Request>>,
}

/// Reads a message that fills the whole buffer, as a datagram or a framed part of a stream.
///
/// Line ends may be CRLF or LF; line ends before the first line are passed over (RFC 3261 7.5). Bytes after
/// Content-Length are left out of the body (RFC 3261 18.3). Values are not checked here: see
/// [`Headers::essentials`].
///
/// # Errors
/// [`Malformed`] says what is wrong and whether a reply is possible.
pub fn parse(bytes: Bytes, limits: &Limits) -> Result<Message, Malformed> {
    if bytes.len() > u32::MAX as usize {
        return Err(unanswerable(ParseError::TooLarge { limit: limits.message }));
    }
    let mut fault = (bytes.len() > limits.message).then_some(ParseError::TooLarge { limit: limits.message });
    let skipped = bytes.iter().take_while(|&&byte| matches!(byte, b'\r' | b'\n')).count();
    let Some(line) = next_line(&bytes, skipped) else {
        return Err(unanswerable(if skipped == bytes.len() {
            ParseError::Empty
        } else {
            ParseError::NotSip
        }));
    };
    let start = match start_line(bytes.get(skipped..line.end).unwrap_or_default(), skipped, limits) {
        Ok(start) => start,
        Err((error, Some(method))) => {
            fault = fault.or(Some(error));
            Start::Request(method, Span::default())
        }
        Err((error, None)) => return Err(unanswerable(error)),
    };
    let (headers, header_fault) = find_headers(bytes, line.next, limits);
    match (start, fault.or(header_fault)) {
        (Start::Request(method, uri), None) => Ok(Message::Request(Request { method, uri, headers })),
        (Start::Response(status, reason), None) => {
            Ok(Message::Response(Response { status, reason, headers }))
        }
        (Start::Request(method, uri), Some(error)) => {
            let request = Request { method, uri, headers };
            let request = request.can_be_answered().then(|| Box::new(request));
            Err(Malformed { error, request })
        }
        (Start::Response(..), Some(error)) => Err(unanswerable(error)),
    }
}

fn unanswerable(error: ParseError) -> Malformed {
    Malformed { error, request: None }
}

impl Request {
    /// Are the headers there that every reply copies (RFC 3261 8.2.6.2)?
    pub(crate) fn can_be_answered(&self) -> bool {
        self.method != Method::Ack
            && self.via().is_ok()
            && [Name::From, Name::To, Name::CallId, Name::CSeq].iter().all(|&name| self.headers.has(name))
    }
}

enum Start {
    Request(Method, Span),
    Response(StatusCode, Span),
}

/// On an error the method is given back when the line is a request's, so that it can be answered.
fn start_line(line: &[u8], offset: usize, limits: &Limits) -> Result<Start, (ParseError, Option<Method>)> {
    if line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"SIP/")) {
        return status_line(line, offset).map_err(|error| (error, None));
    }
    let first = memchr::memchr(b' ', line).ok_or((ParseError::NotSip, None))?;
    let (method, rest) = line.split_at(first);
    let method = Method::parse(method).ok_or((ParseError::NotSip, None))?;
    let last = memchr::memrchr(b' ', trim_end(rest)).unwrap_or(0);
    let (uri, version) = rest.split_at(last.max(1));
    let uri = uri.get(1..).unwrap_or_default();
    let checked = if line.len() > limits.line {
        Err(ParseError::RequestUriTooLong { limit: limits.line })
    } else {
        check_version(trim(version)).and_then(|()| check_uri(uri))
    };
    match checked {
        Ok(()) => Ok(Start::Request(method, span(offset + first + 1, uri.len()))),
        Err(error) => Err((error, Some(method))),
    }
}

fn trim_end(line: &[u8]) -> &[u8] {
    let blanks = line.iter().rev().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    line.get(..line.len() - blanks).unwrap_or_default()
}

fn check_version(version: &[u8]) -> Result<(), ParseError> {
    if version.eq_ignore_ascii_case(b"SIP/2.0") {
        return Ok(());
    }
    let is_sip = version.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"SIP/"));
    Err(if is_sip { ParseError::Version } else { ParseError::RequestLine })
}

fn check_uri(uri: &[u8]) -> Result<(), ParseError> {
    let text = std::str::from_utf8(uri).map_err(|_| ParseError::RequestLine)?;
    match Uri::parse(text) {
        Ok(Uri::Sip(sip)) if sip.headers.is_some() => Err(ParseError::RequestUriHeaders),
        Ok(_) => Ok(()),
        Err(error) => Err(ParseError::RequestUri(error)),
    }
}

fn status_line(line: &[u8], offset: usize) -> Result<Start, ParseError> {
    let (version, rest) = line.split_at(line.len().min(7));
    if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        return Err(ParseError::Version);
    }
    let code = rest.get(1..4).and_then(decimal).and_then(|code| u16::try_from(code).ok());
    let status = code.and_then(StatusCode::new).ok_or(ParseError::StatusLine)?;
    if rest.first() != Some(&b' ') || !matches!(rest.get(4), None | Some(b' ')) {
        return Err(ParseError::StatusLine);
    }
    let reason = rest.get(5..).unwrap_or_default();
    Ok(Start::Response(status, span(offset + 12, reason.len())))
}

fn span(start: usize, len: usize) -> Span {
    // The message's length was checked against u32::MAX.
    Span { start: start as u32, len: len as u32 }
}

/// Where a line ends and the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineEnd {
    /// The first byte of the line end.
    pub(crate) end: usize,
    /// The first byte after it.
    pub(crate) next: usize,
}

/// Finds the line that begins at `from`; `None` when no line end follows.
#[inline]
pub(crate) fn next_line(bytes: &[u8], from: usize) -> Option<LineEnd> {
    let rest = bytes.get(from..)?;
    let feed = memchr::memchr(b'\n', rest)?;
    let has_return = feed > 0 && rest.get(feed - 1) == Some(&b'\r');
    Some(LineEnd { end: from + feed - usize::from(has_return), next: from + feed + 1 })
}

/// Finds every header line and the body; the first fault is given beside what was found.
fn find_headers(bytes: Bytes, from: usize, limits: &Limits) -> (Headers, Option<ParseError>) {
    let mut slots = Vec::with_capacity(32);
    let mut seen = Seen::default();
    let mut at = from;
    let mut fault = None;
    let body_start = loop {
        // A head that just ends, without the empty line, is taken as complete.
        let line = next_line(&bytes, at).unwrap_or(LineEnd { end: bytes.len(), next: bytes.len() });
        if line.end <= at {
            break line.next;
        }
        let line = with_folds(&bytes, line);
        if slots.len() == limits.headers {
            fault = Some(ParseError::TooManyHeaders { limit: limits.headers });
            break bytes.len();
        }
        if line.end - at > limits.line {
            fault = Some(ParseError::LineTooLong { limit: limits.line });
        } else {
            let slot = slot(&bytes, at, line.end);
            seen.note(&bytes, &slot);
            slots.push(slot);
        }
        at = line.next;
    };
    let (body, body_fault) = seen.body(bytes.len(), body_start.min(bytes.len()));
    (Headers { bytes, slots, body, repeated: seen.repeated }, fault.or(body_fault))
}

/// Lengthens a line by the lines that begin with a blank (RFC 3261 7.3.1).
#[inline]
fn with_folds(bytes: &[u8], mut line: LineEnd) -> LineEnd {
    while matches!(bytes.get(line.next), Some(b' ' | b'\t')) {
        line = next_line(bytes, line.next).unwrap_or(LineEnd { end: bytes.len(), next: bytes.len() });
    }
    line
}

fn slot(bytes: &[u8], start: usize, end: usize) -> Slot {
    let line = bytes.get(start..end).unwrap_or_default();
    // No fold may stand before the colon (RFC 3261 25.1 HCOLON).
    let colon = memchr::memchr2(b':', b'\n', line)
        .filter(|&found| line.get(found) == Some(&b':') && found <= usize::from(u16::MAX));
    let (name, value_at) = match colon {
        Some(colon) => (line.get(..colon).unwrap_or_default(), colon + 1),
        None => (&[][..], 0),
    };
    let blanks = name.iter().rev().take_while(|&&byte| is_lws(byte)).count();
    let name = name.get(..name.len() - blanks).unwrap_or_default();
    let value = line.get(value_at..).unwrap_or_default();
    let trimmed = trim(value);
    let lead = value.iter().take_while(|&&byte| is_lws(byte)).count().min(value.len() - trimmed.len());
    let value = span(start + value_at + lead, trimmed.len());
    Slot {
        name_start: start as u32,
        value_start: value.start,
        value_len: value.len,
        name_len: name.len() as u16,
        name: Name::of(name),
    }
}

/// What the scan notes on its way: headers that came twice, and the body's length.
#[derive(Default)]
struct Seen {
    single: u128,
    repeated: Option<Name>,
    content_length: Option<Option<usize>>,
}

impl Seen {
    #[inline]
    fn note(&mut self, bytes: &[u8], slot: &Slot) {
        if !slot.name.is_single() {
            return;
        }
        let bit = 1u128 << (slot.name as u8);
        if self.single & bit != 0 && self.repeated.is_none() {
            self.repeated = Some(slot.name);
        }
        self.single |= bit;
        if slot.name == Name::ContentLength {
            let start = slot.value_start as usize;
            let value = bytes.get(start..start + slot.value_len as usize).unwrap_or_default();
            self.content_length = Some(decimal(value).map(|length| length as usize));
        }
    }

    fn body(&self, total: usize, start: usize) -> (Span, Option<ParseError>) {
        let present = total - start;
        match self.content_length {
            None => (span(start, present), None),
            Some(None) => (span(start, 0), Some(ParseError::Invalid(Name::ContentLength))),
            Some(Some(_)) if self.repeated == Some(Name::ContentLength) => {
                (span(start, 0), Some(ParseError::Repeated(Name::ContentLength)))
            }
            Some(Some(declared)) if declared > present => {
                (span(start, present), Some(ParseError::BodyShort { declared, present }))
            }
            Some(Some(declared)) => (span(start, declared), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &'static str) -> Result<Message, Malformed> {
        parse(Bytes::from_static(text.as_bytes()), &Limits::default())
    }

    fn check_error(text: &'static str, error: ParseError, answerable: bool) {
        let malformed = read(text).unwrap_err();
        assert_eq!((malformed.error, malformed.request.is_some()), (error, answerable), "{text:?}");
    }

    const HEAD: &str = "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n";

    fn with_head(start: &str, end: &str) -> &'static str {
        Box::leak(format!("{start}\r\n{HEAD}{end}").into_boxed_str())
    }

    #[test]
    fn a_request_is_found_line_by_line() {
        let text = "\r\n\r\nINVITE sip:bob@example.com SIP/2.0\r\nv: SIP/2.0/UDP h\r\nX-Odd :  one\r\n  two\r\nno colon here\nl: 4\r\n\r\nbodyrest";
        let Ok(Message::Request(request)) = read(text) else { panic!("a request") };
        assert_eq!((request.method(), request.uri_text()), (&Method::Invite, "sip:bob@example.com"));
        assert_eq!(request.value(Name::Via), Some(&b"SIP/2.0/UDP h"[..]));
        assert_eq!(request.values_named("x-odd").next(), Some(&b"one\r\n  two"[..]));
        assert_eq!(request.iter().nth(2), Some((&b""[..], &b"no colon here"[..])));
        assert_eq!(request.body(), b"body");
    }

    #[test]
    fn a_response_may_lack_its_reason() {
        for (text, reason) in [
            ("SIP/2.0 100 \r\n\r\n", ""),
            ("SIP/2.0 180\r\n\r\n", ""),
            ("sip/2.0 200 Ja, gut\r\n\r\n", "Ja, gut"),
        ] {
            let Ok(Message::Response(response)) = read(text) else { panic!("{text}") };
            assert_eq!(response.reason(), reason.as_bytes());
        }
    }

    #[test]
    fn faults_of_the_first_line_are_named_and_answered_when_they_can_be() {
        check_error("", ParseError::Empty, false);
        check_error("\r\n\r\n", ParseError::Empty, false);
        check_error("hello", ParseError::NotSip, false);
        check_error("GET / HTTP/1.1\r\n\r\n", ParseError::RequestLine, false);
        check_error("SIP/2.0 4294967301 better not\r\n\r\n", ParseError::StatusLine, false);
        check_error("SIP/2.0 099 x\r\n\r\n", ParseError::StatusLine, false);
        check_error("SIP/3.0 200 x\r\n\r\n", ParseError::Version, false);
        check_error(with_head("OPTIONS sip:a@b SIP/7.0", "\r\n"), ParseError::Version, true);
        check_error(with_head("ACK sip:a@b SIP/7.0", "\r\n"), ParseError::Version, false);
        check_error(with_head("OPTIONS sip:a@b", "\r\n"), ParseError::RequestLine, true);
        check_error(with_head("OPTIONS sip:a@b?x=y SIP/2.0", "\r\n"), ParseError::RequestUriHeaders, true);
        check_error(
            with_head("OPTIONS  sip:a@b SIP/2.0", "\r\n"),
            ParseError::RequestUri(crate::uri::UriError::Character),
            true,
        );
    }

    #[test]
    fn content_length_must_be_one_number_that_the_body_reaches() {
        let start = "INVITE sip:a@b SIP/2.0";
        check_error(
            with_head(start, "l: 5\r\n\r\nbody"),
            ParseError::BodyShort { declared: 5, present: 4 },
            true,
        );
        check_error(with_head(start, "l: -999\r\n\r\n"), ParseError::Invalid(Name::ContentLength), true);
        check_error(
            with_head(start, "l: 1\r\nContent-Length: 1\r\n\r\nx"),
            ParseError::Repeated(Name::ContentLength),
            true,
        );
    }

    #[test]
    fn limits_hold() {
        let limits = Limits { message: 100, headers: 2, line: 30 };
        let error = |text: String| parse(Bytes::from(text), &limits).unwrap_err().error;
        assert_eq!(error("x".repeat(101)), ParseError::NotSip);
        assert_eq!(
            error(format!("A sip:b SIP/2.0\r\n\r\n{}", "x".repeat(90))),
            ParseError::TooLarge { limit: 100 }
        );
        assert_eq!(
            error("A sip:b SIP/2.0\r\na: 1\r\nb: 2\r\nc: 3\r\n\r\n".into()),
            ParseError::TooManyHeaders { limit: 2 }
        );
        assert_eq!(
            error(format!("A sip:b SIP/2.0\r\na: {}\r\n\r\n", "x".repeat(30))),
            ParseError::LineTooLong { limit: 30 }
        );
        assert_eq!(
            error(format!("A sip:{} SIP/2.0\r\n\r\n", "x".repeat(30))),
            ParseError::RequestUriTooLong { limit: 30 }
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(Bytes::from(bytes), &Limits::default());
        }

        #[test]
        fn lines_of_any_bytes_pass_verbatim(value in "[ -~]{0,40}") {
            let text = format!("FOO sip:a SIP/2.0\r\nX-Any: {value}\r\n\r\n");
            let Ok(Message::Request(request)) = parse(Bytes::from(text), &Limits::default()) else {
                panic!("a request")
            };
            prop_assert_eq!(request.values_named("x-any").next(), Some(value.trim_matches(' ').as_bytes()));
        }
    }
}
