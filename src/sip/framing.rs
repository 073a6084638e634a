//! `Framer`: cuts a TCP or TLS stream into messages by Content-Length (RFC 3261 18.3, RFC 5626 4.4.1).

use crate::grammar::{decimal, trim};
use crate::header::Name;
use crate::message::{Limits, next_line};
use bytes::{Buf, Bytes, BytesMut};

/// What a stream carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// One whole message.
    Message(Bytes),
    /// A double CRLF: the other side asks for a [`PONG`].
    Ping,
    /// A single CRLF: the answer to our ping.
    Pong,
}

/// The keep-alive request of RFC 5626 4.4.1.
pub const PING: &[u8] = b"\r\n\r\n";

/// The keep-alive answer of RFC 5626 4.4.1.
pub const PONG: &[u8] = b"\r\n";

/// Why a stream cannot be read on; the connection must be closed, since the next message's start is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FramingError {
    /// The head of a message ends without a Content-Length, which streams require (RFC 3261 20.14).
    #[error("a message on a stream has no Content-Length")]
    NoContentLength,
    /// Content-Length is no number, or came twice.
    #[error("a message on a stream has an invalid Content-Length")]
    InvalidContentLength,
    /// A message's head or whole length is over the limit.
    #[error("a message on a stream is longer than {limit} bytes")]
    TooLarge {
        /// The most bytes a message may have.
        limit: usize,
    },
    /// A single carriage return, not followed by a line feed, stands where a message should begin.
    #[error("the stream carries something that is not SIP")]
    NotSip,
}

/// Collects a stream's bytes and gives back frames.
#[derive(Debug)]
pub struct Framer {
    buffer: BytesMut,
    limits: Limits,
    /// The head's lines before this offset were searched already, so that slow senders cost no more.
    searched: usize,
    content_length: Option<usize>,
    failed: Option<FramingError>,
}

impl Framer {
    /// A framer at the start of a stream.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { buffer: BytesMut::new(), limits, searched: 0, content_length: None, failed: None }
    }

    /// Adds bytes that came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The buffer to read into directly; bytes may only be appended.
    pub fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// The next frame; `None` until more bytes come.
    ///
    /// # Errors
    /// The stream is unusable; the same error is given from then on.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FramingError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let result = if self.searched == 0 && matches!(self.buffer.first(), Some(b'\r' | b'\n')) {
            self.keep_alive()
        } else {
            self.message()
        };
        result.inspect_err(|&error| {
            self.failed = Some(error);
            self.buffer = BytesMut::new();
        })
    }

    fn keep_alive(&mut self) -> Result<Option<Frame>, FramingError> {
        let (frame, length) = match *self.buffer {
            [b'\r', b'\n', b'\r', b'\n', ..] => (Frame::Ping, 4),
            // A ping whose halves come apart is taken for two pongs: waiting for the second half would
            // hold back every real pong.
            [b'\r'] | [b'\r', b'\n', b'\r'] => return Ok(None),
            [b'\r', b'\n', ..] => (Frame::Pong, 2),
            [b'\n', ..] => (Frame::Pong, 1),
            _ => return Err(FramingError::NotSip),
        };
        self.buffer.advance(length);
        Ok(Some(frame))
    }

    fn message(&mut self) -> Result<Option<Frame>, FramingError> {
        let limit = self.limits.message;
        let Some(head) = self.find_head_end()? else {
            return if self.buffer.len() > limit { Err(FramingError::TooLarge { limit }) } else { Ok(None) };
        };
        let body = self.content_length.ok_or(FramingError::NoContentLength)?;
        let total = head.checked_add(body).filter(|&total| total <= limit);
        let total = total.ok_or(FramingError::TooLarge { limit })?;
        if self.buffer.len() < total {
            return Ok(None);
        }
        self.searched = 0;
        self.content_length = None;
        Ok(Some(Frame::Message(self.buffer.split_to(total).freeze())))
    }

    /// Walks the head line by line, as the parser will, and notes Content-Length on the way.
    fn find_head_end(&mut self) -> Result<Option<usize>, FramingError> {
        while let Some(line) = next_line(&self.buffer, self.searched) {
            if line.end <= self.searched {
                return Ok(Some(line.next));
            }
            // Whether the line is folded shows in the byte after it.
            let Some(&after) = self.buffer.get(line.next) else { return Ok(None) };
            let text = self.buffer.get(self.searched..line.end).unwrap_or_default();
            if is_content_length(text) {
                let folded = matches!(after, b' ' | b'\t');
                if folded || self.content_length.is_some() {
                    return Err(FramingError::InvalidContentLength);
                }
                self.content_length = Some(length_value(text).ok_or(FramingError::InvalidContentLength)?);
            }
            self.searched = line.next;
        }
        Ok(None)
    }
}

