//! `RetryAfter`: when to try again (RFC 3261 20.33).

use crate::grammar::{decimal, trim};

/// How long the other side asks to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter {
    /// The wait in seconds; a comment and parameters after it are passed over.
    pub seconds: u32,
}

impl RetryAfter {
    /// Reads a value; `None` when it begins with no number.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let value = trim(value);
        let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = value.split_at(digits);
        let ended = matches!(rest.first(), None | Some(b' ' | b'\t' | b'\r' | b'\n' | b';' | b'('));
        if !ended {
            return None;
        }
        decimal(digits).map(|seconds| Self { seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_parameters_are_passed_over() {
        assert_eq!(
            RetryAfter::parse(b"120 (I'm in a meeting);duration=5"),
            Some(RetryAfter { seconds: 120 })
        );
        assert_eq!(RetryAfter::parse(b" 5"), Some(RetryAfter { seconds: 5 }));
        assert_eq!(RetryAfter::parse(b"soon"), None);
        assert_eq!(RetryAfter::parse(b"5s"), None);
    }
}
