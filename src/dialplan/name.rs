//! Names of extensions and caller ids: plain ones, and patterns that begin with `_`.

use std::cmp::Ordering;

/// Longer names are refused.
pub(crate) const MAX_NAME: usize = 255;

/// A name as the search sees it: without dashes, and a pattern as its positions.
///
/// The order is that in which Asterisk looks: plain names first, then patterns, of which at the first
/// difference the one with fewer possible characters comes first, `.` after all sets, `!` after `.`, and
/// the end of a pattern last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Plain(Box<[u8]>),
    Pattern(Box<[Position]>),
}

/// What one position of a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// One of some characters.
    Set(ByteSet),
    /// `.`: one or more of anything.
    More,
    /// `!`: anything, also nothing, and no more digits are waited for.
    Rest,
}

/// A set of bytes; the lowest is the highest bit, which is what the order of sets goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteSet([u64; 4]);

/// How a text has to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As a whole.
    Exactly,
    /// As a whole, or with more text behind it.
    WithMore,
    /// With more text behind it.
    OnlyWithMore,
}

/// Whether a text matches a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matched {
    No,
    Yes,
    /// By a `!`, which ends the search for more.
    Early,
}

/// Why a name cannot be matched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameError {
    #[error("the name is empty")]
    Empty,
    #[error("the name is longer than {MAX_NAME} characters")]
    TooLong,
    #[error("a `[` has no closing `]`")]
    OpenSet,
    #[error("`[{0}]` contains no character")]
    EmptySet(String),
}

impl ByteSet {
    const EMPTY: Self = Self([0; 4]);

    pub(crate) fn single(byte: u8) -> Self {
        let mut set = Self::EMPTY;
        set.insert(byte);
        set
    }

    fn range(first: u8, last: u8) -> Self {
        let mut set = Self::EMPTY;
        (first..=last).for_each(|byte| set.insert(byte));
        set
    }

    fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (63 - (byte & 63));
    }

    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (63 - (byte & 63)) & 1 == 1
    }

    pub(crate) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The lowest byte, if there is one.
    pub(crate) fn first(&self) -> Option<u8> {
        let word = self.0.iter().position(|&word| word != 0)?;
        let bit = self.0.get(word)?.leading_zeros();
        u8::try_from(word * 64 + bit as usize).ok()
    }
}

/// Fewer members first, then the lower first member, then the lower others.
impl Ord for ByteSet {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0 == other.0 {
            return Ordering::Equal;
        }
        self.len()
            .cmp(&other.len())
            .then_with(|| self.first().cmp(&other.first()))
            .then_with(|| other.0.cmp(&self.0))
    }
}

impl PartialOrd for ByteSet {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Position {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |position: &Self| match position {
            Self::Set(_) => 0,
            Self::More => 1,
            Self::Rest => 2,
        };
        match (self, other) {
            (Self::Set(a), Self::Set(b)) => a.cmp(b),
            (a, b) => rank(a).cmp(&rank(b)),
        }
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Plain(a), Self::Plain(b)) => a.cmp(b),
            (Self::Plain(_), Self::Pattern(_)) => Ordering::Less,
            (Self::Pattern(_), Self::Plain(_)) => Ordering::Greater,
            (Self::Pattern(a), Self::Pattern(b)) => {
                let differing = a.iter().zip(b.iter()).map(|(a, b)| a.cmp(b)).find(|order| order.is_ne());
                // Of two of which one is the beginning of the other, the longer comes first.
                differing.unwrap_or_else(|| b.len().cmp(&a.len()))
            }
        }
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Name {
    /// Reads a name; the text holds no blanks any more.
    pub(crate) fn parse(text: &str) -> Result<Self, NameError> {
        if text.len() > MAX_NAME {
            return Err(NameError::TooLong);
        }
        match text.strip_prefix('_') {
            Some(pattern) => positions(pattern).map(Self::Pattern),
            None => Ok(Self::Plain(text.bytes().filter(|&byte| byte != b'-').collect())),
        }
    }

    pub(crate) fn is_pattern(&self) -> bool {
        matches!(self, Self::Pattern(_))
    }

    /// The positions in the order of the text; those of a plain name are sets of one.
    pub(crate) fn position(&self, index: usize) -> Option<Position> {
        match self {
            Self::Plain(bytes) => bytes.get(index).map(|&byte| Position::Set(ByteSet::single(byte))),
            Self::Pattern(positions) => positions.get(index).copied(),
        }
    }

    /// Whether a text matches, looked at alone; a [`Trie`](crate::trie::Trie) answers it for many at once.
    pub(crate) fn matches(&self, text: &str, mode: Mode) -> Matched {
        if mode == Mode::Exactly && self.is_pattern() && text.starts_with('_') && self.is_spelled(text) {
            return Matched::Yes;
        }
        let mut bytes = text.bytes().filter(|&byte| byte != b'-');
        let mut index = 0;
        loop {
            let (position, byte) = (self.position(index), bytes.next());
            match (position, byte) {
                (Some(Position::Rest), _) => return Matched::Early,
                (Some(Position::More), Some(_)) => return Matched::Yes,
                (Some(Position::Set(set)), Some(byte)) if set.contains(byte) => index += 1,
                (Some(_), None) if mode != Mode::Exactly => return Matched::Yes,
                (None, None) if mode != Mode::OnlyWithMore => return Matched::Yes,
                _ => return Matched::No,
            }
        }
    }

    /// Whether a text is the pattern itself, as in `Goto(_X.,1)`.
    pub(crate) fn is_spelled(&self, text: &str) -> bool {
        Self::parse(text).is_ok_and(|name| name == *self)
    }
}

