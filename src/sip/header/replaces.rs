//! `Replaces`: the dialog that a new call takes over (RFC 3891).

use super::Value;

/// The dialog to replace, as its owner sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaces<'a> {
    /// The Call-ID.
    pub call_id: &'a str,
    /// The tag that the receiver put into the dialog.
    pub to_tag: &'a str,
    /// The other side's tag.
    pub from_tag: &'a str,
    /// Replace it only while it rings.
    pub early_only: bool,
}

impl<'a> Replaces<'a> {
    /// Reads a value; `None` when a part is missing.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let Value { value: call_id, params } = Value::parse(value)?;
        Some(Self {
            call_id,
            to_tag: params.value("to-tag")?,
            from_tag: params.value("from-tag")?,
            early_only: params.has("early-only"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tags_are_needed() {
        let replaces =
            Replaces::parse(b"98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff;early-only").unwrap();
        assert_eq!(
            (replaces.call_id, replaces.to_tag, replaces.from_tag),
            ("98732@sip.example.com", "ff87ff", "r33th4x0r")
        );
        assert!(replaces.early_only);
        assert_eq!(Replaces::parse(b"98732@sip.example.com;from-tag=r33th4x0r"), None);
    }
}
