//! `NameAddr`: `"Display" <uri>;params`, as in From, To, Contact, Route and their like (RFC 3261 20.10).

use super::Params;
use crate::grammar::{comma, quote, quoted_len, trim, unquote};
use crate::uri::Uri;
use std::borrow::Cow;

/// A URI with an optional display name and header parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameAddr<'a> {
    /// The display name as it came, with its quotes; empty when there is none.
    pub display: &'a [u8],
    /// The address.
    pub uri: Uri<'a>,
    /// The parameters after the address; without angle brackets all parameters are these.
    pub params: Params<'a>,
}

impl<'a> NameAddr<'a> {
    /// Reads one value; `None` when it is malformed.
    ///
    /// A display name of more than tokens (`Bell, Alexander <sip:…>`) is accepted, as RFC 4475 3.1.2.15 allows.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let value = trim(value);
        let after_quotes = if value.first() == Some(&b'"') { quoted_len(value)? } else { 0 };
        match memchr::memchr(b'<', value.get(after_quotes..)?) {
            Some(open) => Self::bracketed(value, after_quotes + open),
            None if after_quotes == 0 => Self::bare(value),
            None => None,
        }
    }

    fn bracketed(value: &'a [u8], open: usize) -> Option<Self> {
        let close = open + memchr::memchr(b'>', value.get(open..)?)?;
        let uri = std::str::from_utf8(trim(value.get(open + 1..close)?)).ok()?;
        let params = trim(value.get(close + 1..)?);
        if !params.is_empty() && params.first() != Some(&b';') {
            return None;
        }
        Some(Self {
            display: trim(value.get(..open)?),
            uri: Uri::parse(uri).ok()?,
            params: Params::of(std::str::from_utf8(params).ok()?),
        })
    }

    /// Without brackets a `?` or `,` in the URI is an error, and `;` ends it (RFC 3261 20).
    fn bare(value: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        let (uri, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        if uri.contains(['?', ',']) {
            return None;
        }
        let uri = Uri::parse(uri.trim_end_matches([' ', '\t', '\r', '\n'])).ok()?;
        Some(Self { display: &[], uri, params: Params::of(params) })
    }

    /// The display name without quotes; bytes that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn display_name(&self) -> Cow<'a, str> {
        match unquote(self.display) {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// The `tag` parameter; `None` when absent or empty.
    #[must_use]
    pub fn tag(&self) -> Option<&'a str> {
        self.params.value("tag").filter(|tag| !tag.is_empty())
    }
}

/// Writes `"Display" <uri>`, or `<uri>` without a display name.
#[must_use]
pub fn format_name_addr(display: &str, uri: &str) -> String {
    if display.is_empty() { format!("<{uri}>") } else { format!("{} <{uri}>", quote(display)) }
}

/// The addresses of a comma list, as text.
#[derive(Debug, Clone)]
pub struct NameAddrs<'a> {
    rest: &'a [u8],
}

impl<'a> NameAddrs<'a> {
    /// Splits one header value.
    #[must_use]
    pub fn of(value: &'a [u8]) -> Self {
        Self { rest: trim(value) }
    }

    /// A comma in an unquoted display name (`Smith, John <sip:…>`) ends no address: what stands before
    /// it has no colon yet, so it is no URI.
    fn end(&self) -> usize {
        let mut at = 0;
        while let Some(found) = self.rest.get(at..).and_then(comma) {
            let element = trim(self.rest.get(..at + found).unwrap_or_default());
            if element.is_empty() || element == b"*" || memchr::memchr(b':', element).is_some() {
                return at + found;
            }
            at += found + 1;
        }
        self.rest.len()
    }
}

impl<'a> Iterator for NameAddrs<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while !self.rest.is_empty() {
            let end = self.end();
            let element = trim(self.rest.get(..end).unwrap_or_default());
            self.rest = self.rest.get(end + 1..).unwrap_or_default();
            if !element.is_empty() {
                return Some(element);
            }
        }
        None
    }
}

/// One element of a Contact header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact<'a> {
    /// `*`: all bindings (RFC 3261 10.2.2).
    All,
    /// An address.
    Address(NameAddr<'a>),
}

impl<'a> Contact<'a> {
    /// Reads one element; `None` when it is malformed.
    #[must_use]
    pub fn parse(element: &'a [u8]) -> Option<Self> {
        match trim(element) {
            b"*" => Some(Self::All),
            element => NameAddr::parse(element).map(Self::Address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &[u8], display: &str, uri: &str, params: &str) {
        let read = NameAddr::parse(value).unwrap();
        assert_eq!(
            (read.display_name().as_ref(), read.uri.as_str(), read.params.as_str()),
            (display, uri, params),
            "{}",
            value.escape_ascii()
        );
    }

    #[test]
    fn addresses_come_with_and_without_names_and_brackets() {
        check(b"<sip:a@b;lr>;tag=1", "", "sip:a@b;lr", ";tag=1");
        check(b"sip:a@b;tag=1", "", "sip:a@b", ";tag=1");
        check(b"sip:a@b ;   tag    = 1", "", "sip:a@b", ";   tag    = 1");
        check(b"caller<sip:caller@example.com>;tag=323", "caller", "sip:caller@example.com", ";tag=323");
        check(
            br#""J Rosenberg \\\""       <sip:j@example.com>"#,
            r#"J Rosenberg \""#,
            "sip:j@example.com",
            "",
        );
        check(b"Bell, Alexander <sip:a@example.com>", "Bell, Alexander", "sip:a@example.com", "");
        check(b"M\xfcller <sip:m@b>", "M\u{fffd}ller", "sip:m@b", "");
        check("\"Jürgen <J>\" <sip:j@b>".as_bytes(), "Jürgen <J>", "sip:j@b", "");
        check(b"\"\" < sip:a@b >", "", "sip:a@b", "");
    }

    #[test]
    fn a_written_address_reads_back() {
        check(format_name_addr("Ann \"A\" \\", "sip:a@b").as_bytes(), "Ann \"A\" \\", "sip:a@b", "");
        assert_eq!(format_name_addr("", "sip:a@b"), "<sip:a@b>");
    }

    #[test]
    fn malformed_addresses_are_refused() {
        for value in [
            &b""[..],
            b"*",
            b"<>",
            b"\"Mr. J. User <sip:j.user@example.com>",
            b"\"Watson, Thomas\" < t.watson@example.org >",
            b"sip:user@example.com?Route=%3Csip:sip.example.com%3E",
            b"<sip:a@b> x",
            b"<sip:a@b",
            b"<sip:\xff@b>",
        ] {
            assert_eq!(NameAddr::parse(value), None, "{}", value.escape_ascii());
        }
    }

    #[test]
    fn a_list_survives_commas_in_display_names() {
        let split = |value: &'static str| -> Vec<&'static str> {
            NameAddrs::of(value.as_bytes()).map(|element| std::str::from_utf8(element).unwrap()).collect()
        };
        assert_eq!(split("Smith, John <sip:j@a>, <sip:k@b>;q=1"), ["Smith, John <sip:j@a>", "<sip:k@b>;q=1"]);
        assert_eq!(split("<sip:a,b@c>,sip:d@e"), ["<sip:a,b@c>", "sip:d@e"]);
        assert_eq!(split("*"), ["*"]);
        assert_eq!(split(" , "), [""; 0]);
    }
}
