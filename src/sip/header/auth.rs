//! `AuthValue`: a scheme and its comma-separated parameters (RFC 3261 25.1 `challenge`, `credentials`).

use crate::grammar::{comma, is_lws, trim_text, unquote_text};
use std::borrow::Cow;

/// The value of WWW-Authenticate, Authorization and their proxy forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthValue<'a> {
    /// `Digest`, `Basic` or another scheme.
    pub scheme: &'a str,
    params: &'a str,
}

/// One `name=value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthParam<'a> {
    /// The name.
    pub name: &'a str,
    /// The value as it came, with its quotes.
    pub value: &'a str,
}

impl<'a> AuthParam<'a> {
    /// The value without quotes and backslashes.
    #[must_use]
    pub fn unquoted(&self) -> Cow<'a, str> {
        unquote_text(self.value)
    }
}

impl<'a> AuthValue<'a> {
    /// Reads a value; `None` when there is no scheme or the bytes are no UTF-8.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let text = trim_text(std::str::from_utf8(value).ok()?);
        let (scheme, params) = text.split_at(text.bytes().position(is_lws).unwrap_or(text.len()));
        (!scheme.is_empty()).then_some(Self { scheme, params })
    }

    /// The parameters in order.
    #[must_use]
    pub fn params(&self) -> AuthParams<'a> {
        AuthParams { rest: self.params }
    }

    /// The parameter of that name, in any case, unquoted.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Cow<'a, str>> {
        self.params().find(|param| param.name.eq_ignore_ascii_case(name)).map(|param| param.unquoted())
    }
}

/// The parameters of an [`AuthValue`] in order; what has no `=` is skipped.
#[derive(Debug, Clone)]
pub struct AuthParams<'a> {
    rest: &'a str,
}

impl<'a> Iterator for AuthParams<'a> {
    type Item = AuthParam<'a>;

    fn next(&mut self) -> Option<AuthParam<'a>> {
        while !self.rest.is_empty() {
            let (element, rest) = match comma(self.rest.as_bytes()) {
                Some(at) => {
                    (self.rest.get(..at).unwrap_or_default(), self.rest.get(at + 1..).unwrap_or_default())
                }
                None => (self.rest, ""),
            };
            self.rest = rest;
            if let Some((name, value)) = element.split_once('=') {
                return Some(AuthParam { name: trim_text(name), value: trim_text(value) });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_may_be_quoted_and_spaced() {
        let value = AuthValue::parse(
            b"Digest realm = \"a, b\",nonce=\"\\\"x\" ,\r\n qop=\"auth,auth-int\", stale=FALSE,",
        )
        .unwrap();
        assert_eq!(value.scheme, "Digest");
        assert_eq!(value.find("REALM").as_deref(), Some("a, b"));
        assert_eq!(value.find("nonce").as_deref(), Some("\"x"));
        assert_eq!(value.find("qop").as_deref(), Some("auth,auth-int"));
        assert_eq!(value.find("stale").as_deref(), Some("FALSE"));
        assert_eq!(value.find("opaque"), None);
        assert_eq!(value.params().count(), 4);
    }

    #[test]
    fn an_angle_bracket_in_a_value_hides_no_comma() {
        let value = AuthValue::parse(b"Digest uri=\"sip:a<b\", response=1").unwrap();
        assert_eq!(value.find("response").as_deref(), Some("1"));
    }
}
