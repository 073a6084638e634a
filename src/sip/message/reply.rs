//! `ReplyTemplate`: what every response to a request copies from it, written once.

use super::{MessageBuilder, Request};
use crate::header::{Name, Via};
use crate::status::StatusCode;
use std::net::SocketAddr;

/// The lines that RFC 3261 8.2.6.2 copies into each response: Via, Record-Route, From, To, Call-ID, CSeq.
#[derive(Debug, Clone)]
pub struct ReplyTemplate {
    text: Box<[u8]>,
    /// Via lines end here; Record-Route lines follow.
    vias: usize,
    /// Record-Route lines end here; From and To follow.
    record_routes: usize,
    /// To's value ends here; its line end, Call-ID and CSeq follow.
    to: usize,
    /// CSeq's line ends here; Timestamp follows.
    cseq: usize,
    has_to_tag: bool,
}

impl ReplyTemplate {
    /// Copies the lines; the topmost Via gets the real source (RFC 3261 18.2.1, RFC 3581).
    #[must_use]
    pub fn new(request: &Request, source: SocketAddr, force_rport: bool) -> Self {
        let mut text = Vec::with_capacity(512);
        for (index, element) in request.elements(Name::Via).enumerate() {
            text.extend_from_slice(b"Via: ");
            match Via::parse(element) {
                Some(via) if index == 0 => via.write_with_source(&mut text, source, force_rport),
                _ => copy(&mut text, element),
            }
            text.extend_from_slice(b"\r\n");
        }
        let vias = text.len();
        for value in request.values(Name::RecordRoute) {
            line(&mut text, Name::RecordRoute, value);
        }
        let record_routes = text.len();
        line(&mut text, Name::From, request.value(Name::From).unwrap_or_default());
        text.extend_from_slice(b"To: ");
        copy(&mut text, request.value(Name::To).unwrap_or_default());
        let to = text.len();
        text.extend_from_slice(b"\r\n");
        line(&mut text, Name::CallId, request.value(Name::CallId).unwrap_or_default());
        line(&mut text, Name::CSeq, request.value(Name::CSeq).unwrap_or_default());
        let cseq = text.len();
        if let Some(timestamp) = request.value(Name::Timestamp) {
            line(&mut text, Name::Timestamp, timestamp);
        }
        let has_to_tag = request.to().is_ok_and(|to| to.tag().is_some());
        Self { text: text.into(), vias, record_routes, to, cseq, has_to_tag }
    }

    /// Begins a response: the status line and the copied lines.
    ///
    /// The tag is added to To unless it has one or the status is 100. Record-Route is copied into 101 to 299,
    /// which can make a dialog (RFC 3261 12.1.1); Timestamp into 100 (RFC 3261 8.2.6.1).
    #[must_use]
    pub fn begin(&self, status: StatusCode, reason: Option<&str>, tag: &str) -> MessageBuilder {
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let is_trying = status == StatusCode::TRYING;
        let mut builder = MessageBuilder::response(status, reason);
        builder.lines(part(0, self.vias));
        if !is_trying && !status.is_failure() {
            builder.lines(part(self.vias, self.record_routes));
        }
        builder.lines(part(self.record_routes, self.to));
        if !self.has_to_tag && !is_trying {
            builder.lines(b";tag=").lines(tag.as_bytes());
        }
        builder.lines(part(self.to, self.cseq));
        if is_trying {
            builder.lines(part(self.cseq, self.text.len()));
        }
        builder
    }

    /// Had the request a tag in To, so that it belongs to a dialog?
    #[must_use]
    pub fn has_to_tag(&self) -> bool {
        self.has_to_tag
    }
}

fn line(out: &mut Vec<u8>, name: Name, value: &[u8]) {
    out.extend_from_slice(name.as_str().as_bytes());
    out.extend_from_slice(b": ");
    copy(out, value);
    out.extend_from_slice(b"\r\n");
}

/// Copies a value on one line: folds become blanks.
fn copy(out: &mut Vec<u8>, value: &[u8]) {
    super::header_list::write_value(out, &crate::grammar::unfold(value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Limits, Message, parse};
    use bytes::Bytes;
    use expect_test::{Expect, expect};

    fn check(status: StatusCode, to: &str, expected: &Expect) {
        let text = format!(
            "INVITE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1;rport, SIP/2.0/TCP\r\n b\r\nTimestamp: 54\r\nCSeq: 1 INVITE\r\n\
             From: A\r\n <sip:a@a>;tag=1\r\nRecord-Route: <sip:p;lr>\r\nTo: {to}\r\ni: x\r\n\r\n"
        );
        let Ok(Message::Request(request)) = parse(Bytes::from(text), &Limits::default()) else {
            panic!("a request")
        };
        let template = ReplyTemplate::new(&request, "192.0.2.1:99".parse().unwrap(), false);
        let reply = template.begin(status, None, "T").finish(None);
        expected.assert_eq(&String::from_utf8(reply.to_vec()).unwrap().replace('\r', ""));
    }

    #[test]
    fn trying_has_the_timestamp_and_no_tag() {
        check(
            StatusCode::TRYING,
            "<sip:b@c>",
            &expect![[r#"
                SIP/2.0 100 Trying
                Via: SIP/2.0/UDP a;branch=z9hG4bK1;rport=99;received=192.0.2.1
                Via: SIP/2.0/TCP b
                From: A <sip:a@a>;tag=1
                To: <sip:b@c>
                Call-ID: x
                CSeq: 1 INVITE
                Timestamp: 54
                Content-Length: 0

            "#]],
        );
    }

    #[test]
    fn a_dialog_making_response_has_the_tag_and_the_route() {
        check(
            StatusCode::OK,
            "<sip:b@c>",
            &expect![[r#"
                SIP/2.0 200 OK
                Via: SIP/2.0/UDP a;branch=z9hG4bK1;rport=99;received=192.0.2.1
                Via: SIP/2.0/TCP b
                Record-Route: <sip:p;lr>
                From: A <sip:a@a>;tag=1
                To: <sip:b@c>;tag=T
                Call-ID: x
                CSeq: 1 INVITE
                Content-Length: 0

            "#]],
        );
    }

    #[test]
    fn a_tag_that_is_there_stays() {
        check(
            StatusCode::BUSY_HERE,
            "<sip:b@c>;tag=old",
            &expect![[r#"
                SIP/2.0 486 Busy Here
                Via: SIP/2.0/UDP a;branch=z9hG4bK1;rport=99;received=192.0.2.1
                Via: SIP/2.0/TCP b
                From: A <sip:a@a>;tag=1
                To: <sip:b@c>;tag=old
                Call-ID: x
                CSeq: 1 INVITE
                Content-Length: 0

            "#]],
        );
    }
}
