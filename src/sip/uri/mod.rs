//! URIs: `sip`, `sips`, `tel` (RFC 3966) and any other scheme, as views over their text.

mod compare;
mod escape;
mod host;
mod owned;

pub(crate) use escape::hex_digit;
pub use escape::{percent_decode, percent_encode_user};
pub use host::{Host, HostPort};
pub use owned::UriBuf;

use crate::header::Params;
use std::fmt;

/// Why a text is no URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// There is no `scheme:` at the start.
    #[error("the URI has no scheme")]
    Scheme,
    /// White space, a control character or `<`, `>`, `"` stands in it.
    #[error("the URI has a character that must be escaped")]
    Character,
    /// The host is empty or malformed.
    #[error("the URI has no valid host")]
    Host,
    /// The port is no number from 0 to 65535.
    #[error("the URI has no valid port")]
    Port,
}

/// A URI, borrowed from the text that it was read from and written back unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uri<'a> {
    /// `sip:` or `sips:`.
    Sip(SipUri<'a>),
    /// `tel:`.
    Tel(TelUri<'a>),
    /// Any other scheme.
    Other(&'a str),
}

/// A `sip:` or `sips:` URI (RFC 3261 19.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SipUri<'a> {
    text: &'a str,
    /// Is the scheme `sips`?
    pub secure: bool,
    /// The user part as it came, with its escapes and without the password.
    pub user: Option<&'a str>,
    /// The password after the user.
    pub password: Option<&'a str>,
    /// The host and port.
    pub host_port: HostPort<'a>,
    /// The parameters, as in `;transport=tcp;lr`.
    pub params: Params<'a>,
    /// What stands after `?`, undecoded.
    pub headers: Option<&'a str>,
}

/// A `tel:` URI (RFC 3966).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TelUri<'a> {
    text: &'a str,
    /// The number with its visual separators; it begins with `+` when it is global.
    pub number: &'a str,
    /// The parameters, as in `;isub=1;phone-context=example.com`.
    pub params: Params<'a>,
}

impl<'a> Uri<'a> {
    /// Reads a URI that fills the whole text.
    ///
    /// # Errors
    /// A [`UriError`] that names what is wrong.
    pub fn parse(text: &'a str) -> Result<Self, UriError> {
        if text.bytes().any(|byte| byte <= b' ' || matches!(byte, b'<' | b'>' | b'"' | 0x7f)) {
            return Err(UriError::Character);
        }
        let (scheme, rest) = text.split_once(':').ok_or(UriError::Scheme)?;
        if scheme.eq_ignore_ascii_case("sip") {
            SipUri::after_scheme(text, false, rest).map(Self::Sip)
        } else if scheme.eq_ignore_ascii_case("sips") {
            SipUri::after_scheme(text, true, rest).map(Self::Sip)
        } else if scheme.eq_ignore_ascii_case("tel") {
            TelUri::after_scheme(text, rest).map(Self::Tel)
        } else if is_scheme(scheme) && !rest.is_empty() {
            Ok(Self::Other(text))
        } else {
            Err(UriError::Scheme)
        }
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        match self {
            Self::Sip(uri) => uri.text,
            Self::Tel(uri) => uri.text,
            Self::Other(text) => text,
        }
    }

    /// The scheme as it came.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.as_str().split(':').next().unwrap_or_default()
    }

    /// The `sip` or `sips` URI, when it is one.
    #[must_use]
    pub fn as_sip(&self) -> Option<&SipUri<'a>> {
        match self {
            Self::Sip(uri) => Some(uri),
            Self::Tel(_) | Self::Other(_) => None,
        }
    }

    /// The user part of a SIP URI or the number of a `tel` URI, undecoded.
    #[must_use]
    pub fn user(&self) -> Option<&'a str> {
        match self {
            Self::Sip(uri) => uri.user,
            Self::Tel(uri) => Some(uri.number),
            Self::Other(_) => None,
        }
    }

    /// The URI's parameters; empty for schemes that have none known here.
    #[must_use]
    pub fn params(&self) -> Params<'a> {
        match self {
            Self::Sip(uri) => uri.params,
            Self::Tel(uri) => uri.params,
            Self::Other(_) => Params::default(),
        }
    }

    /// Do both mean the same resource (RFC 3261 19.1.4, RFC 3966 4)?
    ///
    /// The relation is not transitive, which is why it is no `==`; `==` compares the texts.
    #[must_use]
    pub fn is_equivalent(&self, other: &Uri<'_>) -> bool {
        compare::equivalent(self, other)
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

impl fmt::Display for Uri<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl<'a> SipUri<'a> {
    fn after_scheme(text: &'a str, secure: bool, rest: &'a str) -> Result<Self, UriError> {
        let (user_info, rest) = match rest.split_once('@') {
            Some((user_info, rest)) => (Some(user_info), rest),
            None => (None, rest),
        };
        let (user, password) = match user_info.map(|info| info.split_once(':').ok_or(info)) {
            Some(Ok((user, password))) => (Some(user), Some(password)),
            Some(Err(user)) => (Some(user), None),
            None => (None, None),
        };
        let (rest, headers) = match rest.split_once('?') {
            Some((rest, headers)) => (rest, Some(headers)),
            None => (rest, None),
        };
        let (host_port, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
        let host_port = HostPort::parse(host_port)?;
        Ok(Self { text, secure, user, password, host_port, params: Params::of(params), headers })
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> Host<'a> {
        self.host_port.host
    }

    /// The port, when one is written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.host_port.port
    }

    /// The `transport` parameter's value.
    #[must_use]
    pub fn transport(&self) -> Option<&'a str> {
        self.params.value("transport").filter(|value| !value.is_empty())
    }

    /// Does a `Route` with this URI mean loose routing (RFC 3261 16.12)?
    #[must_use]
    pub fn is_loose_router(&self) -> bool {
        self.params.has("lr")
    }
}

