//! What those who watch over security are told: the events that Asterisk's chan_pjsip raises.

use std::net::SocketAddr;
use std::sync::Arc;

use obelus_core::events::SecurityEvent;
use obelus_sip::Flow;
use obelus_sip::header::Name;
use obelus_sip::message::{HeaderList, Request};

use crate::driver::Driver;
use crate::identify::Barrier;
use crate::registrar::Refusal;
use crate::transport::State;

/// The account of requests that belong to no endpoint.
pub(crate) const UNKNOWN: &str = "<unknown>";

/// What happened to a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Report<'a> {
    /// It belongs to no endpoint.
    UnknownEndpoint,
    /// A rule of this name keeps it out.
    Forbidden(&'static str),
    /// What it asks for is not served, for the reason of this name.
    NotSupported(&'static str),
    /// It was answered with these challenges.
    Challenged(&'a HeaderList),
    /// Its answer to a challenge is wrong.
    ChallengeFailed,
    /// Its answer to a challenge is right.
    Proved,
}

impl<'a> Report<'a> {
    /// The endpoint's own lists keep a request out.
    pub(crate) fn barred(barrier: Barrier) -> Report<'a> {
        Report::Forbidden(match barrier {
            Barrier::Source => "not_match_endpoint_acl",
            Barrier::Contact => "not_match_endpoint_contact_acl",
        })
    }

    /// The registrar refuses; not everything that it refuses concerns security.
    pub(crate) fn refused(refusal: &Refusal) -> Option<Report<'a>> {
        Some(match refusal {
            Refusal::NoAors => Report::Forbidden("registrar_attempt_without_configured_aors"),
            Refusal::WrongScheme => Report::Forbidden("registrar_invalid_uri_in_to_received"),
            Refusal::InvalidContacts => Report::Forbidden("registrar_invalid_contacts_provided"),
            Refusal::TooMany { .. } => {
                Report::Forbidden("registrar_attempt_exceeds_maximum_configured_contacts")
            }
            Refusal::UnknownAor { .. } => Report::NotSupported("registrar_requested_aor_not_found"),
            Refusal::NotPermitted { .. } => {
                Report::NotSupported("registrar_attempt_without_registration_permitted")
            }
            Refusal::InvalidPath
            | Refusal::Unsupported { .. }
            | Refusal::TooBrief { .. }
            | Refusal::OutOfOrder => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Report::UnknownEndpoint => "InvalidAccountID",
            Report::Forbidden(_) => "FailedACL",
            Report::NotSupported(_) => "RequestNotSupported",
            Report::Challenged(_) => "ChallengeSent",
            Report::ChallengeFailed => "ChallengeResponseFailed",
            Report::Proved => "SuccessfulAuth",
        }
    }

    fn fields(self, request: &Request) -> Vec<(&'static str, Arc<str>)> {
        match self {
            Report::UnknownEndpoint => Vec::new(),
            Report::Forbidden(rule) => vec![("ACLName", rule.into())],
            Report::NotSupported(reason) => vec![("RequestType", reason.into())],
            Report::Challenged(challenges) => vec![("Challenge", nonce_of(challenges))],
            // What would have been right is nobody's business.
            Report::ChallengeFailed => vec![
                ("Challenge", answered(request, "nonce")),
                ("Response", answered(request, "response")),
                ("ExpectedResponse", "".into()),
            ],
            Report::Proved => vec![("UsingPassword", "1".into())],
        }
    }
}

impl Driver {
    /// Reports what happened to a request of this account, if somebody listens.
    pub(crate) fn report(&self, account: &str, request: &Request, flow: Flow, report: Report<'_>) {
        self.core.report_security(|| {
            let (protocol, local) = self.local(flow);
            SecurityEvent {
                name: report.name(),
                is_error: !matches!(report, Report::Challenged(_) | Report::Proved),
                version: 1,
                service: "PJSIP",
                account: Some(account.into()),
                session: request.call_id().unwrap_or_default().into(),
                local: SecurityEvent::address(protocol, local),
                remote: SecurityEvent::address(protocol, flow.remote),
                fields: report.fields(request),
            }
        });
    }

    /// Over what a request came, and to which address of ours.
    fn local(&self, flow: Flow) -> (&'static str, SocketAddr) {
        let Some(path) = self.transports.paths.find(flow.transport) else {
            return ("UDP", SocketAddr::new(std::net::Ipv4Addr::UNSPECIFIED.into(), 0));
        };
        let port = path.owner().and_then(|transport| match transport.state {
            State::Bound(address) => Some(address.port()),
            State::Failed(_) => None,
        });
        (path.kind.as_str(), SocketAddr::new(path.source, port.unwrap_or_default()))
    }
}

/// The nonce of the first challenge.
fn nonce_of(challenges: &HeaderList) -> Arc<str> {
    let text = String::from_utf8_lossy(challenges.as_bytes());
    let after = text.split_once("nonce=\"").map(|(_, after)| after);
    after.and_then(|after| after.split_once('"')).map_or("", |(nonce, _)| nonce).into()
}

/// A parameter of the answer to a challenge.
fn answered(request: &Request, name: &str) -> Arc<str> {
    let mut answers =
        request.auth(Name::Authorization).filter(|answer| answer.scheme.eq_ignore_ascii_case("Digest"));
    answers.find_map(|answer| answer.find(name).map(|value| Arc::from(&*value))).unwrap_or_default()
}
