//! `Challenge`: what a server asks a client to prove (RFC 7616 3.3).

use super::Algorithm;
use crate::grammar::quote;
use crate::header::AuthValue;
use std::fmt::Write as _;

/// The protection that a response covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qop {
    /// Method and URI.
    Auth,
    /// Method, URI and body.
    AuthInt,
}

impl Qop {
    /// The parameter's value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Auth, Self::AuthInt].into_iter().find(|qop| qop.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

/// A challenge, read from a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Whose password is asked for.
    pub realm: String,
    /// The server's nonce.
    pub nonce: String,
    /// What must be given back unchanged.
    pub opaque: Option<String>,
    /// The hash.
    pub algorithm: Algorithm,
    /// Is it the `-sess` form, which hashes the nonces into the key?
    pub session: bool,
    /// The protections offered; `None` is RFC 2069's form without one.
    pub qop: Option<Vec<Qop>>,
    /// Was the password right and only the nonce too old?
    pub stale: bool,
}

impl Challenge {
    /// Reads one; `None` when it is no digest, lacks a realm or nonce, or its algorithm is unknown.
    #[must_use]
    pub fn parse(value: &AuthValue<'_>) -> Option<Self> {
        if !value.scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let name = value.find("algorithm").unwrap_or_default();
        let (name, session) = match name.len().checked_sub(5).and_then(|at| name.split_at_checked(at)) {
            Some((plain, suffix)) if suffix.eq_ignore_ascii_case("-sess") => (plain, true),
            _ => (name.as_ref(), false),
        };
        Some(Self {
            realm: value.find("realm")?.into_owned(),
            nonce: value.find("nonce")?.into_owned(),
            opaque: value.find("opaque").map(|opaque| opaque.into_owned()),
            algorithm: if name.is_empty() { Algorithm::Md5 } else { Algorithm::parse(name)? },
            session,
            qop: value.find("qop").map(|list| list.split(',').filter_map(Qop::parse).collect()),
            stale: value.find("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// Can it be answered? Not when it offers protections and none is known.
    #[must_use]
    pub fn is_answerable(&self) -> bool {
        self.qop.as_ref().is_none_or(|offered| !offered.is_empty())
    }

    /// Writes a header value; realm and nonce are quoted.
    #[must_use]
    pub fn to_header(&self) -> String {
        let mut out = format!("Digest realm={},nonce={}", quote(&self.realm), quote(&self.nonce));
        // Writing into a String cannot fail.
        if let Some(opaque) = &self.opaque {
            let _ = write!(out, ",opaque={}", quote(opaque));
        }
        if self.stale {
            out.push_str(",stale=true");
        }
        let session = if self.session { "-sess" } else { "" };
        let _ = write!(out, ",algorithm={}{session}", self.algorithm);
        if let Some(qop) = &self.qop {
            let names: Vec<_> = qop.iter().map(|qop| qop.as_str()).collect();
            let _ = write!(out, ",qop=\"{}\"", names.join(","));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Challenge> {
        Challenge::parse(&AuthValue::parse(text.as_bytes())?)
    }

    #[test]
    fn a_written_challenge_reads_back() {
        let challenge = Challenge {
            realm: "a \"b\"".into(),
            nonce: "n".into(),
            opaque: Some("o".into()),
            algorithm: Algorithm::Sha256,
            session: true,
            qop: Some(vec![Qop::Auth, Qop::AuthInt]),
            stale: true,
        };
        assert_eq!(read(&challenge.to_header()), Some(challenge));
    }

    #[test]
    fn an_old_challenge_has_no_algorithm_and_no_qop() {
        let challenge = read("Digest realm=\"r\", nonce=\"n\"").unwrap();
        assert_eq!((challenge.algorithm, challenge.qop.as_ref()), (Algorithm::Md5, None));
        assert!(challenge.is_answerable());
    }

    #[test]
    fn what_cannot_be_answered_is_seen() {
        assert_eq!(read("Digest realm=\"r\", nonce=\"n\", algorithm=AKAv1-MD5"), None);
        assert_eq!(read("Basic realm=\"r\""), None);
        assert_eq!(read("Digest nonce=\"n\""), None);
        assert!(!read("Digest realm=\"r\", nonce=\"n\", qop=\"new\"").unwrap().is_answerable());
    }
}
