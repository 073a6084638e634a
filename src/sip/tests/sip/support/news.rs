//! Events and messages in a word or two, so that stories can compare lists of them.

use bytes::Bytes;
use obelus_sip::message::{Limits, Message, parse};
use obelus_sip::session::{EndCause, SessionEvent};
use obelus_sip::ua::Event;

/// `INVITE`, or `200 INVITE`.
pub(crate) fn wire_name(bytes: &Bytes) -> String {
    match parse(bytes.clone(), &Limits::default()) {
        Ok(Message::Request(request)) => request.method().to_string(),
        Ok(Message::Response(response)) => {
            format!(
                "{} {}",
                response.status(),
                response.cseq().map_or_else(|error| error.to_string(), |cseq| cseq.method.to_string())
            )
        }
        Err(malformed) => format!("malformed: {}", malformed.error),
    }
}

pub(crate) fn news(event: &Event) -> String {
    match event {
        Event::Request { request, .. } => format!("request {}", request.method()),
        Event::Invite { .. } => "invite".into(),
        Event::Session { event, .. } => session_news(event),
        Event::DialogRequest { request, .. } => format!("dialog request {}", request.method()),
        Event::Response { response, .. } => format!("response {}", response.status()),
        Event::Failed { failure, .. } => format!("failed: {failure}"),
    }
}

fn session_news(event: &SessionEvent) -> String {
    let offer = |needs_answer: bool| if needs_answer { " with an offer" } else { "" };
    match event {
        SessionEvent::Provisional { response, needs_answer } => {
            format!("{}{}", response.status(), offer(*needs_answer))
        }
        SessionEvent::Answered { response, needs_answer } => {
            format!("answered {}{}", response.status(), offer(*needs_answer))
        }
        SessionEvent::Acknowledged { request } => format!("acknowledged by {}", request.method()),
        SessionEvent::Reinvite { .. } => "reinvite".into(),
        SessionEvent::ReinviteCanceled { .. } => "reinvite canceled".into(),
        SessionEvent::Reinvited { response, needs_answer } => {
            format!("reinvited {}{}", response.status(), offer(*needs_answer))
        }
        SessionEvent::ReinviteRefused { response } => format!("reinvite refused {}", response.status()),
        SessionEvent::Request { request, .. } => format!("request {}", request.method()),
        SessionEvent::Response { response, .. } => format!("response {}", response.status()),
        SessionEvent::Failed { failure, .. } => format!("failed: {failure}"),
        SessionEvent::RefreshDue => "refresh due".into(),
        SessionEvent::NextHop { uri } => format!("next hop {uri}"),
        SessionEvent::Leaving { cause } => format!("leaving: {}", cause_news(cause)),
        SessionEvent::Ended { cause, dialog } => {
            let kept = if dialog.is_some() { ", dialog kept" } else { "" };
            format!("ended: {}{kept}", cause_news(cause))
        }
    }
}

fn cause_news(cause: &EndCause) -> String {
    match cause {
        EndCause::Bye(_) => "bye".into(),
        EndCause::HungUp => "hung up".into(),
        EndCause::Canceled(_) => "canceled".into(),
        EndCause::Withdrawn => "withdrawn".into(),
        EndCause::Rejected(response) => format!("rejected {}", response.status()),
        EndCause::Refused => "refused".into(),
        EndCause::TimedOut => "timed out".into(),
        EndCause::TransportFailed => "transport failed".into(),
        EndCause::NotAcknowledged => "not acknowledged".into(),
        EndCause::NotPracked => "not pracked".into(),
        EndCause::Expired => "expired".into(),
        EndCause::Lost => "lost".into(),
    }
}
