//! `UriBuf`: a URI that owns its text.

use super::{Uri, UriError};
use std::fmt;
use std::str::FromStr;

/// A checked URI in one small allocation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UriBuf(Box<str>);

impl UriBuf {
    /// The view of it.
    #[must_use]
    pub fn view(&self) -> Uri<'_> {
        Uri::parse(&self.0).unwrap_or(Uri::Other(&self.0))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UriBuf {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        Uri::parse(text).map(Self::from)
    }
}

impl From<Uri<'_>> for UriBuf {
    fn from(uri: Uri<'_>) -> Self {
        Self(uri.as_str().into())
    }
}

impl fmt::Display for UriBuf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owned_uri_is_checked_once_and_written_as_it_came() {
        let uri: UriBuf = "SIP:a@B;lr".parse().unwrap();
        assert_eq!((uri.to_string().as_str(), uri.view().user()), ("SIP:a@B;lr", Some("a")));
        assert_eq!("nobody".parse::<UriBuf>(), Err(UriError::Scheme));
    }
}
