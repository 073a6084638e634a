//! A REFER of ours: the far end is asked to call somebody else, and says by NOTIFY how that goes (RFC 3515).

use std::time::Instant;

use obelus_core::channel_tech::LegEvent;
use obelus_sip::header::Name;
use obelus_sip::message::{HeaderList, Request, Response};
use obelus_sip::session::SessionId;
use obelus_sip::ua::{Reply, RequestId};
use obelus_sip::{Method, StatusCode};

use super::run::Worker;

/// A REFER whose outcome the leg waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AskedTransfer {
    /// It is not answered.
    Sent(RequestId),
    /// It is accepted; NOTIFY will tell.
    Accepted,
}

/// What the leg is told when the outcome is known.
fn outcome(status: u16) -> LegEvent {
    LegEvent::Transferred { accepted: (200..300).contains(&status), status }
}

/// The status in the first line of a `message/sipfrag` (RFC 3420).
fn fragment_status(body: &[u8]) -> Option<u16> {
    let line = body.strip_prefix(b"SIP/2.0 ")?.get(..3)?;
    std::str::from_utf8(line).ok()?.parse().ok()
}

fn is_of_package(request: &Request, package: &str) -> bool {
    let event = request.text(Name::Event).unwrap_or_default();
    event.split(';').next().is_some_and(|named| named.trim().eq_ignore_ascii_case(package))
}

fn is_terminated(request: &Request) -> bool {
    let state = request.text(Name::SubscriptionState).unwrap_or_default();
    state.split(';').next().is_some_and(|state| state.trim().eq_ignore_ascii_case("terminated"))
}

impl Worker {
    /// Sends the far end of an answered call to `uri`; the leg hears a [`LegEvent::Transferred`].
    pub(super) fn ask_to_transfer(&mut self, now: Instant, session: SessionId, uri: &str) {
        let Some(call) = self.calls.of(session) else { return };
        let by = call.shared.facts().dialog.local.clone();
        let headers = HeaderList::new().with(Name::ReferTo, refer_to(uri)).with(Name::ReferredBy, &*by);
        match self.agent.session_request(now, session, Method::Refer, headers, None) {
            Ok(id) => {
                if let Some(call) = self.calls.of(session) {
                    call.asked_transfer = Some(AskedTransfer::Sent(id));
                }
            }
            Err(error) => {
                tracing::info!(%error, "a REFER cannot be sent");
                self.tell_all(now, session, vec![outcome(0)]);
            }
        }
    }

    /// Takes the final response to our REFER; false if it is another request's.
    pub(super) fn take_refer_response(
        &mut self,
        now: Instant,
        session: SessionId,
        id: RequestId,
        response: &Response,
    ) -> bool {
        let Some(call) = self.calls.of(session) else { return false };
        if call.asked_transfer != Some(AskedTransfer::Sent(id)) {
            return false;
        }
        let status = response.status();
        // Who wants no subscription (RFC 4488) says no more.
        let is_all = response.text(Name::ReferSub).is_some_and(|value| value.trim().starts_with("false"));
        if status.is_success() && !is_all {
            call.asked_transfer = Some(AskedTransfer::Accepted);
        } else {
            call.asked_transfer = None;
            self.tell_all(now, session, vec![outcome(status.code())]);
        }
        true
    }

    /// Our REFER was never answered.
    pub(super) fn refer_failed(&mut self, now: Instant, session: SessionId, id: RequestId) {
        let Some(call) = self.calls.of(session) else { return };
        if call.asked_transfer == Some(AskedTransfer::Sent(id)) {
            call.asked_transfer = None;
            self.tell_all(now, session, vec![outcome(StatusCode::REQUEST_TIMEOUT.code())]);
        }
    }

    /// Takes the progress of a transfer that we asked for; other events are not subscribed to.
    pub(super) fn take_notify(&mut self, now: Instant, session: SessionId, request: &Request) -> Reply {
        if !is_of_package(request, "refer") {
            return Reply::new(StatusCode::BAD_EVENT);
        }
        let status = fragment_status(request.body()).unwrap_or_default();
        let Some(call) = self.calls.of(session) else { return Reply::new(StatusCode::OK) };
        // A NOTIFY may overtake the response to its REFER.
        if call.asked_transfer.is_some() && (status >= 200 || is_terminated(request)) {
            call.asked_transfer = None;
            self.tell_all(now, session, vec![outcome(status)]);
        }
        Reply::new(StatusCode::OK)
    }
}

/// Without brackets, as Asterisk writes it, where these are not needed (RFC 3261 20.10).
fn refer_to(uri: &str) -> String {
    if uri.contains(['?', ',', ';']) { format!("<{uri}>") } else { uri.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_a_fragment_has_the_status() {
        let check = |body: &str, expected| assert_eq!(fragment_status(body.as_bytes()), expected, "{body}");
        check("SIP/2.0 200 OK\r\n", Some(200));
        check("SIP/2.0 486", Some(486));
        check("SIP/2.0 4\u{fc}", None);
        check("SIP/2.0 20", None);
        check("", None);
    }
}
