//! `MessageBuilder`: writes a message once; what it gives is what retransmissions send.

use super::header_list::write_value;
use super::{Body, HeaderList};
use crate::header::Name;
use crate::method::Method;
use crate::status::StatusCode;
use bytes::Bytes;
use std::fmt::Display;
use std::io::Write as _;

/// A message being written, header by header in the order of the calls.
#[derive(Debug, Clone)]
pub struct MessageBuilder {
    out: Vec<u8>,
}

impl MessageBuilder {
    /// Begins a request.
    #[must_use]
    pub fn request(method: &Method, uri: &str) -> Self {
        let mut out = Vec::with_capacity(1024);
        write_value(&mut out, method.as_str().as_bytes());
        out.push(b' ');
        write_value(&mut out, uri.as_bytes());
        out.extend_from_slice(b" SIP/2.0\r\n");
        Self { out }
    }

    /// Begins a response; without a reason the code's own phrase is written.
    #[must_use]
    pub fn response(status: StatusCode, reason: Option<&str>) -> Self {
        let mut out = Vec::with_capacity(1024);
        // Writing into a Vec cannot fail.
        let _ = write!(out, "SIP/2.0 {status} ");
        write_value(&mut out, reason.unwrap_or(status.reason()).as_bytes());
        out.extend_from_slice(b"\r\n");
        Self { out }
    }

    /// Writes a header; line ends in its value become blanks. The name must not be [`Name::Other`].
    pub fn header(&mut self, name: Name, value: impl AsRef<[u8]>) -> &mut Self {
        self.name(name);
        write_value(&mut self.out, value.as_ref());
        self.out.extend_from_slice(b"\r\n");
        self
    }

    /// Writes a header whose value is made from parts.
    pub fn header_display(&mut self, name: Name, value: impl Display) -> &mut Self {
        self.name(name);
        let start = self.out.len();
        let _ = write!(self.out, "{value}");
        for byte in self.out.iter_mut().skip(start) {
            if matches!(byte, b'\r' | b'\n') {
                *byte = b' ';
            }
        }
        self.out.extend_from_slice(b"\r\n");
        self
    }

    fn name(&mut self, name: Name) {
        self.out.extend_from_slice(name.as_str().as_bytes());
        self.out.extend_from_slice(b": ");
    }

    /// Writes checked headers.
    pub fn headers(&mut self, list: &HeaderList) -> &mut Self {
        self.out.extend_from_slice(list.as_bytes());
        self
    }

    /// Writes lines that end in CRLF and were checked before.
    pub(crate) fn lines(&mut self, lines: &[u8]) -> &mut Self {
        self.out.extend_from_slice(lines);
        self
    }

    /// Writes Content-Type, Content-Length and the body, and gives the message.
    #[must_use]
    pub fn finish(mut self, body: Option<&Body>) -> Bytes {
        let content = body.map_or(&[][..], |body| &body.content);
        if let Some(body) = body {
            self.header(Name::ContentType, body.content_type.as_bytes());
        }
        let _ = write!(self.out, "Content-Length: {}\r\n\r\n", content.len());
        self.out.extend_from_slice(content);
        Bytes::from(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_message_is_written_in_the_order_of_the_calls() {
        let mut builder = MessageBuilder::response(StatusCode::BUSY_HERE, None);
        builder.header(Name::To, "<sip:a@b>").header_display(Name::RetryAfter, 5);
        builder.headers(&HeaderList::new().with(Name::Server, "Obelus"));
        let text = builder.finish(Some(&Body::sdp("v=0\r\n")));
        expect![[r#"
            SIP/2.0 486 Busy Here
            To: <sip:a@b>
            Retry-After: 5
            Server: Obelus
            Content-Type: application/sdp
            Content-Length: 5

            v=0
        "#]]
        .assert_eq(&String::from_utf8(text.to_vec()).unwrap().replace('\r', ""));
    }
}
