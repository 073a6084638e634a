//! Words for yes and no, and numbers as C's `strtol` with base zero reads them.

/// Asterisk's words for yes.
const TRUE: [&str; 6] = ["yes", "true", "y", "t", "1", "on"];

/// Asterisk's words for no.
const FALSE: [&str; 6] = ["no", "false", "n", "f", "0", "off"];

/// Whether Asterisk takes this text for yes; case does not matter.
#[must_use]
pub fn is_true(text: &str) -> bool {
    TRUE.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether Asterisk takes this text for no; case does not matter. Not the opposite of [`is_true`].
#[must_use]
pub fn is_false(text: &str) -> bool {
    FALSE.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A whole number in Asterisk's spelling: `42`, `-1`, `0x2a`, and `010`, which is eight.
#[must_use]
pub fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (digits.get(2..)?, 16),
        [b'0', _, ..] => (digits.get(1..)?, 8),
        _ => (digits, 10),
    };
    // from_str_radix would accept a second sign.
    if !digits.starts_with(|first: char| first.is_ascii_hexdigit()) {
        return None;
    }
    let value = i64::from_str_radix(digits, radix).ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: Option<i64>) {
        assert_eq!(integer(input), expected, "{input}");
    }

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        check("42", Some(42));
        check("-1", Some(-1));
        check("+7", Some(7));
        check("0", Some(0));
        check("0x1F", Some(31));
        check("010", Some(8));
    }

    #[test]
    fn other_text_is_no_number() {
        for text in ["", "-", "+-1", "--1", "1s", "1.5", "09", "0x", "99999999999999999999", "é"] {
            check(text, None);
        }
    }

    #[test]
    fn yes_and_no_are_lists_of_words() {
        assert!(is_true("YES") && is_true("1") && !is_true("2") && !is_true(""));
        assert!(is_false("Off") && is_false("n") && !is_false("") && !is_false("nope"));
    }
}
