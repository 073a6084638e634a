//! How sessions end, and what that means for the channel.

use std::time::Instant;

use obelus_core::cause::Cause;
use obelus_core::channel::Redirecting;
use obelus_core::channel_tech::{Ended, LegEvent};
use obelus_sip::StatusCode;
use obelus_sip::header::Contact;
use obelus_sip::message::Response;
use obelus_sip::session::{EndCause, SessionId};

use super::outgoing::{diverted, ended_by};
use super::run::Worker;
use crate::cause;
use crate::identity::party_of;

impl Worker {
    pub(super) fn handle_ended(&mut self, now: Instant, session: SessionId, cause: EndCause) {
        let Some(call) = self.calls.of(session) else { return self.calls.has_left(session) };
        if let EndCause::Rejected(response) = cause {
            let forward = forward(&response);
            let ended = ended_by(&response);
            call.shared.facts().response = Some(std::sync::Arc::new(response));
            self.tell_all(now, session, forward.into_iter().collect());
            return self.forget(session, ended);
        }
        self.forget(session, ended_of(&cause));
    }

    /// The leg hears how the call ended when nothing can send it events any more.
    fn forget(&mut self, session: SessionId, ended: Ended) {
        if let Some(call) = self.calls.remove_of(session) {
            call.end(ended);
        }
    }
}

fn ended_of(cause: &EndCause) -> Ended {
    let timed_out = |status: StatusCode| Ended {
        cause: cause::from_status(status),
        technical: format!("SIP {} {}", status.code(), status.reason()),
    };
    match cause {
        EndCause::Bye(request) | EndCause::Canceled(request) => {
            Ended::with(cause::from_reason(request).unwrap_or(Cause::NORMAL_CLEARING))
        }
        EndCause::Rejected(response) => ended_by(response),
        EndCause::TimedOut => timed_out(StatusCode::REQUEST_TIMEOUT),
        EndCause::TransportFailed => timed_out(StatusCode::SERVICE_UNAVAILABLE),
        EndCause::NotAcknowledged | EndCause::NotPracked | EndCause::Expired => {
            Ended::with(Cause::RECOVERY_ON_TIMER_EXPIRE)
        }
        EndCause::Lost => Ended::with(Cause::NORMAL_TEMPORARY_FAILURE),
        EndCause::HungUp | EndCause::Withdrawn | EndCause::Refused => Ended::with(Cause::NORMAL_CLEARING),
    }
}

/// A 3xx asks to be called elsewhere: the number in its first Contact, through the dialplan.
fn forward(response: &Response) -> Option<LegEvent> {
    if response.status().code() / 100 != 3 {
        return None;
    }
    let contact = response.contacts().flatten().find_map(|contact| match contact {
        Contact::Address(address) => Some(address),
        Contact::All => None,
    })?;
    let to = party_of(&contact);
    let address = to.number.text().to_owned();
    if address.is_empty() {
        tracing::info!("a redirection has no number in its Contact and is not followed");
        return None;
    }
    let from = response.to().map(|to| party_of(&to)).unwrap_or_default();
    let told = diverted(response).unwrap_or_else(|| Redirecting {
        from: from.clone(),
        reason: "unknown".into(),
        count: 1,
        ..Redirecting::default()
    });
    let redirecting = Box::new(Redirecting { original: from, to, ..told });
    Some(LegEvent::Forward { address, redirecting })
}
