//! `Limits`: how big a message may be.

/// Upper bounds that a parser enforces before it trusts anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a whole message, body included.
    pub message: usize,
    /// Header lines.
    pub headers: usize,
    /// Bytes of one header with its folds, or of the first line.
    pub line: usize,
}

impl Default for Limits {
    /// 64 KiB, which is more than a datagram holds; 256 headers; 8 KiB a line.
    fn default() -> Self {
        Self { message: 65_536, headers: 256, line: 8192 }
    }
}
