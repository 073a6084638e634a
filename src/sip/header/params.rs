//! `Params`: the `;name=value` list after a URI or a header value.

use crate::grammar::{quoted_len, trim_text, unquote_text};
use std::borrow::Cow;

/// A list of parameters, read when asked for; white space around `;` and `=` is allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Params<'a> {
    text: &'a str,
}

/// One parameter as it came; a quoted value still has its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param<'a> {
    /// The name before `=`.
    pub name: &'a str,
    /// The value after `=`, when there is one.
    pub value: Option<&'a str>,
}

impl<'a> Param<'a> {
    /// The value without quotes and backslashes; empty when there is none.
    #[must_use]
    pub fn unquoted(&self) -> Cow<'a, str> {
        self.value.map_or(Cow::Borrowed(""), unquote_text)
    }
}

impl<'a> Params<'a> {
    /// Takes the text that begins with the first `;` (or is empty).
    #[must_use]
    pub const fn of(text: &'a str) -> Self {
        Self { text }
    }

    /// The text as it came.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Is there no parameter?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Every parameter in order; empty ones (`;;`) are skipped.
    #[must_use]
    pub fn iter(&self) -> ParamIter<'a> {
        ParamIter { rest: self.text }
    }

    /// The first parameter of that name, in any case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Param<'a>> {
        self.iter().find(|param| param.name.eq_ignore_ascii_case(name))
    }

    /// The value of the first parameter of that name, quotes kept; empty when it has no value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.find(name).map(|param| param.value.unwrap_or(""))
    }

    /// Is there a parameter of that name?
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// A parameter's decimal value; `None` when it is absent or no number of 32 bits.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u32> {
        crate::grammar::decimal(self.value(name)?.as_bytes())
    }
}

impl<'a> IntoIterator for &Params<'a> {
    type Item = Param<'a>;
    type IntoIter = ParamIter<'a>;

    fn into_iter(self) -> ParamIter<'a> {
        self.iter()
    }
}

/// The parameters of a list in order.
#[derive(Debug, Clone)]
pub struct ParamIter<'a> {
    rest: &'a str,
}

impl<'a> Iterator for ParamIter<'a> {
    type Item = Param<'a>;

    fn next(&mut self) -> Option<Param<'a>> {
        loop {
            let rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n', ';']);
            if rest.is_empty() {
                self.rest = rest;
                return None;
            }
            let (param, after) = rest.split_at(param_len(rest));
            self.rest = after;
            let (name, value) = match param.split_once('=') {
                Some((name, value)) => (trim_text(name), Some(trim_text(value))),
                None => (trim_text(param), None),
            };
            if !name.is_empty() {
                return Some(Param { name, value });
            }
        }
    }
}

/// Length of the parameter at the start: up to the next `;` outside quotes.
fn param_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        match memchr::memchr2(b';', b'"', rest) {
            None => break,
            Some(stop) if rest.get(stop) == Some(&b';') => return at + stop,
            Some(stop) => match rest.get(stop..).and_then(quoted_len) {
                Some(length) => at += stop + length,
                None => break,
            },
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let params: Vec<_> = Params::of(text).iter().map(|param| (param.name, param.value)).collect();
        assert_eq!(params, expected, "{text:?}");
    }

    #[test]
    fn spaces_folds_and_empty_parameters_are_tolerated() {
        check(";a=1;b", &[("a", Some("1")), ("b", None)]);
        check("  ;\r\n tag = 98asjd8", &[("tag", Some("98asjd8"))]);
        check(";;a=;;", &[("a", Some(""))]);
        check("", &[]);
        check(";=x;y", &[("y", None)]);
    }

    #[test]
    fn a_semicolon_inside_quotes_belongs_to_the_value() {
        check(
            ";+sip.instance=\"<urn:uuid:1;2>\";ob",
            &[("+sip.instance", Some("\"<urn:uuid:1;2>\"")), ("ob", None)],
        );
        check(";a=\"open;b", &[("a", Some("\"open;b"))]);
    }

    #[test]
    fn names_are_found_in_any_case() {
        let params = Params::of(";Expires=60;Q=\"0.\\\"5\"");
        assert_eq!(params.number("expires"), Some(60));
        assert_eq!(params.find("q").unwrap().unquoted(), "0.\"5");
        assert_eq!(params.value("none"), None);
    }
}
