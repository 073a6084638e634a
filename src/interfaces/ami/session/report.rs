//! What a session reports to those who watch over security.

use std::sync::Arc;

use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::events::{SecurityEvent, iso};

use super::{Conversation, HTTP};

/// What happened.
pub(super) enum Report<'a> {
    Success,
    UnknownUser(&'a str),
    Address(&'a str),
    Password(&'a str),
    Challenge { name: &'a str, challenge: String, response: &'a str },
    NotAllowed(&'a str),
    BadFormat(&'a str),
    AlreadyInUse,
}

impl Report<'_> {
    /// Asterisk's name, and the version of the layout.
    fn name(&self) -> (&'static str, u8) {
        match self {
            Report::Success => ("SuccessfulAuth", 1),
            Report::UnknownUser(_) => ("InvalidAccountID", 1),
            Report::Address(_) => ("FailedACL", 1),
            Report::Password(_) => ("InvalidPassword", 2),
            Report::Challenge { .. } => ("ChallengeResponseFailed", 1),
            Report::NotAllowed(_) => ("RequestNotAllowed", 1),
            Report::BadFormat(_) => ("RequestBadFormat", 1),
            Report::AlreadyInUse => ("SessionLimit", 1),
        }
    }

    fn account(&self) -> Option<&str> {
        match self {
            Report::UnknownUser(name)
            | Report::Address(name)
            | Report::Password(name)
            | Report::Challenge { name, .. } => Some(name),
            Report::Success | Report::NotAllowed(_) | Report::BadFormat(_) | Report::AlreadyInUse => None,
        }
    }

    /// What this event has beyond the others. The expected answer to a challenge is nobody's business.
    fn fields(&self) -> Vec<(&'static str, Arc<str>)> {
        match self {
            Report::Success => vec![("UsingPassword", "1".into())],
            Report::Challenge { challenge, response, .. } => {
                vec![("Challenge", challenge.as_str().into()), ("Response", (*response).into())]
            }
            Report::NotAllowed(action) | Report::BadFormat(action) => {
                vec![("RequestType", format!("Action: {action}").into())]
            }
            Report::UnknownUser(_) | Report::Address(_) | Report::Password(_) | Report::AlreadyInUse => {
                Vec::new()
            }
        }
    }
}

impl Conversation {
    /// Tells those who listen.
    pub(super) fn report(&self, core: &Core, report: &Report<'_>) {
        let build = || {
            let (name, version) = report.name();
            let known = self.login.as_ref().map_or("", |login| &*login.user.name);
            let mut fields = report.fields();
            let since = self.place.connected.who().since.unwrap_or(Timestamp::UNIX_EPOCH);
            fields.push(("SessionTV", iso(since).into()));
            let account = report.account().unwrap_or(known);
            // Of a request that nobody understands it is one of the fields that may be missing, which come last.
            let is_optional = matches!(report, Report::BadFormat(_));
            if is_optional && !account.is_empty() {
                fields.push(("AccountID", account.into()));
            }
            SecurityEvent {
                name,
                is_error: !matches!(report, Report::Success),
                version,
                service: "AMI",
                account: (!is_optional).then(|| account.into()),
                session: format!("{:#x}", self.place.connected.id).into(),
                local: self.address(self.peer.local),
                remote: self.address(self.peer.remote),
                fields,
            }
        };
        core.report_security(build);
    }

    fn address(&self, address: std::net::SocketAddr) -> Arc<str> {
        let protocol = if self.peer.protocol == HTTP { "TCP" } else { self.peer.protocol };
        SecurityEvent::address(protocol, address)
    }
}
