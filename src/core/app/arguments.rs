//! The arguments of an application: split, checked and read by the table in its help.

use std::borrow::Cow;
use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;
use std::time::Duration;

use obelus_dialplan::split_arguments;
use smallvec::SmallVec;

use crate::app::{milliseconds, seconds};
use crate::help::{ArgumentKind, Help, OptionHelp};
use crate::mention::Mention;

/// The arguments of one run, split and checked by the application's [`Help`].
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    text: String,
    pieces: SmallVec<[Piece; 4]>,
    options: Options,
}

/// Letters and their values.
type Options = SmallVec<[(char, Option<Box<str>>); 4]>;

/// One argument: a part of the text, or a copy where quotes or backslashes were taken away.
#[derive(Clone, Debug)]
enum Piece {
    Part(Range<u32>),
    Copy(Box<str>),
}

impl Arguments {
    /// Splits `text` by the table; the error says what is wrong in the user's words.
    pub fn parse(help: &Help, text: &str) -> Result<Arguments, String> {
        let mut arguments = Arguments::unread(text.to_owned());
        arguments.read_by(help, None).map(|()| arguments)
    }

    /// A text that is not split yet; [`Arguments::into_text`] gives it back.
    pub(crate) fn unread(text: String) -> Arguments {
        Arguments { text, pieces: SmallVec::new(), options: SmallVec::new() }
    }

    /// Splits by the table where it is, as [`Arguments::parse`] does.
    pub(crate) fn read(&mut self, help: &Help) -> Result<(), String> {
        self.read_by(help, None)
    }

    /// Splits a text in which [`Mention::UNKNOWN`] stands for what is not known yet; the error is wrong whatever comes.
    pub fn sketch(help: &Help, text: &str) -> Result<Arguments, String> {
        let mut arguments = Arguments::unread(text.to_owned());
        arguments.read_by(help, Some(Mention::UNKNOWN)).map(|()| arguments)
    }

    fn read_by(&mut self, help: &Help, unknown: Option<char>) -> Result<(), String> {
        if help.arguments.is_empty() && !self.text.trim().is_empty() {
            return Err("it takes no arguments".to_owned());
        }
        let rest = help.arguments.iter().position(|argument| matches!(argument.kind, ArgumentKind::Rest));
        self.split(rest.map_or(usize::MAX, |index| index + 1));
        for (index, argument) in help.arguments.iter().enumerate() {
            // A substitution may bring the commas, and with them what seems to be missing.
            let is_settled = || unknown.is_none_or(|unknown| !self.text.contains(unknown));
            if argument.required && self.text(index).is_empty() && is_settled() {
                return Err(format!("the argument `{}` is missing", argument.name));
            }
            if let ArgumentKind::Options(known) = argument.kind {
                self.options = read_options(known, self.text(index), unknown)?;
            }
        }
        Ok(())
    }

    fn split(&mut self, limit: usize) {
        if limit == 1 && !self.text.is_empty() {
            self.pieces.push(Piece::Part(0..self.text.len() as u32));
            return;
        }
        let start = self.text.as_ptr() as usize;
        for piece in split_arguments(&self.text, limit).iter_mut() {
            self.pieces.push(match piece {
                Cow::Borrowed(piece) => {
                    let at = (piece.as_ptr() as usize - start) as u32;
                    Piece::Part(at..at + piece.len() as u32)
                }
                Cow::Owned(piece) => Piece::Copy(std::mem::take(piece).into()),
            });
        }
    }

    /// The argument at `index`, `None` where it was left away.
    pub fn get(&self, index: usize) -> Option<&str> {
        let piece = self.pieces.get(index)?;
        Some(self.text_of(piece)).filter(|text| !text.is_empty())
    }

    /// The argument at `index`, empty where it was left away.
    pub fn text(&self, index: usize) -> &str {
        self.get(index).unwrap_or("")
    }

    /// All arguments from `index` on, empty ones included.
    pub fn from(&self, index: usize) -> impl Iterator<Item = &str> {
        self.pieces.iter().skip(index).map(|piece| self.text_of(piece))
    }

    /// How many arguments stand there.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The text as it was written, after substitution.
    pub fn whole(&self) -> &str {
        &self.text
    }

    /// The same as its own, for the next text to be written in its memory.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The argument at `index` as seconds, perhaps with a fraction; nothing, zero and less are `None`.
    pub fn seconds(&self, index: usize) -> Result<Option<Duration>, String> {
        seconds(self.text(index))
    }

    /// The argument at `index` as milliseconds, perhaps with a unit; nothing, zero and less are `None`.
    pub fn milliseconds(&self, index: usize) -> Result<Option<Duration>, String> {
        milliseconds(self.text(index))
    }

    /// The argument at `index` as a whole number that is not negative.
    pub fn number(&self, index: usize) -> Result<Option<u32>, String> {
        let read = |text: &str| text.trim().parse().map_err(|_| format!("`{text}` is no number"));
        self.get(index).map(read).transpose()
    }

