//! REGISTER as we send it, and what its response says of us.

use std::time::Duration;

use obelus_sip::Method;
use obelus_sip::header::{Contact, Name};
use obelus_sip::message::{HeaderList, Response};
use obelus_sip::ua::OutgoingRequest;
use obelus_sip::uri::Uri;

use super::client::Answer;
use super::line;
use crate::config::Registration;
use crate::route::Route;
use crate::transport::Path;
use crate::worker::credential;

/// What the refreshes of a registration have in common (RFC 3261 10.2.4).
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) call_id: Box<str>,
    pub(super) cseq: u32,
}

/// The URIs through which it goes.
pub(super) fn routes(registration: &Registration) -> Vec<Box<str>> {
    registration.outbound_proxy.iter().map(|uri| format!("<{uri}>").into_boxed_str()).collect()
}

/// Our Contact without angle brackets and what stands behind them.
pub(super) fn contact_uri(registration: &Registration, path: &Path, mark: Option<&str>) -> String {
    let contact = path.contact(&registration.contact_user);
    let mark = mark.map(|mark| format!(";{}={mark}", line::PARAMETER)).unwrap_or_default();
    format!("{}{mark}", contact.trim_start_matches('<').trim_end_matches('>'))
}

/// A REGISTER for so many seconds.
pub(super) fn request(
    registration: &Registration,
    route: &Route,
    contact: &str,
    identity: &Identity,
    seconds: u32,
) -> OutgoingRequest {
    let params = registration.contact_params.as_ref().map(|params| format!(";{params}")).unwrap_or_default();
    let mut headers = HeaderList::new()
        .with(Name::Contact, format!("<{contact}>{params}"))
        .with(Name::Expires, seconds.to_string());
    let supported = [(registration.support_path, "path"), (registration.support_outbound, "outbound")];
    let supported: Vec<&str> =
        supported.into_iter().filter(|(is_on, _)| *is_on).map(|(_, word)| word).collect();
    if !supported.is_empty() {
        headers = headers.with(Name::Supported, supported.join(", "));
    }
    if let Some(agent) = &registration.user_agent {
        headers = headers.with(Name::UserAgent, &**agent);
    }
    let who = format!("<{}>", registration.client_uri);
    OutgoingRequest {
        method: Method::Register,
        uri: registration.server_uri.as_str().into(),
        from: who.as_str().into(),
        to: who.into(),
        call_id: Some(identity.call_id.clone()),
        cseq: identity.cseq,
        routes: routes(registration),
        flow: route.flow,
        headers,
        body: None,
        credentials: registration.outbound_auth.iter().map(|auth| credential(auth)).collect(),
    }
}

/// What a final response says; `asked` are the seconds that were asked for.
pub(super) fn answer_of(response: &Response, contact: &str, asked: u32) -> Answer {
    let retry_after = response.retry_after().ok().flatten();
    Answer {
        status: response.status(),
        seconds: seconds_of(response, contact, asked),
        retry_after: retry_after.map(|header| Duration::from_secs(header.seconds.into())),
        min_expires: response.number(Name::MinExpires).ok().flatten(),
    }
}

/// How long our Contact lives: by its own parameter, by Expires, as asked. A registrar that writes Contacts in its own
/// way is believed where there is only one (RFC 3261 10.2.4).
fn seconds_of(response: &Response, contact: &str, asked: u32) -> u32 {
    let own = Uri::parse(contact).ok();
    let contacts: Vec<_> = response
        .contacts()
        .flatten()
        .filter_map(|contact| match contact {
            Contact::Address(address) => Some(address),
            Contact::All => None,
        })
        .collect();
    let ours = contacts.iter().find(|known| own.as_ref().is_some_and(|own| own.is_equivalent(&known.uri)));
    let only = contacts.first().filter(|_| contacts.len() == 1);
    let by_contact = ours.or(only).and_then(|address| address.params.number("expires"));
    let by_header = || response.number(Name::Expires).ok().flatten();
    by_contact.or_else(by_header).unwrap_or(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Wire;

    fn check(lines: &str, seconds: u32) {
        let response = Wire::response(200, lines);
        assert_eq!(answer_of(&response, "sip:s@192.0.2.1:5060;line=a", 3600).seconds, seconds, "{lines}");
    }

    #[test]
    fn the_registrar_says_how_long_we_live() {
        check("", 3600);
        check("Expires: 60\r\n", 60);
        check("Expires: 60\r\nContact: <sip:s@192.0.2.1:5060;line=a>;expires=30\r\n", 30);
        check("Contact: <sip:x@192.0.2.9>;expires=9, <sip:s@192.0.2.1:5060;line=a>;expires=30\r\n", 30);
        check("Contact: <sip:s@203.0.113.1:1024>;expires=20\r\n", 20);
        check("Contact: <sip:x@192.0.2.9>;expires=9, <sip:y@192.0.2.9>;expires=8\r\n", 3600);
    }

    #[test]
    fn a_refusal_may_name_times() {
        let answer =
            answer_of(&Wire::response(503, "Retry-After: 7 (busy)\r\nMin-Expires: 90\r\n"), "sip:s@h", 60);
        assert_eq!((answer.retry_after, answer.min_expires), (Some(Duration::from_secs(7)), Some(90)));
    }
}
