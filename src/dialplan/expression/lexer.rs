//! The words of an expression, exactly as the scanner of Asterisk's `ast_expr2.fl` finds them.
//!
//! What fits nowhere (`{`, `[`, a lone `"` or `~`) is skipped, as there.

/// Stands for the value of a substitution in a text that is compiled before the value is known.
pub(super) const HOLE: u8 = 0x01;

/// One word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Infix(Infix),
    Minus,
    Not,
    Cond,
    ColonColon,
    Comma,
    Open,
    Close,
    Operand(Span),
}

/// An operator between two operands; `-` is [`Token::Minus`], because it also stands before one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Infix {
    Or,
    And,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Match,
    Search,
    Concatenate,
}

/// Where an operand stands, and what it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: Kind,
}

/// What an operand looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `12` or `1.5`.
    Number,
    /// Any other word, or quoted text with its quotes.
    Text,
    /// `-12`, which only a substituted value can be: in text the sign is an operator.
    NegativeNumber,
}

/// Yields the words of a text.
pub(super) struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    /// Takes [`HOLE`] for part of a word.
    with_holes: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, with_holes: bool) -> Self {
        Self { text: text.as_bytes(), at: 0, with_holes }
    }

    /// Where the next word is looked for, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn next_token(&mut self) -> Option<Token> {
        loop {
            let (token, length) = self.token_here()?;
            self.at += length;
            if token.is_some() {
                return token;
            }
        }
    }

    /// The word that begins here and its length; no word if something is skipped.
    fn token_here(&mut self) -> Option<(Option<Token>, usize)> {
        let rest = self.text.get(self.at..)?;
        let infix = |infix, length| Some((Some(Token::Infix(infix)), length));
        let single = |token| Some((Some(token), 1));
        match *rest {
            [] => None,
            [b'|', b'|', ..] => infix(Infix::Or, 2),
            [b'|', ..] => infix(Infix::Or, 1),
            [b'&', b'&', ..] => infix(Infix::And, 2),
            [b'&', ..] => infix(Infix::And, 1),
            [b'=', b'=', ..] => infix(Infix::Equal, 2),
            [b'=', b'~', ..] => infix(Infix::Search, 2),
            [b'=', ..] => infix(Infix::Equal, 1),
            [b'~', b'~', ..] => infix(Infix::Concatenate, 2),
            [b'>', b'=', ..] => infix(Infix::GreaterEqual, 2),
            [b'>', ..] => infix(Infix::Greater, 1),
            [b'<', b'=', ..] => infix(Infix::LessEqual, 2),
            [b'<', ..] => infix(Infix::Less, 1),
            [b'!', b'=', ..] => infix(Infix::NotEqual, 2),
            [b'+', ..] => infix(Infix::Plus, 1),
            [b'*', ..] => infix(Infix::Times, 1),
            [b'/', ..] => infix(Infix::Divide, 1),
            [b'%', ..] => infix(Infix::Modulo, 1),
            [b':', b':', ..] => Some((Some(Token::ColonColon), 2)),
            [b':', ..] => infix(Infix::Match, 1),
            [b'!', ..] => single(Token::Not),
            [b'-', ..] => single(Token::Minus),
            [b'?', ..] => single(Token::Cond),
            [b',', ..] => single(Token::Comma),
            [b'(', ..] => single(Token::Open),
            [b')', ..] => single(Token::Close),
            [b'$', b'{', ..] => self.reference(2),
            [b'"', ..] => Some(self.quoted(rest)),
            _ => self.word(rest),
        }
    }

    fn quoted(&self, rest: &[u8]) -> (Option<Token>, usize) {
        let closing = rest.iter().skip(1).position(|&byte| byte == b'"');
        closing.map_or((None, 1), |inside| (Some(self.operand(inside + 2, Kind::Text)), inside + 2))
    }

    fn word(&mut self, rest: &[u8]) -> Option<(Option<Token>, usize)> {
        let length = word_length(rest, self.with_holes);
        if rest.get(length..).is_some_and(|after| after.starts_with(b"${")) && length > 0 {
            return self.reference(length + 2);
        }
        if length == 0 {
            return Some((None, 1));
        }
        let is_number = rest.get(..length).is_some_and(is_number);
        let kind = if is_number { Kind::Number } else { Kind::Text };
        Some((Some(self.operand(length, kind)), length))
    }

    /// A `${…}` that is still in the text, with what hangs on to it; its inside begins at `inside`.
    ///
    /// One that is never closed swallows the rest of the text.
    fn reference(&mut self, inside: usize) -> Option<(Option<Token>, usize)> {
        let rest = self.text.get(self.at..)?;
        let length = reference_length(rest, inside)?;
        Some((Some(self.operand(length, Kind::Text)), length))
    }

    fn operand(&self, length: usize, kind: Kind) -> Token {
        let start = u32::try_from(self.at).unwrap_or(u32::MAX);
        let end = u32::try_from(self.at + length).unwrap_or(u32::MAX);
        Token::Operand(Span { start, end, kind })
    }
}

