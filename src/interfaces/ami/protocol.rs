//! The framing: bytes in, messages out. A message is lines that end with an empty line.
//!
//! This file knows nothing of the rest, so that the fuzzer can take it alone.

/// The longest line with its end, as in Asterisk.
const LONGEST_LINE: usize = 1024;

/// The most lines of a message, as in Asterisk.
const MOST_LINES: usize = 128;

/// What a program sent: the lines of a message, without their ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A message, perhaps without any line.
    Message(Vec<String>),
    /// One of its lines was too long; the others are there.
    LineTooLong(Vec<String>),
    /// It had too many lines; the first ones are there.
    TooManyLines(Vec<String>),
}

/// Collects bytes until a message is whole.
///
/// It keeps at most one message of the greatest size and what was pushed last.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    /// Up to here there is no line end.
    searched: usize,
    lines: Vec<String>,
    line_too_long: bool,
    too_many_lines: bool,
    /// The rest of a line that is too long is being skipped.
    skipping: bool,
}

impl Reader {
    /// Adds what was received.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message.
    pub fn next_input(&mut self) -> Option<Input> {
        let mut taken = 0;
        let input = loop {
            let Some(end) = self.line_end(taken) else { break None };
            let line = self.bytes.get(taken..end).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let is_long = end + 1 - taken > LONGEST_LINE;
            let text = (!is_long && !self.skipping).then(|| String::from_utf8_lossy(line).into_owned());
            taken = end + 1;
            self.searched = taken;
            if let Some(input) = self.take_line(text) {
                break Some(input);
            }
        };
        self.bytes.drain(..taken);
        self.searched = self.searched.saturating_sub(taken);
        if input.is_none() && self.bytes.len() >= LONGEST_LINE {
            (self.skipping, self.line_too_long) = (true, true);
            self.bytes.clear();
            self.searched = 0;
        }
        input
    }

    fn line_end(&mut self, from: usize) -> Option<usize> {
        let from = self.searched.max(from);
        let found = self.bytes.get(from..)?.iter().position(|byte| *byte == b'\n');
        self.searched = found.map_or(self.bytes.len(), |at| from + at);
        found.map(|at| from + at)
    }

    /// Takes a line, or the end of one that is too long; returns the message that it ends.
    fn take_line(&mut self, text: Option<String>) -> Option<Input> {
        self.skipping = false;
        match text {
            None => self.line_too_long = true,
            Some(line) if line.is_empty() => return Some(self.take_message()),
            Some(line) if self.lines.len() < MOST_LINES => self.lines.push(line),
            Some(_) => self.too_many_lines = true,
        }
        None
    }

    fn take_message(&mut self) -> Input {
        let message = std::mem::take(&mut self.lines);
        let (long, many) =
            (std::mem::take(&mut self.line_too_long), std::mem::take(&mut self.too_many_lines));
        match (many, long) {
            (true, _) => Input::TooManyLines(message),
            (false, true) => Input::LineTooLong(message),
            (false, false) => Input::Message(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<Input> {
        let mut reader = Reader::default();
        let mut found = Vec::new();
        for piece in pieces {
            reader.push(piece);
            found.extend(std::iter::from_fn(|| reader.next_input()));
        }
        found
    }

    fn message(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    fn check(text: &[u8], expected: &[Input]) {
        assert_eq!(read(&[text]), expected);
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(read(&bytes), expected, "byte by byte");
    }

    #[test]
    fn messages_end_with_an_empty_line() {
        check(
            b"Action: Ping\r\nActionID: 1\r\n\r\naction: logoff\n\n\r\nAction: x\r\n",
            &[
                Input::Message(message(&["Action: Ping", "ActionID: 1"])),
                Input::Message(message(&["action: logoff"])),
                Input::Message(message(&[])),
            ],
        );
    }

    #[test]
    fn a_line_that_is_too_long_spoils_its_message_alone() {
        let fits = format!("a: {}", "x".repeat(LONGEST_LINE - 5));
        check(format!("{fits}\r\n\r\n").as_bytes(), &[Input::Message(message(&[&fits]))]);
        let long = "x".repeat(3 * LONGEST_LINE);
        check(
            format!("ActionID: 1\r\na: {long}\r\nb: 2\r\n\r\nAction: Ping\r\n\r\n").as_bytes(),
            &[
                Input::LineTooLong(message(&["ActionID: 1", "b: 2"])),
                Input::Message(message(&["Action: Ping"])),
            ],
        );
    }

    #[test]
    fn a_message_of_too_many_lines_is_said_to_be_one() {
        let text = format!("{}\r\n", "a: 1\r\n".repeat(MOST_LINES + 1));
        let read = read(&[text.as_bytes()]);
        assert_eq!(read, [Input::TooManyLines(message(&["a: 1"; MOST_LINES]))]);
    }

    proptest! {
        #[test]
        fn how_it_is_cut_does_not_matter(text in "(a: [a-z\r]{0,5}\r?\n|\n){0,20}", cut in 1_usize..40) {
            let whole = read(&[text.as_bytes()]);
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(cut).collect();
            prop_assert_eq!(read(&pieces), whole);
        }

        #[test]
        fn nothing_makes_it_grow(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let mut reader = Reader::default();
            reader.push(&bytes);
            while reader.next_input().is_some() {}
            prop_assert!(reader.bytes.len() < LONGEST_LINE && reader.lines.len() <= MOST_LINES);
        }
    }
}
