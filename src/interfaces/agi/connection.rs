//! The two directions between a channel and an AGI program: lines in, lines out.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

/// A line that is longer is taken in pieces of this length.
const LONGEST_LINE: usize = 8192;

/// How long a program may leave what it is told unread before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// A program's or server's ends.
pub(super) struct Connection {
    input: Box<dyn AsyncRead + Send + Unpin>,
    output: Box<dyn AsyncWrite + Send + Unpin>,
    buffer: Vec<u8>,
    ended: bool,
}

impl Connection {
    /// A connection that reads and writes these.
    pub(super) fn new(
        input: impl AsyncRead + Send + Unpin + 'static,
        output: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Connection {
        Connection { input: Box::new(input), output: Box::new(output), buffer: Vec::new(), ended: false }
    }

    /// A connection on which nothing ever comes: the commands come another way.
    pub(super) fn silent() -> Connection {
        Connection::new(Silence, tokio::io::sink())
    }

    /// Waits until there is a line to read, or no more will come. Cancel safe.
    pub(super) async fn ready(&mut self) {
        while !self.ended && self.line_end().is_none() {
            // Reading into a buffer loses nothing when it is dropped half-way.
            if !matches!(self.input.read_buf(&mut self.buffer).await, Ok(1..)) {
                self.ended = true;
            }
        }
    }

    /// The next line without its end; `None` when the program has closed its side. Cancel safe.
    pub(super) async fn line(&mut self) -> Option<String> {
        self.ready().await;
        let end = self.line_end().unwrap_or(self.buffer.len());
        if end == 0 {
            return None;
        }
        let line: Vec<u8> = self.buffer.drain(..end).collect();
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        Some(String::from_utf8_lossy(line).into_owned())
    }

    /// Where the first line ends, with its end of line.
    fn line_end(&self) -> Option<usize> {
        let end = memchr::memchr(b'\n', &self.buffer).map(|at| at + 1);
        match end.unwrap_or(self.buffer.len()) {
            length if length >= LONGEST_LINE => Some(LONGEST_LINE),
            _ => end,
        }
    }

    /// Sends a text; a program that has gone or does not read is found out by reading.
    pub(super) async fn send(&mut self, text: &str) {
        let sent = async {
            self.output.write_all(text.as_bytes()).await?;
            self.output.flush().await
        };
        if tokio::time::timeout(PATIENCE, sent).await.is_err() {
            tracing::warn!("the AGI program does not read what it is told");
            self.ended = true;
        }
    }
}

/// Nothing to read, and no end of it.
struct Silence;

impl AsyncRead for Silence {
    fn poll_read(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        _buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_taken_apart_and_the_last_needs_no_end() {
        let long = "y".repeat(LONGEST_LINE + 1);
        let text = format!("ANSWER\nNOOP \"é\"\r\n\n{long}\nlast");
        let input = std::io::Cursor::new(text.into_bytes());
        let mut connection = Connection::new(input, tokio::io::sink());
        assert_eq!(connection.line().await.as_deref(), Some("ANSWER"));
        assert_eq!(connection.line().await.as_deref(), Some("NOOP \"é\"\r"));
        assert_eq!(connection.line().await.as_deref(), Some(""));
        assert_eq!(connection.line().await.map(|line| line.len()), Some(LONGEST_LINE));
        assert_eq!(connection.line().await.as_deref(), Some("y"));
        assert_eq!(connection.line().await.as_deref(), Some("last"));
        assert_eq!(connection.line().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_reads_nothing_counts_as_gone() {
        let (ours, _theirs) = tokio::io::duplex(16);
        let (input, output) = tokio::io::split(ours);
        let mut connection = Connection::new(input, output);
        connection.send(&"x".repeat(100)).await;
        assert_eq!(connection.line().await, None);
    }
}
