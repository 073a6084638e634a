//! Where a line of configuration stands.

use std::fmt;
use std::sync::Arc;

/// A file and a line in it, counted from one.
///
/// Shown as `etc/pjsip.conf:42`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The path as it was given to [`load`](crate::load), or as an `#include` led to it.
    pub file: Arc<str>,
    /// The line, from one; zero means the file as a whole.
    pub line: u32,
}

impl Location {
    /// A line of a file.
    #[must_use]
    pub fn new(file: impl Into<Arc<str>>, line: u32) -> Self {
        Self { file: file.into(), line }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}
