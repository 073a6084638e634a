//! Takes comments out of lines: `; …`, and `;-- … --;`, which nests and spans lines.

/// Where the reader of lines is: how deep in block comments.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    /// The lines at which the open blocks began.
    open: Vec<u32>,
}

/// What is left of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stripped {
    /// The text outside comments, with `\;` turned into `;`.
    pub(crate) text: String,
    /// A `--;` was seen that closes no block.
    pub(crate) stray_end: bool,
}

impl Comments {
    /// The text of a line that is not comment.
    pub(crate) fn strip(&mut self, line: &str, number: u32) -> Stripped {
        let mut stripped = Stripped { text: String::with_capacity(line.len()), stray_end: false };
        let mut rest = line;
        while let Some(at) = rest.find(';') {
            let (before, from) = rest.split_at(at);
            let after = from.get(1..).unwrap_or_default();
            if let Some(kept) = before.strip_suffix('\\') {
                self.keep(&mut stripped.text, kept);
                self.keep(&mut stripped.text, ";");
                rest = after;
            } else if opens_block(from) {
                self.keep(&mut stripped.text, before);
                self.open.push(number);
                rest = from.get(3..).unwrap_or_default();
            } else if before.ends_with("--") && !self.open.is_empty() {
                self.open.pop();
                rest = after;
            } else if self.open.is_empty() {
                stripped.stray_end = before.ends_with("--");
                self.keep(&mut stripped.text, before);
                return stripped;
            } else {
                rest = after;
            }
        }
        self.keep(&mut stripped.text, rest);
        stripped
    }

    /// The line at which the innermost block began that nobody closed.
    pub(crate) fn unterminated(&self) -> Option<u32> {
        self.open.last().copied()
    }

    fn keep(&self, text: &mut String, piece: &str) {
        if self.open.is_empty() {
            text.push_str(piece);
        }
    }
}

/// `;--` opens a block, `;---` is a ruler in an ordinary comment.
fn opens_block(text: &str) -> bool {
    text.starts_with(";--") && !text.starts_with(";---")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &[&str]) {
        let mut comments = Comments::default();
        let lines: Vec<_> = (1..).zip(input.lines()).map(|(n, line)| comments.strip(line, n).text).collect();
        assert_eq!(lines, expected, "{input}");
    }

    #[test]
    fn a_semicolon_ends_the_line() {
        check("a = b ; c", &["a = b "]);
        check("; all of it", &[""]);
        check("a = b;c;d", &["a = b"]);
    }

    #[test]
    fn an_escaped_semicolon_is_text() {
        check(r"a = b\;c ; d", &["a = b;c "]);
        check(r"a = \;\;", &["a = ;;"]);
    }

    #[test]
    fn blocks_nest_and_span_lines() {
        check("a ;-- b --; c", &["a  c"]);
        check("a ;-- b\nc ; d\ne --; f", &["a ", "", " f"]);
        check(";-- a ;-- b --; c --; d", &[" d"]);
    }

    #[test]
    fn a_ruler_is_no_block() {
        check(";----\na = b", &["", "a = b"]);
        check(";---;\na = b", &["", "a = b"]);
    }

    #[test]
    fn an_end_without_a_beginning_is_an_ordinary_comment() {
        check("a = b--; c\nd = e", &["a = b--", "d = e"]);
        assert!(Comments::default().strip("a --;", 1).stray_end);
    }

    #[test]
    fn an_open_block_remembers_its_line() {
        let mut comments = Comments::default();
        comments.strip("a", 1);
        comments.strip("b ;-- c", 2);
        assert_eq!(comments.unterminated(), Some(2));
    }
}
