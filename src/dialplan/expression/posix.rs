//! The regular expressions of `:` and `=~`: POSIX extended, with the leftmost and longest match.
//!
//! The pattern is translated and run by an engine whose time grows with text times pattern, so that no
//! caller's digits can make it slow. Back-references, which would, are refused.

use std::fmt::Write;
use std::ops::Range;

use regex_automata::nfa::thompson;
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input, MatchKind, meta};

/// Deeper parentheses are refused.
const MAX_DEPTH: u32 = 50;

/// More repetitions of one atom are refused.
const MAX_REPETITIONS: u32 = 8;

/// The size to which a pattern may grow, in bytes.
pub(crate) const MAX_SIZE: usize = 1 << 20;

/// A compiled pattern.
pub(super) struct Pattern {
    /// Finds where the leftmost match begins.
    finder: meta::Regex,
    /// Finds the longest match from there, and its first group.
    longest: PikeVM,
    cache: pikevm::Cache,
    /// There is a parenthesis in the pattern.
    pub(super) has_group: bool,
}

/// Where a pattern matched, in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) whole: Range<usize>,
    /// The first group, if it took part.
    pub(super) group: Option<Range<usize>>,
}

impl Pattern {
    /// Compiles a pattern; the error is for the person who wrote it.
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        let (translated, groups) = translate(pattern)?;
        let refused = |_| "it is too large".to_owned();
        let finder = meta::Regex::builder()
            .configure(meta::Config::new().nfa_size_limit(Some(MAX_SIZE)))
            .build(&translated)
            .map_err(|_| "it is too large".to_owned())?;
        let longest = PikeVM::builder()
            .configure(PikeVM::config().match_kind(MatchKind::All))
            .thompson(thompson::Config::new().nfa_size_limit(Some(MAX_SIZE)))
            .build(&translated)
            .map_err(refused)?;
        let cache = longest.create_cache();
        Ok(Self { finder, longest, cache, has_group: groups > 0 })
    }

    /// The leftmost match, and of those the longest.
    pub(super) fn find(&mut self, text: &str) -> Option<Match> {
        let start = self.finder.find(text)?.start();
        let mut slots: [Option<NonMaxUsize>; 4] = [None; 4];
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        self.longest.search_slots(&mut self.cache, &input, &mut slots)?;
        let range = |from: usize| {
            let slot = |index: usize| slots.get(index).copied().flatten().map(NonMaxUsize::get);
            Some(slot(from)?..slot(from + 1)?)
        };
        Some(Match { whole: range(0)?, group: range(2) })
    }
}

/// The pattern in the syntax of the engine, and how many groups it has.
pub(crate) fn translate(pattern: &str) -> Result<(String, u32), String> {
    // Without this `.` would not match a line feed; `^` and `$` stand for the ends of the text alone.
    let mut translator = Translator { rest: pattern, out: String::from("(?s)"), groups: 0, depth: 0 };
    translator.alternatives()?;
    Ok((translator.out, translator.groups))
}

struct Translator<'a> {
    rest: &'a str,
    out: String,
    groups: u32,
    depth: u32,
}

