//! A program's bytes give the same messages however they are cut, and no message is larger than it may be.

#[path = "../../../src/interfaces/ami/protocol.rs"]
mod protocol;

use protocol::{Input, Reader};

/// The bytes in one piece, byte by byte and in pieces of seven.
pub fn ami(data: &[u8]) {
    let whole = read(std::iter::once(data));
    assert_eq!(whole, read(data.chunks(1)), "byte by byte");
    assert_eq!(whole, read(data.chunks(7)), "in pieces");
    for input in &whole {
        let (Input::Message(lines) | Input::LineTooLong(lines) | Input::TooManyLines(lines)) = input;
        assert!(lines.len() <= 128, "too many lines");
        for line in lines {
            // What is no UTF-8 becomes three bytes each.
            assert!(!line.is_empty() && line.len() <= 3 * 1024 && !line.contains('\n'), "{line:?}");
        }
    }
}

fn read<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Vec<Input> {
    let mut reader = Reader::default();
    let mut found = Vec::new();
    for chunk in chunks {
        reader.push(chunk);
        found.extend(std::iter::from_fn(|| reader.next_input()));
    }
    found
}
