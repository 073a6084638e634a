//! `ContentType`: what a body is (RFC 3261 20.15).

use super::Params;
use crate::grammar::{is_token, trim_text};

/// A media type with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentType<'a> {
    /// `application` in `application/sdp`.
    pub kind: &'a str,
    /// `sdp` in `application/sdp`.
    pub subtype: &'a str,
    /// The parameters, as in `;boundary=x`.
    pub params: Params<'a>,
}

impl<'a> ContentType<'a> {
    /// Reads a value; `None` when it is malformed.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let text = trim_text(std::str::from_utf8(value).ok()?);
        let (media, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        let (kind, subtype) = media.split_once('/')?;
        let (kind, subtype) = (trim_text(kind), trim_text(subtype));
        let valid = is_token(kind.as_bytes()) && is_token(subtype.as_bytes());
        valid.then_some(Self { kind, subtype, params: Params::of(params) })
    }

    /// Is it this type, written `application/sdp`, in any case and with any parameters?
    #[must_use]
    pub fn is(&self, media: &str) -> bool {
        media.split_once('/').is_some_and(|(kind, subtype)| {
            self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
        })
    }

    /// Is the body a multipart one (RFC 2046 5.1)?
    #[must_use]
    pub fn is_multipart(&self) -> bool {
        self.kind.eq_ignore_ascii_case("multipart")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_compare_without_case() {
        let content = ContentType::parse(b" Application / SDP ;charset=utf-8").unwrap();
        assert!(content.is("application/sdp"));
        assert_eq!(content.params.value("charset"), Some("utf-8"));
        assert_eq!(ContentType::parse(b"sdp"), None);
        assert_eq!(ContentType::parse(b"/sdp"), None);
    }
}