/// The length of the run of characters that make a word; a `$` counts with what follows it.
fn word_length(text: &[u8], with_holes: bool) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'$' if text.get(at + 1).is_some_and(|&next| next != b'{') => at += 2,
            HOLE if with_holes => at += 1,
            _ if is_word_byte(byte) => at += 1,
            _ => break,
        }
    }
    at
}

/// The characters of words, apart from `$`.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(byte, b'.' | b'\'' | b';' | b'\\' | b'_' | b'^' | b'#' | b'@')
}

fn is_number(word: &[u8]) -> bool {
    let mut parts = word.splitn(2, |&byte| byte == b'.');
    parts.all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
}

fn reference_length(text: &[u8], inside: usize) -> Option<usize> {
    let mut at = inside;
    let mut depth = 0_i32;
    loop {
        let brace = text.get(at..)?.iter().position(|byte| matches!(byte, b'{' | b'}'))?;
        depth += if text.get(at + brace) == Some(&b'{') { 1 } else { -1 };
        at += brace + 1;
        if depth >= 0 {
            continue;
        }
        let trail = text.get(at..)?;
        at += trail.iter().position(|byte| b"-\t\r \n$():?%/+=*<>!|&".contains(byte)).unwrap_or(trail.len());
        if !text.get(at..)?.starts_with(b"${") {
            return Some(at);
        }
        at += 2;
        depth = 0;
    }
}

/// What a whole text is, if it is exactly one operand.
pub(super) fn classify(text: &str) -> Option<Kind> {
    let bytes = text.as_bytes();
    match *bytes {
        [] => None,
        [b'"', ref inside @ .., b'"'] => (!inside.contains(&b'"')).then_some(Kind::Text),
        [b'-', ref digits @ ..] => is_number(digits).then_some(Kind::NegativeNumber),
        _ if !bytes.iter().all(|&byte| is_word_byte(byte)) => None,
        _ if is_number(bytes) => Some(Kind::Number),
        _ => Some(Kind::Text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut lexer = Lexer::new(text, false);
        let words: Vec<String> = std::iter::from_fn(|| lexer.next_token())
            .map(|token| match token {
                Token::Operand(span) => {
                    let shown = &text[span.start as usize..span.end as usize];
                    format!("{shown}:{:?}", span.kind)
                }
                Token::Infix(infix) => format!("{infix:?}"),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(words, expected, "{text}");
    }

    #[test]
    fn operators_take_the_longest_spelling() {
        check("a||b|c", &["a:Text", "Or", "b:Text", "Or", "c:Text"]);
        check(
            "=~ == = ~~ :: : >= != !",
            &[
                "Search",
                "Equal",
                "Equal",
                "Concatenate",
                "ColonColon",
                "Match",
                "GreaterEqual",
                "NotEqual",
                "Not",
            ],
        );
    }

    #[test]
    fn numbers_and_words() {
        check(
            "12 1.5 1.2.3 .5 5. 12a a'b;c\\d_^#@",
            &["12:Number", "1.5:Number", "1.2.3:Text", ".5:Text", "5.:Text", "12a:Text", "a'b;c\\d_^#@:Text"],
        );
        check("é$x$", &["é$x:Text"]);
        check("\"a b\"c", &["\"a b\":Text", "c:Text"]);
    }

    #[test]
    fn what_fits_nowhere_is_skipped() {
        check("a [b] {c} ~ \"", &["a:Text", "b:Text", "c:Text"]);
    }

    #[test]
    fn references_are_one_word() {
        check("${a}", &["${a}:Text"]);
        check("12${x{y}z}9${b}c + 1", &["12${x{y}z}9${b}c:Text", "Plus", "1:Number"]);
        check("1 + ${a", &["1:Number", "Plus"]);
    }
}
