//! `Credentials`: what a client sends to prove that it knows the password (RFC 7616 3.4).

use super::{Algorithm, Qop};
use crate::header::AuthValue;
use std::borrow::Cow;

/// Digest credentials, read from a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// Who claims to be here.
    pub username: Cow<'a, str>,
    /// Whose challenge is answered.
    pub realm: Cow<'a, str>,
    /// The nonce of that challenge.
    pub nonce: Cow<'a, str>,
    /// The URI that was hashed.
    pub uri: Cow<'a, str>,
    /// The proof in hexadecimal.
    pub response: Cow<'a, str>,
    /// The hash.
    pub algorithm: Algorithm,
    /// The protection with the client's nonce and count; `None` is RFC 2069's form.
    pub protection: Option<Protection<'a>>,
}

/// The parts of RFC 7616 that RFC 2069 had not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection<'a> {
    /// What the proof covers.
    pub qop: Qop,
    /// The client's nonce.
    pub cnonce: Cow<'a, str>,
    /// The count as it came, eight hexadecimal digits.
    pub nc: Cow<'a, str>,
    /// The count as a number.
    pub count: u32,
}

impl<'a> Credentials<'a> {
    /// Reads a header value; `None` when it is no digest, a part is missing or malformed, or the algorithm is
    /// one that no server here offers.
    #[must_use]
    pub fn parse(value: &AuthValue<'a>) -> Option<Self> {
        if !value.scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let algorithm = match value.find("algorithm") {
            Some(name) => Algorithm::parse(&name)?,
            None => Algorithm::Md5,
        };
        let protection = match value.find("qop") {
            Some(qop) if !qop.is_empty() => Some(Protection::parse(value, &qop)?),
            Some(_) | None => None,
        };
        Some(Self {
            username: value.find("username")?,
            realm: value.find("realm")?,
            nonce: value.find("nonce")?,
            uri: value.find("uri")?,
            response: value.find("response")?,
            algorithm,
            protection,
        })
    }
}

impl<'a> Protection<'a> {
    fn parse(value: &AuthValue<'a>, qop: &str) -> Option<Self> {
        let nc = value.find("nc")?;
        Some(Self {
            qop: Qop::parse(qop)?,
            cnonce: value.find("cnonce")?,
            count: u32::from_str_radix(&nc, 16).ok().filter(|_| nc.len() == 8)?,
            nc,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Credentials<'_>> {
        Credentials::parse(&AuthValue::parse(text.as_bytes())?)
    }

    #[test]
    fn the_count_must_be_eight_digits() {
        let with = |rest: &str| format!("Digest username=u,realm=r,nonce=n,uri=\"sip:a\",response=0{rest}");
        assert_eq!(read(&with(",qop=auth,cnonce=c,nc=0000000A")).unwrap().protection.unwrap().count, 10);
        assert!(read(&with(",qop=auth,cnonce=c,nc=1")).is_none());
        assert!(read(&with(",qop=auth,cnonce=c")).is_none());
        assert!(read(&with(",qop=other,cnonce=c,nc=00000001")).is_none());
        assert_eq!(read(&with("")).unwrap().protection, None);
        assert!(read("Digest username=u").is_none());
    }
}
