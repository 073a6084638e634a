//! The classes of events and actions, which a user may read and write.

use std::fmt;
use std::ops::BitOr;

use obelus_conf::{is_false, is_true};

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Classes(u32);

/// Word and bit, in the order in which events name them.
const WORDS: [(&str, Classes); 19] = [
    ("system", Classes::SYSTEM),
    ("call", Classes::CALL),
    ("log", Classes::LOG),
    ("verbose", Classes::VERBOSE),
    ("command", Classes::COMMAND),
    ("agent", Classes::AGENT),
    ("user", Classes::USER),
    ("config", Classes::CONFIG),
    ("dtmf", Classes::DTMF),
    ("reporting", Classes::REPORTING),
    ("cdr", Classes::CDR),
    ("dialplan", Classes::DIALPLAN),
    ("originate", Classes::ORIGINATE),
    ("agi", Classes::AGI),
    ("cc", Classes::CC),
    ("aoc", Classes::AOC),
    ("test", Classes::TEST),
    ("security", Classes::SECURITY),
    ("message", Classes::MESSAGE),
];

#[allow(missing_docs, reason = "the words of the table are the documentation")]
impl Classes {
    pub const NONE: Classes = Classes(0);
    pub const SYSTEM: Classes = Classes(1 << 0);
    pub const CALL: Classes = Classes(1 << 1);
    pub const LOG: Classes = Classes(1 << 2);
    pub const VERBOSE: Classes = Classes(1 << 3);
    pub const COMMAND: Classes = Classes(1 << 4);
    pub const AGENT: Classes = Classes(1 << 5);
    pub const USER: Classes = Classes(1 << 6);
    pub const CONFIG: Classes = Classes(1 << 7);
    pub const DTMF: Classes = Classes(1 << 8);
    pub const REPORTING: Classes = Classes(1 << 9);
    pub const CDR: Classes = Classes(1 << 10);
    pub const DIALPLAN: Classes = Classes(1 << 11);
    pub const ORIGINATE: Classes = Classes(1 << 12);
    pub const AGI: Classes = Classes(1 << 13);
    pub const CC: Classes = Classes(1 << 15);
    pub const AOC: Classes = Classes(1 << 16);
    pub const TEST: Classes = Classes(1 << 17);
    pub const SECURITY: Classes = Classes(1 << 18);
    pub const MESSAGE: Classes = Classes(1 << 30);
    pub const ALL: Classes = Classes(0x7fff_ffff);
}

impl Classes {
    /// Both sets.
    pub const fn with(self, other: Classes) -> Classes {
        Classes(self.0 | other.0)
    }

    /// What is in both.
    pub fn and(self, other: Classes) -> Classes {
        Classes(self.0 & other.0)
    }

    /// Whether the two have something in common.
    pub fn intersects(self, other: Classes) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of `other` are in it.
    pub fn contains(self, other: Classes) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Asterisk's number of the set.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Reads `read = call,dialplan`; the error is the first word that is no class.
    pub fn parse(text: &str) -> Result<Classes, String> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        words
            .map(|word| Classes::word(word).ok_or_else(|| word.to_owned()))
            .try_fold(Classes::NONE, |all, found| Ok(all.with(found?)))
    }

    /// Reads an event mask: a number, on or off, or words; words that are no class count for nothing.
    pub fn mask(text: &str) -> Option<Classes> {
        if text.is_empty() {
            return None;
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Classes(text.parse().unwrap_or(0) & Classes::ALL.0));
        }
        if is_false(text) {
            return Some(Classes::NONE);
        }
        if is_true(text) {
            return Some(Classes::ALL);
        }
        Some(text.split(',').filter_map(Classes::word).fold(Classes::NONE, Classes::with))
    }

    /// The words of a user's set: `all` only where it is everything.
    pub fn named(self) -> String {
        let all = [("all", Classes::ALL)];
        let words = WORDS.iter().chain(&all).filter(|row| self.contains(row.1)).map(|row| row.0);
        let text = words.collect::<Vec<_>>().join(",");
        if text.is_empty() { "<none>".to_owned() } else { text }
    }

    /// The words that can stand in a list of classes.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|row| row.0).chain(["all", "none"])
    }

    fn word(word: &str) -> Option<Classes> {
        match word {
            "all" => Some(Classes::ALL),
            "none" => Some(Classes::NONE),
            word => WORDS.iter().find(|row| row.0 == word).map(|row| row.1),
        }
    }
}

impl BitOr for Classes {
    type Output = Classes;

    fn bitor(self, other: Classes) -> Classes {
        self.with(other)
    }
}

/// What `Privilege:` says: the words between commas and `all` behind them, `<none>` where there are none.
impl fmt::Display for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("<none>");
        }
        for (word, _) in WORDS.iter().filter(|row| self.intersects(row.1)) {
            write!(f, "{word},")?;
        }
        f.write_str("all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_read_and_written() {
        assert_eq!(
            Classes::parse("call, dialplan").map(|classes| classes.to_string()),
            Ok("call,dialplan,all".into())
        );
        assert_eq!((Classes::CALL | Classes::CDR).named(), "call,cdr");
        assert_eq!(Classes::parse("call,dailplan"), Err("dailplan".to_owned()));
        assert_eq!(Classes::parse("all"), Ok(Classes::ALL));
        assert_eq!(Classes::NONE.to_string(), "<none>");
    }

    #[test]
    fn a_mask_has_many_spellings() {
        let check =
            |text: &str, expected: Option<Classes>| assert_eq!(Classes::mask(text), expected, "{text}");
        check("", None);
        check("off", Some(Classes::NONE));
        check("on", Some(Classes::ALL));
        check("3", Some(Classes::SYSTEM | Classes::CALL));
        check("user,nothing,cdr", Some(Classes::USER | Classes::CDR));
        check("99999999999999", Some(Classes::NONE));
    }
}
