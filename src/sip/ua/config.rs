//! `Config` and `Profile`: what a user agent writes, allows and endures.

use crate::digest::Credential;
use crate::message::{Limits, write_value};
use crate::session::{TimerMode, TimerPolicy};
use crate::transaction::Timing;
use std::sync::Arc;
use std::time::Duration;

/// The settings of one user agent.
#[derive(Debug, Clone)]
pub struct Config {
    /// The value of User-Agent in requests and Server in responses.
    pub agent: Box<str>,
    /// The transaction timers.
    pub timing: Timing,
    /// The sizes of messages.
    pub limits: Limits,
    /// Max-Forwards of requests.
    pub max_forwards: u8,
    /// Ask for answers at the port that a request comes from (RFC 3581).
    pub rport: bool,
    /// Answer every request at the port that it came from, as if its Via had `rport`.
    pub force_rport: bool,
    /// The most sessions at once; an INVITE beyond gets 503.
    pub max_sessions: usize,
    /// The most dialogs without a session at once, such as subscriptions.
    pub max_dialogs: usize,
    /// The most transactions at once, of each side. What begins something new is refused at nine tenths of it,
    /// so that live calls can still be ended.
    pub max_transactions: usize,
    /// The Retry-After of a 503.
    pub retry_after: Duration,
    /// The profile of sessions that have no other yet.
    pub profile: Arc<Profile>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            agent: "Obelus".into(),
            timing: Timing::default(),
            limits: Limits::default(),
            max_forwards: 70,
            rport: true,
            force_rport: false,
            max_sessions: 20_000,
            max_dialogs: 100_000,
            max_transactions: 100_000,
            retry_after: Duration::from_secs(10),
            profile: Arc::new(Profile::default()),
        }
    }
}

/// What the sessions and dialogs of one endpoint have in common.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The Contact header's value, as in `<sip:192.0.2.1:5060>`.
    pub contact: Box<str>,
    /// The Allow header's value.
    pub allow: Box<str>,
    /// The Supported header's value, without `timer` and `100rel`, which the policies below add.
    pub supported: Box<str>,
    /// Session timers (RFC 4028).
    pub timer: TimerPolicy,
    /// Reliable provisional responses (RFC 3262).
    pub reliable: Reliability,
    /// What answers challenges.
    pub credentials: Vec<Credential>,
    /// Send requests of a dialog to where its messages come from, whatever Contact says, unless there are
    /// routes: for phones behind NAT.
    pub symmetric: bool,
}

/// Whether provisional responses are sent reliably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reliability {
    /// Never; an INVITE that requires it gets 420.
    No,
    /// We understand them, and send them when the other side requires it.
    Yes,
    /// We send them whenever the other side supports it.
    PeerSupported,
    /// The other side must support them.
    Required,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            contact: "<sip:invalid>".into(),
            allow: "OPTIONS, REGISTER, SUBSCRIBE, NOTIFY, PUBLISH, INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, INFO, MESSAGE, REFER".into(),
            supported: "replaces, norefersub".into(),
            timer: TimerPolicy::default(),
            reliable: Reliability::Yes,
            credentials: Vec::new(),
            symmetric: false,
        }
    }
}

impl Profile {
    /// The option tags that this side understands.
    pub(crate) fn option_tags(&self) -> impl Iterator<Item = &str> {
        let timer = (self.timer.mode != TimerMode::No).then_some("timer");
        let reliable = (self.reliable != Reliability::No).then_some("100rel");
        let own = self.supported.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        reliable.into_iter().chain(timer).chain(own)
    }

    /// The Contact, Allow and Supported lines.
    pub(crate) fn lines(&self, out: &mut Vec<u8>) {
        self.contact_line(out);
        out.extend_from_slice(b"Allow: ");
        write_value(out, self.allow.as_bytes());
        out.extend_from_slice(b"\r\nSupported: ");
        for (index, tag) in self.option_tags().enumerate() {
            if index > 0 {
                out.extend_from_slice(b", ");
            }
            write_value(out, tag.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }

    pub(crate) fn contact_line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Contact: ");
        write_value(out, self.contact.as_bytes());
        out.extend_from_slice(b"\r\n");
    }

    /// Can everything in it be written into a header line?
    pub(crate) fn is_writable(&self) -> bool {
        [&self.contact, &self.allow, &self.supported]
            .iter()
            .all(|text| memchr::memchr3(b'\r', b'\n', 0, text.as_bytes()).is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policies_are_among_the_option_tags() {
        let mut out = Vec::new();
        Profile { contact: "<sip:a>".into(), allow: "INVITE".into(), ..Profile::default() }.lines(&mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "Contact: <sip:a>\r\nAllow: INVITE\r\nSupported: 100rel, timer, replaces, norefersub\r\n"
        );
    }
}
