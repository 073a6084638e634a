//! What a console and the PBX say to each other: one JSON object a line.

use std::io;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// A longer line is no request of a console.
const LONGEST_REQUEST: usize = 64 * 1024;

/// A longer output is sent in pieces.
const PIECE: usize = 16 * 1024;

/// What a console asks.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub(super) enum Request {
    /// Send me the log from now on.
    Attach {
        /// As verbose as this.
        verbose: u8,
        /// With colours.
        colours: bool,
    },
    /// Run this line.
    Run {
        /// The command.
        line: String,
    },
    /// What may follow?
    Complete {
        /// The line up to the cursor.
        line: String,
    },
}

/// What the PBX answers or tells.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tell", rename_all = "snake_case")]
pub(super) enum Reply {
    /// Who I am; the first thing said.
    Welcome(Welcome),
    /// A part of a command's output.
    Output {
        /// The text.
        text: String,
    },
    /// The command has ended.
    Done {
        /// Whether it did what it was asked.
        good: bool,
    },
    /// The possible continuations of the last word.
    Words {
        /// They, sorted.
        words: Vec<String>,
    },
    /// One line of the log, or several that belong together.
    Log {
        /// The text.
        text: String,
    },
    /// So many lines of the log were lost here.
    Lost {
        /// How many.
        lines: u64,
    },
    /// The PBX ends.
    Goodbye,
}

/// Which PBX this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Obelus's version.
    pub version: String,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
}

/// A message as a line with its end.
pub(super) fn encode<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

/// Cuts a text into pieces that fit into one message each.
pub(super) fn pieces(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let end = (1..=text.len().min(PIECE)).rev().find(|at| text.is_char_boundary(*at))?;
        let (piece, rest) = text.split_at_checked(end)?;
        text = rest;
        Some(piece)
    })
}

/// Reads requests.
pub(super) struct Requests<R> {
    stream: BufReader<R>,
    line: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Requests<R> {
    pub(super) fn new(stream: R) -> Requests<R> {
        Requests { stream: BufReader::new(stream), line: Vec::new() }
    }

    /// The next request; `None` when the console has left. Cancel safe.
    pub(super) async fn next(&mut self) -> io::Result<Option<Request>> {
        loop {
            let read = self.stream.fill_buf().await?;
            if read.is_empty() {
                return Ok(None);
            }
            let end = memchr::memchr(b'\n', read);
            let taken = end.map_or(read.len(), |end| end + 1);
            self.line.extend(read.iter().take(taken));
            self.stream.consume(taken);
            if self.line.len() > LONGEST_REQUEST {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the console's request is too long"));
            }
            if end.is_some() {
                let request = serde_json::from_slice(&self.line);
                self.line.clear();
                return Ok(Some(request?));
            }
        }
    }
}

/// Sends a reply.
pub(super) async fn send<W: AsyncWrite + Unpin>(stream: &mut W, reply: &Reply) -> io::Result<()> {
    stream.write_all(&encode(reply)?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_letters() {
        let text = "ä".repeat(PIECE);
        let found: Vec<&str> = pieces(&text).collect();
        assert_eq!(found.concat(), text);
        assert!(found.iter().all(|piece| piece.len() <= PIECE) && found.len() == 2);
        assert_eq!(pieces("").count(), 0);
    }

    #[tokio::test]
    async fn requests_are_read_one_a_line() {
        let bytes = b"{\"ask\":\"run\",\"line\":\"core show channels\"}\n{\"ask\":\"attach\",\"verbose\":3,\"colours\":true}\n";
        let mut requests = Requests::new(&bytes[..]);
        assert_eq!(requests.next().await.unwrap(), Some(Request::Run { line: "core show channels".into() }));
        assert_eq!(requests.next().await.unwrap(), Some(Request::Attach { verbose: 3, colours: true }));
        assert_eq!(requests.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn nonsense_and_endless_lines_are_refused() {
        assert!(Requests::new(&b"core show channels\n"[..]).next().await.is_err());
        let endless = vec![b'x'; LONGEST_REQUEST + 2];
        assert!(Requests::new(&endless[..]).next().await.is_err());
    }
}
