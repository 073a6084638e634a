//! The inside of `${…}`: a variable or a function, and which part of its value is wanted.

use std::ops::Range;

/// What stands between `${` and `}` once nothing in it is left to substitute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    /// The name of the variable or of the function.
    pub(super) name: &'a str,
    /// The text in the parentheses of a function.
    pub(super) arguments: Option<&'a str>,
    pub(super) part: Part,
}

/// Which part of a value is wanted: `:offset:length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Bytes from the beginning; below zero from the end.
    offset: i32,
    /// Bytes to keep; below zero how many to leave off at the end.
    length: i32,
}

impl Part {
    pub(super) const WHOLE: Self = Self { offset: 0, length: i32::MAX };

    /// The wanted part of a value, in bytes; a character that would be cut is left out.
    pub(super) fn of(self, value: &str) -> Range<usize> {
        let size = i64::try_from(value.len()).unwrap_or(i64::MAX);
        let offset = i64::from(self.offset);
        let length = i64::from(self.length);
        let start = if offset < 0 { (size + offset).max(0) } else { offset.min(size) };
        let end = if length < 0 { (size + length).max(start) } else { (start + length).min(size) };
        let inside = |at: i64| usize::try_from(at).unwrap_or(value.len()).min(value.len());
        let start =
            (inside(start)..value.len()).find(|&at| value.is_char_boundary(at)).unwrap_or(value.len());
        let end = (start..=inside(end).max(start)).rev().find(|&at| value.is_char_boundary(at));
        start..end.unwrap_or(start)
    }
}

impl<'a> Reference<'a> {
    /// Takes `NAME`, `NAME:1:2`, `FUNC(a,b)` or `FUNC(a):1` apart.
    ///
    /// The parenthesis of a function counts only before the first colon outside of parentheses.
    pub(super) fn parse(text: &'a str) -> Self {
        let mut depth = 0_i32;
        let mut is_function = false;
        let mut colon = None;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'(' => {
                    is_function = true;
                    depth += 1;
                }
                b')' => depth -= 1,
                b':' if depth == 0 => {
                    colon = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let (wanted, part) = match colon.and_then(|at| text.split_at_checked(at)) {
            Some((wanted, part)) => (wanted, parse_part(part.get(1..).unwrap_or_default())),
            None => (text, Part::WHOLE),
        };
        match wanted.split_once('(').filter(|_| is_function) {
            Some((name, arguments)) => {
                let inside = arguments.rfind(')').and_then(|end| arguments.get(..end));
                Self { name, arguments: Some(inside.unwrap_or(arguments)), part }
            }
            None => Self { name: wanted, arguments: None, part },
        }
    }
}

/// Reads as `sscanf("%d:%d")` does: what cannot be read stays at its default.
fn parse_part(text: &str) -> Part {
    let Some((offset, rest)) = scan_integer(text) else { return Part::WHOLE };
    let length = rest.strip_prefix(':').and_then(scan_integer);
    Part { offset, length: length.map_or(i32::MAX, |(length, _)| length) }
}

fn scan_integer(text: &str) -> Option<(i32, &str)> {
    let text = text.trim_start();
    let signed = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = signed.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(text.len() - signed.len() + digits)?;
    if digits == 0 {
        return None;
    }
    let limit = if number.starts_with('-') { i32::MIN } else { i32::MAX };
    Some((number.parse().unwrap_or(limit), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, value: &str, expected: &str) {
        let reference = Reference::parse(text);
        assert_eq!(&value[reference.part.of(value)], expected, "{text} of {value}");
    }

    /// Channel Variables, "Substring", in the documentation; the corners from `parse_variable_name`.
    #[test]
    fn parts_of_values() {
        check("X:1", "123", "23");
        check("X:0:2", "123", "12");
        check("X:-2", "123", "23");
        check("X:-2:1", "123", "2");
        check("X:0:-1", "123", "12");
        check("X:1:-1", "123", "2");
        check("X:-3:-2", "123", "1");
        check("X:5", "123", "");
        check("X:-9", "123", "123");
        check("X:0:9", "123", "123");
        check("X:2:-2", "123", "");
        check("X:", "123", "123");
        check("X:a", "123", "123");
        check("X:1:", "123", "23");
        check("X:1x:1", "123", "23");
        check("X: 1: 1", "123", "2");
        check("X:99999999999999999999", "123", "");
        check("X:1:0", "123", "");
        check("X:1:1", "äbc", "");
        check("X:0:3", "äbc", "äb");
    }

    #[test]
    fn functions_have_parentheses_before_any_colon() {
        let reference = Reference::parse("CUT(a:b,:,2):1:2");
        assert_eq!((reference.name, reference.arguments), ("CUT", Some("a:b,:,2")));
        assert_eq!(reference.part, Part { offset: 1, length: 2 });
        assert_eq!(Reference::parse("x:1(").arguments, None);
        assert_eq!(Reference::parse("F(a").arguments, Some("a"));
        assert_eq!(Reference::parse("F(a)b").arguments, Some("a"));
        assert_eq!(Reference::parse("F()").arguments, Some(""));
    }
}
