//! Requests that are made from an INVITE: the ACK of a failure (RFC 3261 17.1.1.3) and CANCEL (RFC 3261 9.1).

use crate::header::Name;
use crate::message::{HeaderList, Limits, Message, MessageBuilder, Request, Response, parse};
use crate::method::Method;
use bytes::Bytes;

/// Reads a request that this side wrote; `None` cannot happen for one that was written whole.
pub(crate) fn own_request(bytes: &Bytes) -> Option<Request> {
    let limits = Limits { message: usize::MAX, headers: usize::MAX, line: usize::MAX };
    match parse(bytes.clone(), &limits) {
        Ok(Message::Request(request)) => Some(request),
        Ok(Message::Response(_)) | Err(_) => None,
    }
}

/// The ACK for a failure response, which goes the INVITE's way with the INVITE's branch.
pub(crate) fn ack_for_failure(invite: &Bytes, response: &Response) -> Option<Bytes> {
    let invite = own_request(invite)?;
    let mut builder = begin(&invite, &Method::Ack, response.value(Name::To)?)?;
    copy_credentials(&invite, &mut builder);
    Some(builder.finish(None))
}

/// The CANCEL for an INVITE.
pub(crate) fn cancel_for(invite: &Bytes, agent: &str, headers: &HeaderList) -> Option<Bytes> {
    let invite = own_request(invite)?;
    let mut builder = begin(&invite, &Method::Cancel, invite.value(Name::To)?)?;
    builder.headers(headers).header(Name::UserAgent, agent);
    Some(builder.finish(None))
}

fn begin(invite: &Request, method: &Method, to: &[u8]) -> Option<MessageBuilder> {
    let mut builder = MessageBuilder::request(method, invite.uri_text());
    builder.header(Name::Via, invite.elements(Name::Via).next()?);
    for route in invite.values(Name::Route) {
        builder.header(Name::Route, route);
    }
    builder
        .header(Name::MaxForwards, invite.value(Name::MaxForwards).unwrap_or(b"70"))
        .header(Name::From, invite.value(Name::From)?)
        .header(Name::To, to)
        .header(Name::CallId, invite.value(Name::CallId)?)
        .header_display(Name::CSeq, format_args!("{} {method}", invite.cseq().ok()?.number));
    Some(builder)
}

/// Proxies that authenticate look at ACK too, and it cannot be challenged (RFC 3261 22.1).
fn copy_credentials(invite: &Request, builder: &mut MessageBuilder) {
    for name in [Name::Authorization, Name::ProxyAuthorization] {
        for value in invite.values(name) {
            builder.header(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    const INVITE: &str = "INVITE sip:bob@b SIP/2.0\r\nVia: SIP/2.0/UDP a;rport;branch=z9hG4bK1\r\nRoute: <sip:p;lr>\r\nMax-Forwards: 70\r\n\
        From: <sip:a@a>;tag=1\r\nTo: <sip:bob@b>\r\nCall-ID: c\r\nCSeq: 5 INVITE\r\nProxy-Authorization: Digest x=y\r\nContent-Length: 0\r\n\r\n";

    fn check(bytes: Option<Bytes>, expected: &Expect) {
        expected.assert_eq(&String::from_utf8(bytes.unwrap().to_vec()).unwrap().replace('\r', ""));
    }

    #[test]
    fn the_ack_takes_the_way_of_its_invite() {
        let busy = "SIP/2.0 486 Busy Here\r\nTo: <sip:bob@b>;tag=9\r\n\r\n";
        let Ok(Message::Response(busy)) = parse(busy.into(), &Limits::default()) else {
            panic!("a response")
        };
        check(
            ack_for_failure(&INVITE.into(), &busy),
            &expect![[r#"
                ACK sip:bob@b SIP/2.0
                Via: SIP/2.0/UDP a;rport;branch=z9hG4bK1
                Route: <sip:p;lr>
                Max-Forwards: 70
                From: <sip:a@a>;tag=1
                To: <sip:bob@b>;tag=9
                Call-ID: c
                CSeq: 5 ACK
                Proxy-Authorization: Digest x=y
                Content-Length: 0

            "#]],
        );
    }

    #[test]
    fn the_cancel_has_the_identity_of_its_invite() {
        let headers = HeaderList::new().with(Name::Reason, "SIP;cause=200");
        check(
            cancel_for(&INVITE.into(), "Obelus", &headers),
            &expect![[r#"
                CANCEL sip:bob@b SIP/2.0
                Via: SIP/2.0/UDP a;rport;branch=z9hG4bK1
                Route: <sip:p;lr>
                Max-Forwards: 70
                From: <sip:a@a>;tag=1
                To: <sip:bob@b>
                Call-ID: c
                CSeq: 5 CANCEL
                Reason: SIP;cause=200
                User-Agent: Obelus
                Content-Length: 0

            "#]],
        );
    }
}
