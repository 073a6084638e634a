//! The messages of RFC 4475, byte for byte; line ends here are CRLF on the wire.

mod meaning;
mod syntax;

use std::sync::LazyLock;

/// Name, and the message with `\n` for CRLF.
pub(crate) static MESSAGES: LazyLock<Vec<(&str, &[u8])>> =
    LazyLock::new(|| [syntax::MESSAGES, meaning::MESSAGES].concat());