impl<'a> TelUri<'a> {
    fn after_scheme(text: &'a str, rest: &'a str) -> Result<Self, UriError> {
        let (number, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
        if number.is_empty() {
            return Err(UriError::Host);
        }
        Ok(Self { text, number, params: Params::of(params) })
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The number's dialling characters, without visual separators.
    pub fn digits(&self) -> impl Iterator<Item = char> + 'a {
        self.number.chars().filter(|digit| !matches!(digit, '-' | '.' | '(' | ')'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, user: Option<&str>, host: &str, port: Option<u16>, params: &str) {
        let uri = Uri::parse(text).unwrap();
        let sip = uri.as_sip().unwrap();
        assert_eq!(
            (sip.user, sip.host().as_str(), sip.port(), sip.params.as_str()),
            (user, host, port, params),
            "{text}"
        );
        assert_eq!(uri.to_string(), text);
    }

    fn refused(text: &str, error: UriError) {
        assert_eq!(Uri::parse(text), Err(error), "{text}");
    }

    #[test]
    fn sip_uris_come_apart() {
        check("sip:alice@example.com", Some("alice"), "example.com", None, "");
        check("SIPS:alice:pw@example.com:5061;lr", Some("alice"), "example.com", Some(5061), ";lr");
        check("sip:10.0.0.1", None, "10.0.0.1", None, "");
        check(
            "sip:+1-212;isub=4@gw.example.com;user=phone",
            Some("+1-212;isub=4"),
            "gw.example.com",
            None,
            ";user=phone",
        );
        check("sip:[2001:db8::10]:5070", None, "[2001:db8::10]", Some(5070), "");
        check("sip:a@[fe80::1%25eth0]", Some("a"), "[fe80::1%25eth0]", None, "");
        check("sip:first.last@host_name.local", Some("first.last"), "host_name.local", None, "");
        check("sip:%00@host", Some("%00"), "host", None, "");
        check("sip:@host", Some(""), "host", None, "");
    }

    #[test]
    fn headers_follow_the_question_mark() {
        let uri = Uri::parse("sip:a@b;x=y?Replaces=1%3Bto-tag%3D2&k=v").unwrap();
        assert_eq!(uri.as_sip().unwrap().headers, Some("Replaces=1%3Bto-tag%3D2&k=v"));
        assert_eq!(uri.params().value("x"), Some("y"));
    }

    #[test]
    fn other_schemes_are_kept_whole() {
        let Uri::Tel(tel) = Uri::parse("tel:+1-201-555-0123;isub=12").unwrap() else { panic!("tel") };
        assert_eq!(tel.digits().collect::<String>(), "+12015550123");
        assert_eq!(tel.params.value("isub"), Some("12"));
        assert_eq!(Uri::parse("urn:service:sos"), Ok(Uri::Other("urn:service:sos")));
        assert_eq!(
            Uri::parse("nobodyKnowsThisScheme:totallyopaquecontent").unwrap().scheme(),
            "nobodyKnowsThisScheme"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        refused("alice@example.com", UriError::Scheme);
        refused("<sip:alice@example.com>", UriError::Character);
        refused("sip:alice@exam ple.com", UriError::Character);
        refused("sip:", UriError::Host);
        refused("sip:alice@", UriError::Host);
        refused("sip:2001:db8::10", UriError::Port);
        refused("sip:[2001:db8::10", UriError::Host);
        refused("sip:host:99999", UriError::Port);
        refused("tel:", UriError::Host);
        refused("1x:y", UriError::Scheme);
        refused("", UriError::Scheme);
    }
}
