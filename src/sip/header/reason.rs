//! `Reason`: why a request was sent (RFC 3326).

use super::{Params, Value};
use std::borrow::Cow;

/// One reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason<'a> {
    /// `SIP`, `Q.850` or another protocol.
    pub protocol: &'a str,
    /// The cause in that protocol.
    pub cause: Option<u16>,
    params: Params<'a>,
}

impl<'a> Reason<'a> {
    /// Reads one element of the list.
    #[must_use]
    pub fn parse(element: &'a [u8]) -> Option<Self> {
        let Value { value, params } = Value::parse(element)?;
        let cause = params.number("cause").and_then(|cause| u16::try_from(cause).ok());
        Some(Self { protocol: value, cause, params })
    }

    /// The text for people.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        self.params.find("text").map(|param| param.unquoted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_and_text_are_read() {
        let reason = Reason::parse(b"Q.850 ;cause=16 ;text=\"Terminated; normally\"").unwrap();
        assert_eq!((reason.protocol, reason.cause), ("Q.850", Some(16)));
        assert_eq!(reason.text().as_deref(), Some("Terminated; normally"));
    }
}
