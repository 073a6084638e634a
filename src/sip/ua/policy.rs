//! What a server must refuse before it looks at anything else (RFC 3261 8.2): helpers for whoever answers.

use super::{Profile, Reply};
use crate::header::Name;
use crate::message::Request;
use crate::method::Method;
use crate::status::StatusCode;

/// The option tags that a request requires and the profile has not, as the value of Unsupported.
pub(crate) fn unsupported_extensions(request: &Request, profile: &Profile) -> Option<String> {
    let unknown: Vec<_> = request
        .elements(Name::Require)
        .filter(|tag| !profile.option_tags().any(|known| known.as_bytes().eq_ignore_ascii_case(tag)))
        .map(String::from_utf8_lossy)
        .collect();
    (!unknown.is_empty()).then(|| unknown.join(", "))
}

/// The refusal of a request whose method or required extensions the profile has not: 405 with Allow
/// (RFC 3261 8.2.1) or 420 with Unsupported (RFC 3261 8.2.2.3).
#[must_use]
pub fn refusal(request: &Request, profile: &Profile) -> Option<Reply> {
    let method = request.method();
    let allowed = profile.allow.split(',').any(|allowed| allowed.trim() == method.as_str());
    if !allowed && *method != Method::Ack && *method != Method::Cancel {
        return Some(
            Reply::new(StatusCode::METHOD_NOT_ALLOWED).header(Name::Allow, profile.allow.as_bytes()),
        );
    }
    let unsupported = unsupported_extensions(request, profile)?;
    Some(Reply::new(StatusCode::BAD_EXTENSION).header(Name::Unsupported, unsupported))
}

/// The 200 to an OPTIONS (RFC 3261 11.2): what this side can do.
#[must_use]
pub fn capabilities(profile: &Profile) -> Reply {
    let supported: Vec<_> = profile.option_tags().collect();
    Reply::new(StatusCode::OK)
        .header(Name::Contact, profile.contact.as_bytes())
        .header(Name::Accept, "application/sdp")
        .header(Name::Allow, profile.allow.as_bytes())
        .header(Name::Supported, supported.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Limits, Message, parse};

    fn check(method: &str, lines: &str, expected: Option<(u16, &str)>) {
        let text = format!("{method} sip:a SIP/2.0\r\n{lines}\r\n\r\n");
        let Ok(Message::Request(request)) = parse(text.into(), &Limits::default()) else {
            panic!("a request")
        };
        let profile =
            Profile { allow: "INVITE, BYE".into(), supported: "replaces".into(), ..Profile::default() };
        let refusal = refusal(&request, &profile);
        let refusal = refusal.map(|reply| {
            (reply.status.code(), String::from_utf8(reply.headers.as_bytes().to_vec()).unwrap())
        });
        assert_eq!(refusal, expected.map(|(code, line)| (code, format!("{line}\r\n"))), "{method} {lines}");
    }

    #[test]
    fn unknown_methods_and_extensions_are_refused_with_what_is_known() {
        check("INVITE", "Require: 100rel, REPLACES, timer", None);
        check("FOO", "Subject: x", Some((405, "Allow: INVITE, BYE")));
        check("INVITE", "Require: precondition, timer, x", Some((420, "Unsupported: precondition, x")));
    }
}
