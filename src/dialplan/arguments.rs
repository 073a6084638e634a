//! The arguments of an application between its commas, split as Asterisk's applications split them.

use std::borrow::Cow;

use smallvec::SmallVec;

/// The arguments of an application; few enough for most not to need the heap.
pub type Arguments<'a> = SmallVec<[Cow<'a, str>; 8]>;

/// Splits at commas into at most `limit` pieces.
///
/// Commas in parentheses, brackets or double quotes do not count, nor does one after a backslash. The
/// quotes and backslashes are taken away; only the piece that reaches `limit` is left as it is, with all
/// its commas. An empty text has no arguments, and one that ends in a comma has an empty one last. This is
/// what `AST_STANDARD_APP_ARGS` does with an array of that size.
#[must_use]
pub fn split_arguments(text: &str, limit: usize) -> Arguments<'_> {
    split_arguments_at(text, b',', limit)
}

/// Splits as [`split_arguments`] does, at another ASCII sign: `/` of `DB`, `?` and `:` of `IF`.
///
/// Where that is the double quote, double quotes hide nothing.
#[must_use]
pub fn split_arguments_at(text: &str, sign: u8, limit: usize) -> Arguments<'_> {
    let mut pieces = Arguments::new();
    let mut rest = Some(text).filter(|text| !text.is_empty() && limit > 0);
    // Unlike quotes, brackets that are open stay so in the following pieces; but no piece ends in them.
    while let Some(text) = rest {
        if pieces.len() + 1 >= limit {
            pieces.push(Cow::Borrowed(text));
            break;
        }
        let (piece, after) = first_piece(text, sign);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Splits at commas as [`split_arguments`] does, and takes no quotes and backslashes away.
///
/// This is what `AST_STANDARD_RAW_ARGS` does, by which a subroutine gets its arguments.
pub fn split_raw_arguments(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let text = rest.take()?;
        rest = first_piece(text, b',').1;
        let end = rest.map_or(text.len(), |after| text.len() - after.len() - 1);
        text.get(..end)
    })
}

/// The sign that hides the commas behind it because its counterpart is missing, if there is one.
#[must_use]
pub fn hidden_commas(text: &str) -> Option<char> {
    let mut open: Vec<(char, bool)> = Vec::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        let is_in_quotes = open.last().is_some_and(|(sign, _)| *sign == '"');
        match char {
            '\\' => {
                chars.next();
            }
            '"' if is_in_quotes => {
                open.pop();
            }
            ',' => open.iter_mut().for_each(|(_, hides)| *hides = true),
            '"' | '(' | '[' => open.push((char, false)),
            ')' | ']' if !is_in_quotes => {
                let opening = if char == ')' { '(' } else { '[' };
                if let Some(at) = open.iter().rposition(|(sign, _)| *sign == opening) {
                    open.remove(at);
                }
            }
            _ => {}
        }
    }
    open.into_iter().find(|(_, hides)| *hides).map(|(sign, _)| sign)
}

/// The text up to the first sign that counts, and what is behind the sign if there is one.
fn first_piece(text: &str, sign: u8) -> (Cow<'_, str>, Option<&str>) {
    let mut plain = Plain { text, from: 0, out: None };
    let (mut parentheses, mut brackets, mut is_quoted) = (0_u32, 0_u32, false);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'(' => parentheses = parentheses.saturating_add(1),
            b')' => parentheses = parentheses.saturating_sub(1),
            b'[' => brackets = brackets.saturating_add(1),
            b']' => brackets = brackets.saturating_sub(1),
            b'"' if sign != b'"' => {
                is_quoted = !is_quoted;
                plain.skip(at);
            }
            b'\\' => {
                plain.skip(at);
                bytes.next();
            }
            _ if byte == sign && parentheses == 0 && brackets == 0 && !is_quoted => {
                return (plain.finish(at), text.get(at + 1..));
            }
            _ => {}
        }
    }
    (plain.finish(text.len()), None)
}

