//! A stream gives the same messages however it is cut, and the parser sees the same bodies as the framer.

use bytes::Bytes;
use obelus_sip::framing::{Frame, Framer};
use obelus_sip::header::Name;
use obelus_sip::message::{Limits, parse};

/// Small, so that the fuzzer reaches them.
const LIMITS: Limits = Limits { message: 1024, headers: 32, line: 256 };

/// What a stream came to: its messages, how many line ends between them, and whether it broke.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    messages: Vec<Bytes>,
    /// Line ends before each message: a ping whose halves come apart is read as two pongs. Those after the last
    /// message do not count, since the end of the last one may still be to come.
    pongs: Vec<usize>,
    broke: bool,
}

/// The stream in one piece, byte by byte and in pieces of arbitrary lengths.
pub fn sip_framing(data: &[u8]) {
    let whole = read(std::iter::once(data));
    assert_eq!(whole, read(data.chunks(1)), "byte by byte");
    let seed = data.iter().fold(0x9e37_79b9_u32, |sum, &byte| sum.rotate_left(5) ^ u32::from(byte));
    for salt in 1..5_u32 {
        assert_eq!(whole, read(pieces(data, seed.wrapping_mul(salt) | 1)), "in pieces");
    }
    for message in &whole.messages {
        check_body(message);
    }
}

fn read<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Reading {
    let mut framer = Framer::new(LIMITS);
    let mut reading = Reading::default();
    let mut pongs = 0;
    for chunk in chunks {
        framer.push(chunk);
        loop {
            match framer.next_frame() {
                Ok(Some(Frame::Ping)) => pongs += 2,
                Ok(Some(Frame::Pong)) => pongs += 1,
                Ok(Some(Frame::Message(message))) => {
                    reading.messages.push(message);
                    reading.pongs.push(std::mem::take(&mut pongs));
                }
                Ok(None) => break,
                Err(_) => {
                    reading.broke = true;
                    return reading;
                }
            }
        }
    }
    reading
}

/// Pieces of 1 to 64 bytes, by a generator of Marsaglia's.
fn pieces(mut data: &[u8], mut state: u32) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let (piece, rest) = data.split_at_checked((state % 64) as usize + 1).unwrap_or((data, &[]));
        data = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// A parser that saw another body than the framer would let one message smuggle in a second.
fn check_body(frame: &Bytes) {
    let Ok(message) = parse(frame.clone(), &LIMITS) else { return };
    let headers = message.headers();
    let length = headers.number(Name::ContentLength).ok().flatten();
    assert_eq!(length.map(|length| length as usize), Some(headers.body().len()), "{message:?}");
    assert!(frame.ends_with(headers.body()), "{message:?}");
}
