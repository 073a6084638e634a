//! `Value`: a token with parameters, as in Event, Subscription-State and Content-Disposition.

use super::Params;
use crate::grammar::trim_text;

/// A value and the parameters after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value<'a> {
    /// What stands before the first `;`.
    pub value: &'a str,
    /// The parameters.
    pub params: Params<'a>,
}

impl<'a> Value<'a> {
    /// Reads a value; `None` when it is empty or no UTF-8.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let text = trim_text(std::str::from_utf8(bytes).ok()?);
        let (value, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        let value = trim_text(value);
        (!value.is_empty()).then_some(Self { value, params: Params::of(params) })
    }

    /// Is the value this word, in any case?
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        self.value.eq_ignore_ascii_case(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_ends_at_the_first_semicolon() {
        let value = Value::parse(b" message-summary ; id = 4").unwrap();
        assert!(value.is("Message-Summary"));
        assert_eq!(value.params.value("id"), Some("4"));
        assert_eq!(Value::parse(b" ;a=b"), None);
    }
}
