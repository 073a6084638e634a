//! Characters that a dialplan cannot write as they are: `\n`, `\r`, `\t`, `\x2C`, `\054`, and `\` before any other.

/// The first character of a text, decoded, and what is behind it; `None` for an empty text or a bad `\x`.
pub(crate) fn first_char(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if first != '\\' {
        return Some((first, chars.as_str()));
    }
    let escaped = chars.as_str();
    let sign = chars.next()?;
    match sign {
        'n' => Some(('\n', chars.as_str())),
        'r' => Some(('\r', chars.as_str())),
        't' => Some(('\t', chars.as_str())),
        'x' => code(chars.as_str(), 16, 2),
        // The zero is one of the digits.
        '0' => code(escaped, 8, usize::MAX),
        other => Some((other, chars.as_str())),
    }
}

/// All characters of a text, decoded; a bad escape ends it.
pub(crate) fn decode(text: &str) -> String {
    let mut rest = text;
    std::iter::from_fn(|| {
        let (char, after) = first_char(rest)?;
        rest = after;
        Some(char)
    })
    .collect()
}

/// The character whose code stands in up to `most` digits, at least one; codes count in one byte, as in Asterisk.
fn code(text: &str, radix: u32, most: usize) -> Option<(char, &str)> {
    let length = text.chars().take(most).take_while(|char| char.is_digit(radix)).count();
    let (digits, rest) = text.split_at_checked(length)?;
    let add = |code: u8, digit: char| {
        let digit = digit.to_digit(radix).unwrap_or_default();
        code.wrapping_mul(radix as u8).wrapping_add(digit as u8)
    };
    (length > 0).then(|| (char::from(digits.chars().fold(0, add)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(decode(text), expected, "{text}");
    }

    #[test]
    fn escapes_are_those_of_asterisk() {
        check("a\\n\\t\\\\\\-b", "a\n\t\\-b");
        check("\\x2c\\x2Cd", ",,d");
        check("\\x2g", "\u{2}g");
        check("\\054x\\0", ",x\0");
        check("ä\\xE4", "ää");
        check("a\\xz", "a");
        check("a\\", "a");
    }
}
