//! Bodies that cannot be read or used, and what their requests are refused with.

use obelus_sdp::SdpError;
use obelus_sip::StatusCode;
use obelus_sip::header::{ContentType, Name, Value};
use obelus_sip::message::{Headers, Parts};
use obelus_sip::ua::Reply;

/// The one type of body that calls are made of.
const SDP: &str = "application/sdp";

/// The 415 for a body that must be understood and is not (RFC 3261 8.2.3).
///
/// A part beside others must be understood only where it says so (RFC 5621 8.3 asks for more, and Asterisk does not):
/// phones add parts of their own to a session description.
pub(crate) fn refusal(headers: &Headers) -> Option<Reply> {
    let content_type = headers.content_type().ok().flatten().filter(|_| !headers.body().is_empty())?;
    let disposition = headers.word(Name::ContentDisposition).ok().flatten();
    let is_strange = if content_type.is_multipart() {
        Parts::of(&content_type, headers.body()).any(|part| {
            !is_known(part.content_type.as_ref()) && handling(part.disposition) == Some("required")
        })
    } else {
        !is_known(Some(&content_type)) && handling(disposition) != Some("optional")
    };
    is_strange.then(|| Reply::new(StatusCode::UNSUPPORTED_MEDIA_TYPE).header(Name::Accept, SDP))
}

fn is_known(content_type: Option<&ContentType<'_>>) -> bool {
    content_type.is_some_and(|content_type| content_type.is(SDP) || content_type.is_multipart())
}

fn handling(disposition: Option<Value<'_>>) -> Option<&str> {
    disposition?.params.value("handling")
}

/// The refusal of a session description: 400 with what is wrong, or 488.
pub(crate) fn unacceptable(error: &SdpError) -> Reply {
    let reply = Reply::new(StatusCode::new(error.status()).unwrap_or(StatusCode::NOT_ACCEPTABLE_HERE));
    if reply.status == StatusCode::BAD_REQUEST { reply.reason("Invalid Session Description") } else { reply }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Wire;

    fn check(content_type: &str, more: &str, body: &str, refused: bool) {
        let wire = Wire::new("INVITE", "sip:1@pbx").line(&format!("Content-Type: {content_type}"));
        let wire = if more.is_empty() { wire } else { wire.line(more) };
        let reply = refusal(&wire.body(body).request());
        assert_eq!(
            reply.map(|reply| reply.status.code()),
            refused.then_some(415),
            "{content_type} {more} {body}"
        );
    }

    #[test]
    fn what_must_be_understood_and_is_not_is_refused() {
        check(SDP, "", "v=0", false);
        check("text/plain", "", "hello", true);
        check("text/plain", "", "", false);
        check("text/plain", "Content-Disposition: icon;handling=optional", "hello", false);
        let parts = |disposition: &str| {
            format!(
                "--x\r\nContent-Type: {SDP}\r\n\r\nv=0\r\n--x\r\nContent-Type: a/b\r\n{disposition}\r\nc\r\n--x--"
            )
        };
        check("multipart/mixed;boundary=x", "", &parts(""), false);
        let required = parts("Content-Disposition: session;handling=required\r\n");
        check("multipart/mixed;boundary=x", "", &required, true);
    }
}