/// Copies a text only once something in it is left out.
struct Plain<'a> {
    text: &'a str,
    /// What is before was copied or left out.
    from: usize,
    out: Option<String>,
}

impl<'a> Plain<'a> {
    fn skip(&mut self, at: usize) {
        let before = self.text.get(self.from..at).unwrap_or_default();
        self.out.get_or_insert_default().push_str(before);
        self.from = at + 1;
    }

    fn finish(self, end: usize) -> Cow<'a, str> {
        let last = self.text.get(self.from..end).unwrap_or_default();
        match self.out {
            None => Cow::Borrowed(last),
            Some(out) => Cow::Owned(out + last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, limit: usize, expected: &[&str]) {
        assert_eq!(split_arguments(text, limit).as_slice(), expected, "{text}");
    }

    #[test]
    fn raw_arguments_keep_their_quotes() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(split_raw_arguments(text).collect::<Vec<_>>(), expected, "{text}");
        };
        check("", &[]);
        check("a,\"b,c\",", &["a", "\"b,c\"", ""]);
        check("\\,a,f(1,2)", &["\\,a", "f(1,2)"]);
        check("\"0\"", &["\"0\""]);
    }

    #[test]
    fn commas_part_arguments() {
        check("", 3, &[]);
        check("a", 3, &["a"]);
        check("a,b", 3, &["a", "b"]);
        check("a,,b", 9, &["a", "", "b"]);
        check(",", 9, &["", ""]);
        check("a,", 9, &["a", ""]);
        check(" a , b ", 9, &[" a ", " b "]);
    }

    #[test]
    fn quotes_parentheses_and_backslashes_hide_commas() {
        check("\"a,b\",c", 9, &["a,b", "c"]);
        check("a(b,c),d", 9, &["a(b,c)", "d"]);
        check("a[b,c],d", 9, &["a[b,c]", "d"]);
        check("a\\,b,c", 9, &["a,b", "c"]);
        check("a\\\\,b", 9, &["a\\", "b"]);
        check("a\\\"b,c", 9, &["a\"b", "c"]);
        check("a),b],c", 9, &["a)", "b]", "c"]);
        check("(a[b),c],d", 9, &["(a[b),c]", "d"]);
        check("\"(\",b", 9, &["(,b"]);
        check("x\"y\"z", 9, &["xyz"]);
        check("a\\", 9, &["a"]);
    }

    #[test]
    fn the_last_argument_keeps_everything() {
        check("a,b,c", 2, &["a", "b,c"]);
        check("a,\"b\\,", 2, &["a", "\"b\\,"]);
        check("a,b", 1, &["a,b"]);
        check("a,b", 0, &[]);
        check("a,", 2, &["a", ""]);
    }

    #[test]
    fn a_sign_without_its_counterpart_hides_commas() {
        assert_eq!(hidden_commas("PJSIP/a(b,30"), Some('('));
        assert_eq!(hidden_commas("\"a,30"), Some('"'));
        assert_eq!(hidden_commas("[a,30"), Some('['));
        for fine in ["a 5\" pipe", "a,b (c", "\"a,b\",c", "a(b,c),d", "a),b", "a\\\",b", "(\")\",)"] {
            assert_eq!(hidden_commas(fine), None, "{fine}");
        }
    }

    #[test]
    fn other_signs_part_arguments_too() {
        let check = |text, sign, limit, expected: &[&str]| {
            assert_eq!(split_arguments_at(text, sign, limit).as_slice(), expected, "{text}");
        };
        check("cidname/1/2", b'/', 2, &["cidname", "1/2"]);
        check("\"a?b\"?c:d", b'?', 2, &["a?b", "c:d"]);
        check("\"[0-9]+\" 12", b'"', 3, &["", "[0-9]+", " 12"]);
    }

    #[test]
    fn plain_arguments_are_borrowed() {
        let pieces = split_arguments("a,\"b\"", 9);
        assert!(matches!(pieces[0], Cow::Borrowed("a")));
        assert!(matches!(pieces[1], Cow::Owned(_)));
    }
}