fn is_content_length(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'C' | b'c' | b'L' | b'l'))
        && memchr::memchr(b':', line)
            .and_then(|colon| line.get(..colon))
            .is_some_and(|name| Name::of(trim(name)) == Name::ContentLength)
}

fn length_value(line: &[u8]) -> Option<usize> {
    let colon = memchr::memchr(b':', line)?;
    decimal(trim(line.get(colon + 1..)?)).map(|length| length as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPTIONS: &str = "OPTIONS sip:a SIP/2.0\r\nContent-Length: 4\r\n\r\nbody";

    fn frames(chunks: &[&[u8]]) -> Result<Vec<Frame>, FramingError> {
        let mut framer = Framer::new(Limits { message: 200, ..Limits::default() });
        let mut frames = Vec::new();
        for chunk in chunks {
            framer.push(chunk);
            while let Some(frame) = framer.next_frame()? {
                frames.push(frame);
            }
        }
        Ok(frames)
    }

    fn check(text: &str, expected: Result<&[Frame], FramingError>) {
        assert_eq!(
            frames(&[text.as_bytes()]).as_deref(),
            expected.as_ref().map(|frames| &frames[..]),
            "{text:?}"
        );
    }

    fn message(text: &'static str) -> Frame {
        Frame::Message(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn messages_and_keep_alives_come_apart() {
        check(
            &format!("\r\n\r\n{OPTIONS}\r\n{OPTIONS}"),
            Ok(&[Frame::Ping, message(OPTIONS), Frame::Pong, message(OPTIONS)]),
        );
        check(
            "OPTIONS sip:a SIP/2.0\r\nL : 0\r\n\r\n",
            Ok(&[message("OPTIONS sip:a SIP/2.0\r\nL : 0\r\n\r\n")]),
        );
        check("OPTIONS sip:a SIP/2.0\nl:1\n\nxSIP", Ok(&[message("OPTIONS sip:a SIP/2.0\nl:1\n\nx")]));
        check("OPTIONS", Ok(&[]));
    }

    #[test]
    fn a_stream_without_a_good_length_is_given_up() {
        check("A sip:a SIP/2.0\r\nX: y\r\n\r\n", Err(FramingError::NoContentLength));
        check("A sip:a SIP/2.0\r\nl: -1\r\n\r\n", Err(FramingError::InvalidContentLength));
        check("A sip:a SIP/2.0\r\nl: 1\r\nl: 1\r\n\r\n", Err(FramingError::InvalidContentLength));
        check("A sip:a SIP/2.0\r\nl:\r\n 1\r\n\r\n", Err(FramingError::InvalidContentLength));
        check("A sip:a SIP/2.0\r\nl: 4294967295\r\n\r\n", Err(FramingError::TooLarge { limit: 200 }));
        check(&"x".repeat(201), Err(FramingError::TooLarge { limit: 200 }));
        check("\rx", Err(FramingError::NotSip));
    }

    #[test]
    fn an_error_is_final() {
        let mut framer = Framer::new(Limits::default());
        framer.push(b"\rx");
        assert!(framer.next_frame().is_err());
        framer.push(OPTIONS.as_bytes());
        assert!(framer.next_frame().is_err());
    }

    proptest! {
        #[test]
        fn the_cuts_of_the_stream_do_not_matter(cuts in proptest::collection::vec(0usize..110, 0..8)) {
            // Only a ping that comes in two halves may be taken for two pongs, so none is in this stream.
            let stream = format!("{OPTIONS}{OPTIONS}");
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
            cuts.extend([0, stream.len()]);
            cuts.sort_unstable();
            let chunks: Vec<_> = cuts.windows(2).map(|pair| &stream.as_bytes()[pair[0]..pair[1]]).collect();
            prop_assert_eq!(frames(&chunks).unwrap(), [message(OPTIONS), message(OPTIONS)]);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = frames(&[&bytes]);
        }
    }
}