fn positions(pattern: &str) -> Result<Box<[Position]>, NameError> {
    let mut positions = Vec::with_capacity(pattern.len());
    let mut bytes = pattern.as_bytes();
    while let Some((&byte, rest)) = bytes.split_first() {
        bytes = rest;
        let set = match byte {
            b'-' => continue,
            b'.' => {
                positions.push(Position::More);
                continue;
            }
            b'!' => {
                positions.push(Position::Rest);
                continue;
            }
            b'X' | b'x' => ByteSet::range(b'0', b'9'),
            b'Z' | b'z' => ByteSet::range(b'1', b'9'),
            b'N' | b'n' => ByteSet::range(b'2', b'9'),
            b'[' => {
                let end = rest.iter().position(|&byte| byte == b']').ok_or(NameError::OpenSet)?;
                let (inside, after) = rest.split_at(end);
                bytes = after.get(1..).unwrap_or_default();
                // Asterisk looks past an empty set.
                if inside.is_empty() {
                    continue;
                }
                set(inside)?
            }
            literal => ByteSet::single(literal),
        };
        positions.push(Position::Set(set));
    }
    Ok(positions.into())
}

/// Single characters and ranges; a `-` at either end stands for itself, but no text has dashes left.
fn set(mut inside: &[u8]) -> Result<ByteSet, NameError> {
    let text = inside;
    let mut set = ByteSet::EMPTY;
    loop {
        inside = match *inside {
            [] => break,
            [first, b'-', last, ref rest @ ..] => {
                (first..=last).for_each(|byte| set.insert(byte));
                rest
            }
            [single, ref rest @ ..] => {
                set.insert(single);
                rest
            }
        };
    }
    match set.len() {
        0 => Err(NameError::EmptySet(String::from_utf8_lossy(text).into_owned())),
        _ => Ok(set),
    }
}

/// The text of an extension as it is kept: without blanks outside of brackets.
pub(crate) fn without_blanks(text: &str) -> String {
    let is_pattern = text.starts_with('_');
    let mut is_in_set = false;
    let mut kept = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '[' if is_pattern => is_in_set = true,
            ']' => is_in_set = false,
            ' ' if !is_in_set => continue,
            _ => {}
        }
        kept.push(char);
    }
    kept
}

