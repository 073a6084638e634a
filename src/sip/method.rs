//! `Method`: what a request asks for; the set is open.

use crate::grammar::is_token;
use std::fmt;

/// A request method (RFC 3261 7.1 and its extensions).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Method {
    /// Asks for a session (RFC 3261 13).
    Invite,
    /// Confirms a final response to INVITE (RFC 3261 13, 17).
    Ack,
    /// Ends a session (RFC 3261 15).
    Bye,
    /// Gives up a pending INVITE (RFC 3261 9).
    Cancel,
    /// Asks what the other side can do (RFC 3261 11).
    Options,
    /// Binds a contact to an address of record (RFC 3261 10).
    Register,
    /// Confirms a reliable provisional response (RFC 3262).
    Prack,
    /// Asks for notifications (RFC 6665).
    Subscribe,
    /// Reports an event (RFC 6665).
    Notify,
    /// Publishes event state (RFC 3903).
    Publish,
    /// Carries application information in a session (RFC 6086).
    Info,
    /// Asks the receiver to contact a third party (RFC 3515).
    Refer,
    /// Carries a page-mode message (RFC 3428).
    Message,
    /// Changes a session without a re-INVITE (RFC 3311).
    Update,
    /// Any other token, as it came.
    Other(Box<str>),
}

const KNOWN: [Method; 14] = [
    Method::Invite,
    Method::Ack,
    Method::Bye,
    Method::Cancel,
    Method::Options,
    Method::Register,
    Method::Prack,
    Method::Subscribe,
    Method::Notify,
    Method::Publish,
    Method::Info,
    Method::Refer,
    Method::Message,
    Method::Update,
];

impl Method {
    /// Reads a method; `None` when the bytes are no token.
    ///
    /// RFC 3261 7.1 makes methods case-sensitive; a known one in another case is still recognised, because
    /// some door phones send `invite` and Asterisk serves them.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let known = KNOWN.iter().find(|method| method.as_str().as_bytes().eq_ignore_ascii_case(bytes));
        if let Some(known) = known {
            return Some(known.clone());
        }
        if !is_token(bytes) {
            return None;
        }
        std::str::from_utf8(bytes).ok().map(|text| Self::Other(text.into()))
    }

    /// The method as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Invite => "INVITE",
            Self::Ack => "ACK",
            Self::Bye => "BYE",
            Self::Cancel => "CANCEL",
            Self::Options => "OPTIONS",
            Self::Register => "REGISTER",
            Self::Prack => "PRACK",
            Self::Subscribe => "SUBSCRIBE",
            Self::Notify => "NOTIFY",
            Self::Publish => "PUBLISH",
            Self::Info => "INFO",
            Self::Refer => "REFER",
            Self::Message => "MESSAGE",
            Self::Update => "UPDATE",
            Self::Other(text) => text,
        }
    }

    /// Does a request of this method replace the dialog's remote target (RFC 3261 12.2, 3311, 3515, 6665)?
    #[must_use]
    pub fn refreshes_target(&self) -> bool {
        matches!(self, Self::Invite | Self::Update | Self::Subscribe | Self::Notify | Self::Refer)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_method_reads_back() {
        for method in KNOWN {
            assert_eq!(Method::parse(method.as_str().as_bytes()), Some(method));
        }
    }

    #[test]
    fn unknown_methods_keep_their_spelling_and_percent_is_no_escape() {
        assert_eq!(Method::parse(b"IN%56ITE").unwrap().as_str(), "IN%56ITE");
        assert_eq!(Method::parse(b"invite"), Some(Method::Invite));
        assert_eq!(Method::parse(b"FOO BAR"), None);
        assert_eq!(Method::parse(b""), None);
    }
}
