//! `Headers`: the header fields and body of a message, found but not read.

use super::Span;
use crate::grammar::{Elements, unfold};
use crate::header::Name;
use bytes::Bytes;
use std::borrow::Cow;

/// Where one header line's name and value are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) name_start: u32,
    pub(super) value_start: u32,
    pub(super) value_len: u32,
    pub(super) name_len: u16,
    pub(super) name: Name,
}

/// The headers of a message in their order, and its body, over the message's one buffer.
#[derive(Debug, Clone)]
pub struct Headers {
    pub(super) bytes: Bytes,
    pub(super) slots: Vec<Slot>,
    pub(super) body: Span,
    /// The first header that came again though it may not.
    pub(super) repeated: Option<Name>,
}

impl Headers {
    pub(super) fn span(&self, span: Span) -> &[u8] {
        slice(&self.bytes, span.start, span.len)
    }

    /// The whole message as it came.
    #[must_use]
    pub fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The body; empty when there is none.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.span(self.body)
    }

    /// The body, sharing the message's buffer.
    #[must_use]
    pub fn body_bytes(&self) -> Bytes {
        self.bytes.slice_ref(self.body())
    }

    /// Every header line in order: its name as it came and its value, folds included.
    ///
    /// A line without a colon has an empty name.
    #[must_use]
    pub fn iter(&self) -> HeaderIter<'_> {
        HeaderIter { bytes: &self.bytes, slots: self.slots.iter() }
    }

    /// The first value of a header as it came, trimmed, folds included.
    #[must_use]
    pub fn value(&self, name: Name) -> Option<&[u8]> {
        self.values(name).next()
    }

    /// The values of all lines of a header, in order.
    pub fn values(&self, name: Name) -> impl Iterator<Item = &[u8]> + Clone {
        self.slots
            .iter()
            .filter(move |slot| slot.name == name && name != Name::Other)
            .map(|slot| slice(&self.bytes, slot.value_start, slot.value_len))
    }

    /// The elements of a comma-list header over all its lines, in order.
    pub fn elements(&self, name: Name) -> impl Iterator<Item = &[u8]> + Clone {
        self.values(name).flat_map(Elements::of)
    }

    /// The values of all lines whose name is this text, in any case; for names that [`Name`] does not have.
    pub fn values_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> + Clone {
        let known = Name::of(name.as_bytes());
        self.slots
            .iter()
            .filter(move |slot| {
                slot.name == known
                    && (known != Name::Other
                        || slice(&self.bytes, slot.name_start, slot.name_len.into())
                            .eq_ignore_ascii_case(name.as_bytes()))
            })
            .map(|slot| slice(&self.bytes, slot.value_start, slot.value_len))
    }

    /// The first value of a header as text for people: unfolded, and U+FFFD where it is no UTF-8.
    #[must_use]
    pub fn text(&self, name: Name) -> Option<Cow<'_, str>> {
        self.value(name).map(text)
    }

    /// Is there such a header?
    #[must_use]
    pub fn has(&self, name: Name) -> bool {
        self.value(name).is_some()
    }

    /// Is the word an element of a comma list such as Supported, in any case?
    #[must_use]
    pub fn lists(&self, name: Name, word: &str) -> bool {
        self.elements(name).any(|element| element.eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// A raw header value as text for people.
pub(super) fn text(value: &[u8]) -> Cow<'_, str> {
    match unfold(value) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

fn slice(bytes: &Bytes, start: u32, len: u32) -> &[u8] {
    let start = start as usize;
    bytes.get(start..start + len as usize).unwrap_or_default()
}

/// The header lines of a message in order.
#[derive(Debug, Clone)]
pub struct HeaderIter<'a> {
    bytes: &'a Bytes,
    slots: std::slice::Iter<'a, Slot>,
}

impl<'a> Iterator for HeaderIter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        Some((
            slice(self.bytes, slot.name_start, slot.name_len.into()),
            slice(self.bytes, slot.value_start, slot.value_len),
        ))
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a [u8], &'a [u8]);
    type IntoIter = HeaderIter<'a>;

    fn into_iter(self) -> HeaderIter<'a> {
        self.iter()
    }
}