/// The text of a caller id as it is kept: without the marks by which people group digits.
pub(crate) fn without_grouping(text: &str) -> String {
    let mut depth = 0_i32;
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '[' => depth += 1,
            ']' => depth -= 1,
            '-' if depth == 0 => continue,
            '.' if chars.peek().is_some() => continue,
            '(' | ' ' | ')' => continue,
            _ => {}
        }
        kept.push(char);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    use Matched::{Early, No, Yes};

    /// What a text gets in the three modes.
    fn check(name: &str, text: &str, exactly: Matched, with_more: Matched, only_with_more: Matched) {
        let parsed = Name::parse(name).unwrap();
        let found =
            [Mode::Exactly, Mode::WithMore, Mode::OnlyWithMore].map(|mode| parsed.matches(text, mode));
        assert_eq!(found, [exactly, with_more, only_with_more], "{name} against {text}");
    }

    /// `_extension_match_core` in `main/pbx.c`, and Pattern Matching in the documentation.
    #[test]
    fn names_match() {
        check("100", "100", Yes, Yes, No);
        check("100", "10", No, Yes, Yes);
        check("100", "1000", No, No, No);
        check("100", "", No, Yes, Yes);
        check("1-00", "10-0", Yes, Yes, No);
        check("X00", "100", No, No, No);
        check("_X00", "100", Yes, Yes, No);
        check("_x0n", "102", Yes, Yes, No);
        check("_X00", "1", No, Yes, Yes);
        check("_X00", "a00", No, No, No);
        check("_NXX", "123", No, No, No);
        check("_NXX", "223", Yes, Yes, No);
        check("_ZXX", "123", Yes, Yes, No);
        check("_ZXX", "023", No, No, No);
        check("_X.", "1", No, Yes, Yes);
        check("_X.", "12", Yes, Yes, Yes);
        check("_.", "", No, Yes, Yes);
        check("_.", "a", Yes, Yes, Yes);
        check("_X!", "1", Early, Early, Early);
        check("_X!", "123", Early, Early, Early);
        check("_X!", "", No, Yes, Yes);
        check("_!", "", Early, Early, Early);
        check("_[13-5]X", "10", Yes, Yes, No);
        check("_[13-5]X", "40", Yes, Yes, No);
        check("_[13-5]X", "20", No, No, No);
        check("_[a-c5]", "b", Yes, Yes, No);
        check("_[]5", "5", Yes, Yes, No);
        check("_[^1]", "^", Yes, Yes, No);
        check("_NXX-XXXX", "2345678", Yes, Yes, No);
        check("_NXX-XXXX", "234-5678", Yes, Yes, No);
        check("_*8X", "*81", Yes, Yes, No);
        check("_é", "é", Yes, Yes, No);
        check("_X.", "_X.", Yes, No, No);
        check("_X.", "_x.", Yes, No, No);
        check("_[2-9]", "_N", Yes, No, No);
        check("_", "", Yes, Yes, No);
    }

    #[test]
    fn bad_names_are_refused() {
        assert_eq!(Name::parse("_[12"), Err(NameError::OpenSet));
        assert_eq!(Name::parse("_[9-0]"), Err(NameError::EmptySet("9-0".into())));
        assert_eq!(Name::parse(&"1".repeat(256)), Err(NameError::TooLong));
        assert!(Name::parse("[12").is_ok());
    }

    /// `ext_cmp` in `main/pbx.c`, and "Pattern Matching Order" in the documentation.
    #[test]
    fn names_are_ordered_as_they_are_looked_at() {
        let order = [
            "100", "1X", "200", "_1", "_100", "_10X", "_12.", "_1[02]", "_1[34]", "_1[3-5]", "_1NX", "_1N",
            "_1ZX", "_1XX", "_1X.", "_1X!", "_1X", "_1.", "_1!", "_2", "_[02]X", "_NXX", "_ZXX", "_XXX",
            "_X.", "_X!", "_X", "_.", "_!",
        ];
        let mut sorted: Vec<&str> = order.to_vec();
        sorted.sort_by_key(|name| Name::parse(name).unwrap());
        // `_1` is the beginning of all that begin so, hence after them.
        let expected: Vec<&str> = [
            "100", "1X", "200", "_100", "_10X", "_12.", "_1[02]", "_1[34]", "_1[3-5]", "_1NX", "_1N", "_1ZX",
            "_1XX", "_1X.", "_1X!", "_1X", "_1.", "_1!", "_1", "_2", "_[02]X", "_NXX", "_ZXX", "_XXX", "_X.",
            "_X!", "_X", "_.", "_!",
        ]
        .to_vec();
        assert_eq!(sorted, expected);
        assert_eq!(Name::parse("_NXX").unwrap(), Name::parse("_[2-9]X[0-9]").unwrap());
        assert_eq!(Name::parse("_5").unwrap(), Name::parse("_[5]").unwrap());
    }

    #[test]
    fn blanks_and_grouping_are_dropped() {
        assert_eq!(without_blanks("1 00"), "100");
        assert_eq!(without_blanks("_1 [2 3] X"), "_1[2 3]X");
        assert_eq!(without_grouping("(256) 428-6000"), "2564286000");
        assert_eq!(without_grouping("_[1-3]X."), "_[1-3]X.");
        assert_eq!(without_grouping("1.2.3."), "123.");
    }
}