impl<'a> Translator<'a> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = self.rest.get(next.len_utf8()..).unwrap_or_default();
        Some(next)
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Everything up to the end, or to the parenthesis that closes a group.
    fn alternatives(&mut self) -> Result<(), String> {
        let mut repeatable = None;
        while let Some(next) = self.peek() {
            if next == ')' && self.depth > 0 {
                return Ok(());
            }
            match next {
                '*' | '+' | '?' | '{' => self.repeat(repeatable.take(), next)?,
                '|' => {
                    self.next();
                    self.out.push('|');
                    repeatable = None;
                }
                _ => repeatable = self.atom()?,
            }
        }
        Ok(())
    }

    /// Writes one atom with its repetitions; nothing may repeat what this returns no place for.
    fn atom(&mut self) -> Result<Option<usize>, String> {
        let begin = self.out.len();
        let Some(next) = self.next() else { return Ok(None) };
        match next {
            '^' => {
                self.out.push_str("\\A");
                return Ok(None);
            }
            '$' => {
                self.out.push_str("\\z");
                return Ok(None);
            }
            '(' => self.group()?,
            '[' => self.bracket()?,
            '\\' => {
                if self.escape()? {
                    return Ok(None);
                }
            }
            '.' => self.out.push('.'),
            literal => self.literal(literal),
        }
        for _ in 0..MAX_REPETITIONS {
            match self.peek() {
                Some(sign @ ('*' | '+' | '?' | '{')) => self.repeat(Some(begin), sign)?,
                _ => return Ok(Some(begin)),
            }
        }
        Err("too many repetitions follow each other".into())
    }

    fn group(&mut self) -> Result<(), String> {
        self.depth += 1;
        self.groups += 1;
        if self.depth > MAX_DEPTH {
            return Err("its parentheses nest too deeply".into());
        }
        self.out.push('(');
        self.alternatives()?;
        if self.next() != Some(')') {
            return Err("a `(` is not closed".into());
        }
        self.out.push(')');
        self.depth -= 1;
        Ok(())
    }

    fn literal(&mut self, literal: char) {
        if literal.is_ascii_punctuation() {
            self.out.push('\\');
        }
        self.out.push(literal);
    }

    /// What follows a backslash: the signs of the GNU library, or a plain character; whether it is an anchor.
    fn escape(&mut self) -> Result<bool, String> {
        let sign = match self.next() {
            None => return Err("it ends in a backslash".into()),
            Some('1'..='9') => return Err("back-references are not served".into()),
            Some('b') => "\\b",
            Some('B') => "\\B",
            Some('<') => "\\b{start}",
            Some('>') => "\\b{end}",
            Some('`') => "\\A",
            Some('\'') => "\\z",
            Some(class @ ('w' | 'W' | 's' | 'S')) => {
                self.out.push('\\');
                self.out.push(class);
                return Ok(false);
            }
            Some(literal) => {
                self.literal(literal);
                return Ok(false);
            }
        };
        self.out.push_str(sign);
        Ok(true)
    }

    /// Repeats what was written from `begin` on.
    fn repeat(&mut self, begin: Option<usize>, sign: char) -> Result<(), String> {
        let begin = begin.ok_or_else(|| format!("`{sign}` follows nothing that could be repeated"))?;
        self.next();
        self.out.insert_str(begin, "(?:");
        self.out.push(')');
        if sign != '{' {
            self.out.push(sign);
            return Ok(());
        }
        let (bounds, rest) = self.rest.split_once('}').ok_or("a `{` is not closed")?;
        self.rest = rest;
        let number = |text: &str| text.parse::<u16>().map_err(|_| format!("`{{{bounds}}}` is no repetition"));
        let (least, most) = match bounds.split_once(',') {
            None => (number(bounds)?, Some(number(bounds)?)),
            Some(("", most)) => (0, Some(number(most)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        if most.is_some_and(|most| most < least) {
            return Err(format!("`{{{bounds}}}` is no repetition"));
        }
        let most = most.map(|most| most.to_string()).unwrap_or_default();
        let _ = write!(self.out, "{{{least},{most}}}");
        Ok(())
    }

    /// A set of characters; in it a backslash is a character as any other.
    fn bracket(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.peek() == Some('^') {
            self.next();
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            let unclosed = "a `[` is not closed";
            match self.next().ok_or(unclosed)? {
                ']' if !is_first => break,
                '[' if self.peek() == Some(':') => self.class()?,
                first => {
                    let first = self.collating(first)?;
                    self.range(first)?;
                }
            }
            is_first = false;
        }
        self.out.push(']');
        Ok(())
    }

    /// The end of a range, if one follows, and both ends written.
    fn range(&mut self, first: char) -> Result<(), String> {
        let is_range = self.peek() == Some('-') && !self.rest.starts_with("-]");
        let last = if is_range {
            self.next();
            let last = self.next().ok_or("a `[` is not closed")?;
            self.collating(last)?
        } else {
            first
        };
        if last < first {
            return Err(format!("`{first}-{last}` is no range"));
        }
        let _ = write!(self.out, "\\x{{{:X}}}-\\x{{{:X}}}", first as u32, last as u32);
        Ok(())
    }

    /// The character of `[.x.]` and `[=x=]`, or the character itself.
    fn collating(&mut self, first: char) -> Result<char, String> {
        let Some(mark @ ('.' | '=')) = self.peek().filter(|_| first == '[') else { return Ok(first) };
        self.next();
        let char = self.next();
        match (char, self.next(), self.next()) {
            (Some(char), Some(closing), Some(']')) if closing == mark => Ok(char),
            _ => Err(format!("a `[{mark}` is not closed")),
        }
    }

    /// `[:alpha:]` and the like, after the first bracket.
    fn class(&mut self) -> Result<(), String> {
        let (name, rest) =
            self.rest.get(1..).and_then(|rest| rest.split_once(":]")).ok_or("a `[:` is not closed")?;
        self.out.push_str(match name {
            "alpha" => "\\p{Alphabetic}",
            "alnum" => "\\p{Alphabetic}0-9",
            "digit" => "0-9",
            "xdigit" => "0-9A-Fa-f",
            "upper" => "\\p{Uppercase}",
            "lower" => "\\p{Lowercase}",
            "space" => "\\s",
            "blank" => "\\x20\\t",
            "punct" => "[:punct:]",
            "cntrl" => "\\p{Cc}",
            "print" => "[^\\p{Cc}]",
            "graph" => "[^\\p{Cc}\\s]",
            _ => return Err(format!("`[:{name}:]` is no class of characters")),
        });
        self.rest = rest;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: Option<(&str, Option<&str>)>) {
        let mut pattern_ = Pattern::new(pattern).unwrap();
        let found = pattern_.find(text);
        let shown = found.map(|found| (&text[found.whole], found.group.map(|group| &text[group])));
        assert_eq!(shown, expected, "{pattern} in {text}");
    }

    /// POSIX.1-2017, 9.1: the longest of the leftmost.
    #[test]
    fn the_leftmost_and_longest_wins() {
        check("a|ab|abc", "xabcd", Some(("abc", None)));
        check("(a|ab)", "ab", Some(("ab", Some("ab"))));
        check("(a?)(ab)?", "ab", Some(("ab", Some(""))));
        check("b*", "abb", Some(("", None)));
        check("x(y)?", "xz", Some(("x", None)));
    }

    #[test]
    fn the_syntax_is_that_of_posix() {
        check("\\d", "5d", Some(("d", None)));
        check("[\\d]", "5\\d", Some(("\\", None)));
        check("[]a]+", "]a]b", Some(("]a]", None)));
        check("[^]a]+", "]ab-c", Some(("b-c", None)));
        check("[a-]+", "x-a-", Some(("-a-", None)));
        check("[[:digit:]]{2,}", "a1234", Some(("1234", None)));
        check("[[.-.]x]", "-", Some(("-", None)));
        check("a{,2}", "aaa", Some(("aa", None)));
        check("^a.c$", "a\nc", Some(("a\nc", None)));
        check("a)", "a)", Some(("a)", None)));
        check("a**", "aaa", Some(("aaa", None)));
        check("a*?", "aaa", Some(("aaa", None)));
        check("\\<b", "ab b", Some(("b", None)));
        check("é.", "aéx", Some(("éx", None)));
        check("~#&", "~#&", Some(("~#&", None)));
    }

    #[test]
    fn bad_patterns_are_refused() {
        for pattern in
            ["*a", "(", "(*)", "a{1", "a{2,1}", "[a", "[b-a]", "\\", "(a)\\1", "[[:none:]]", "^*", "a{x}"]
        {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
        assert!(Pattern::new(&"(".repeat(10_000)).is_err());
        assert!(Pattern::new(&"a{9999}".repeat(8)).is_err());
    }
}
