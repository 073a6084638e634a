//! `HeaderList`: headers that the stack's user adds to a message.

use crate::grammar::is_token;
use crate::header::Name;

/// Why a header cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The name is no token.
    #[error("a header name may have letters, digits and -.!%*_+`'~ only")]
    Name,
    /// The value has a line end or NUL, which would begin another header.
    #[error("a header value may not have line ends or NUL")]
    Value,
    /// The stack writes this header itself.
    #[error("the {0} header is written by the SIP stack")]
    Reserved(Name),
}

/// Headers in the order in which they are written; each was checked when it was added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderList {
    lines: Vec<u8>,
}

impl HeaderList {
    /// A list without headers; it allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { lines: Vec::new() }
    }

    /// Adds a header at the end.
    ///
    /// # Errors
    /// The name or value cannot be written, or the stack writes this header itself.
    pub fn push(&mut self, name: &str, value: &str) -> Result<(), HeaderError> {
        let known = Name::of(name.as_bytes());
        if is_reserved(known) {
            return Err(HeaderError::Reserved(known));
        }
        if !is_token(name.as_bytes()) {
            return Err(HeaderError::Name);
        }
        if memchr::memchr3(b'\r', b'\n', 0, value.as_bytes()).is_some() {
            return Err(HeaderError::Value);
        }
        self.line(name, value.as_bytes());
        Ok(())
    }

    /// The list with one more header; for headers whose name and value the program itself chose.
    ///
    /// Line ends in the value become blanks. [`Name::Other`] is no name, and adds nothing.
    #[must_use]
    pub fn with(mut self, name: Name, value: impl AsRef<[u8]>) -> Self {
        if name != Name::Other {
            self.line(name.as_str(), value.as_ref());
        }
        self
    }

    fn line(&mut self, name: &str, value: &[u8]) {
        self.lines.extend_from_slice(name.as_bytes());
        self.lines.extend_from_slice(b": ");
        write_value(&mut self.lines, value);
        self.lines.extend_from_slice(b"\r\n");
    }

    /// Adds lines that end in CRLF and were checked before.
    pub(crate) fn extend_lines(&mut self, lines: &[u8]) {
        self.lines.extend_from_slice(lines);
    }

    /// Adds all headers of another list.
    pub fn extend(&mut self, other: &Self) {
        self.lines.extend_from_slice(&other.lines);
    }

    /// Is there no header?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines, each with its line end.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.lines
    }

    /// Is there a header of that name?
    #[must_use]
    pub fn has(&self, name: Name) -> bool {
        self.lines.split(|&byte| byte == b'\n').any(|line| {
            memchr::memchr(b':', line)
                .and_then(|colon| line.get(..colon))
                .is_some_and(|text| Name::of(text) == name)
        })
    }
}

fn is_reserved(name: Name) -> bool {
    matches!(
        name,
        Name::Via
            | Name::From
            | Name::To
            | Name::CallId
            | Name::CSeq
            | Name::MaxForwards
            | Name::ContentLength
            | Name::ContentType
            | Name::Route
            | Name::RecordRoute
            | Name::RAck
            | Name::RSeq
    )
}

/// Copies a value; what would end the line becomes a blank.
pub(crate) fn write_value(out: &mut Vec<u8>, value: &[u8]) {
    let start = out.len();
    out.extend_from_slice(value);
    if memchr::memchr2(b'\r', b'\n', value).is_some() {
        for byte in out.iter_mut().skip(start) {
            if matches!(byte, b'\r' | b'\n') {
                *byte = b' ';
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str, expected: Result<(), HeaderError>) {
        assert_eq!(HeaderList::new().push(name, value), expected, "{name}: {value}");
    }

    #[test]
    fn a_header_cannot_smuggle_another_one() {
        check("X-Tenant", "blue", Ok(()));
        check("X-Tenant", "blue\r\nVia: x", Err(HeaderError::Value));
        check("X Tenant", "blue", Err(HeaderError::Name));
        check("", "blue", Err(HeaderError::Name));
        check("v", "SIP/2.0/UDP h", Err(HeaderError::Reserved(Name::Via)));
        assert_eq!(HeaderList::new().with(Name::Subject, "a\r\nb").as_bytes(), b"Subject: a  b\r\n");
    }

    #[test]
    fn a_list_knows_its_names() {
        let list = HeaderList::new().with(Name::Subject, "x").with(Name::Contact, "<sip:a>");
        assert!(list.has(Name::Contact));
        assert!(!list.has(Name::Supported));
    }
}