    /// Whether the option letter was given.
    pub fn option(&self, letter: char) -> bool {
        self.options.iter().any(|option| option.0 == letter)
    }

    /// The value in the option's parentheses; `None` where letter or parentheses are missing.
    pub fn option_value(&self, letter: char) -> Option<&str> {
        self.options.iter().find(|option| option.0 == letter)?.1.as_deref()
    }

    fn text_of<'a>(&'a self, piece: &'a Piece) -> &'a str {
        match piece {
            Piece::Part(range) => self.text.get(range.start as usize..range.end as usize).unwrap_or(""),
            Piece::Copy(text) => text,
        }
    }
}

/// Reads option letters with their values; `unknown` stands for letters and values that are not known yet.
fn read_options(known: &[OptionHelp], text: &str, unknown: Option<char>) -> Result<Options, String> {
    let mut options = SmallVec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((_, letter)) = letters.next() {
        if letter.is_whitespace() {
            continue;
        }
        if Some(letter) == unknown {
            // Its last letter may have the value that follows.
            skip_value(text, &mut letters);
            continue;
        }
        let option = known
            .iter()
            .find(|option| option.letter == letter)
            .ok_or_else(|| unknown_option(known, letter))?;
        let mut value = None;
        if let Some(&(open, '(')) = letters.peek() {
            let close = closing_parenthesis(text, open).ok_or(format!("option `{letter}`: missing `)`"))?;
            if option.value.is_empty() {
                return Err(format!("option `{letter}` takes no value"));
            }
            value = text.get(open + 1..close).map(Into::into);
            while letters.next_if(|(at, _)| *at <= close).is_some() {}
        } else if !option.value_optional && letters.peek().is_none_or(|(_, next)| Some(*next) != unknown) {
            return Err(format!("option `{letter}` needs a value: {letter}({})", option.value));
        }
        options.push((letter, value));
    }
    Ok(options)
}

fn skip_value(text: &str, letters: &mut Peekable<CharIndices<'_>>) {
    let Some(&(open, '(')) = letters.peek() else { return };
    let close = closing_parenthesis(text, open).unwrap_or(text.len());
    while letters.next_if(|(at, _)| *at <= close).is_some() {}
}

fn unknown_option(known: &[OptionHelp], letter: char) -> String {
    let letters: String = known.iter().map(|option| option.letter).collect();
    format!("unknown option `{letter}`; the options are `{letters}`")
}

fn closing_parenthesis(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::help::Argument;

    static DIAL: Help = Help {
        synopsis: "Test.",
        arguments: &[
            Argument::required("resource", ""),
            Argument::optional("timeout", ""),
            Argument::options(&[
                OptionHelp::flag('g', ""),
                OptionHelp::value('L', "x[:y[:z]]", ""),
                OptionHelp::maybe('m', "class", ""),
            ]),
        ],
        description: "",
        see_also: &[],
    };

    #[test]
    fn arguments_and_options_are_found_by_the_table() {
        let arguments = Arguments::parse(&DIAL, "PJSIP/1&Local/2@x(a,b),20,gL(1000:(2),x)m").expect("valid");
        assert_eq!(arguments.text(0), "PJSIP/1&Local/2@x(a,b)");
        assert_eq!(arguments.get(1), Some("20"));
        assert_eq!(arguments.option_value('L'), Some("1000:(2),x"));
        assert!(arguments.option('g') && arguments.option('m') && !arguments.option('x'));
        assert_eq!(arguments.option_value('m'), None);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check =
            |text: &str, error: &str| assert_eq!(Arguments::parse(&DIAL, text).err().as_deref(), Some(error));
        check("", "the argument `resource` is missing");
        check("a,,q", "unknown option `q`; the options are `gLm`");
        check("a,,L", "option `L` needs a value: L(x[:y[:z]])");
        check("a,,L(5", "option `L`: missing `)`");
        check("a,,g(5)", "option `g` takes no value");
    }

    #[test]
    fn a_sketch_is_wrong_only_where_no_value_can_help() {
        for fine in ["?", "a,,?", "a,,g?", "a,,L?", "a,,?(5)g", "a,?,L(?)g", "a,?", "?,,m(?)?(x)"] {
            let sketch = Arguments::sketch(&DIAL, &fine.replace('?', "\u{fffd}"));
            assert!(sketch.is_ok(), "{fine}: {sketch:?}");
        }
        for wrong in ["a,,q?", "a,,?q", "a,?,g(1)", ",20", "a,,?L"] {
            assert!(Arguments::sketch(&DIAL, &wrong.replace('?', "\u{fffd}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_rest_keeps_its_commas() {
        static REST: Help = Help {
            synopsis: "",
            arguments: &[Argument::required("level", ""), Argument::rest("text", false, "")],
            description: "",
            see_also: &[],
        };
        let arguments = Arguments::parse(&REST, "3,a,b,c").expect("valid");
        assert_eq!(arguments.text(1), "a,b,c");
    }
}
