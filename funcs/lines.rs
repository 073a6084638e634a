//! Lines of files that end as on Unix, DOS or old Macintoshes, and the disk without keeping a call waiting.

use obelus_core::channel::Channel;
use obelus_core::function::FunctionError;

/// How lines end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Unix,
    Dos,
    Mac,
}

impl Ending {
    /// Reads `u`, `d` or `m`, whatever follows.
    pub(crate) fn parse(text: &str) -> Option<Ending> {
        match text.bytes().next()?.to_ascii_lowercase() {
            b'u' => Some(Ending::Unix),
            b'd' => Some(Ending::Dos),
            b'm' => Some(Ending::Mac),
            _ => None,
        }
    }

    /// How the first line of a text ends.
    pub(crate) fn of(bytes: &[u8]) -> Option<Ending> {
        let at = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\n'), _) => Some(Ending::Unix),
            (_, Some(b'\n')) => Some(Ending::Dos),
            _ => Some(Ending::Mac),
        }
    }

    /// The letter of `FILE_FORMAT`.
    pub(crate) fn letter(self) -> char {
        match self {
            Ending::Unix => 'u',
            Ending::Dos => 'd',
            Ending::Mac => 'm',
        }
    }

    /// The bytes at the end of a line.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Ending::Unix => b"\n",
            Ending::Dos => b"\r\n",
            Ending::Mac => b"\r",
        }
    }

    /// Where each line begins, and at last where the text ends.
    pub(crate) fn starts(self, text: &[u8]) -> Vec<usize> {
        let ending = self.bytes();
        let ends = text.windows(ending.len()).enumerate().filter(|(_, window)| *window == ending);
        let mut starts: Vec<usize> =
            std::iter::once(0).chain(ends.map(|(at, _)| at + ending.len())).collect();
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        starts
    }
}

/// The largest file that is read: more than a value can hold, less than what hurts.
pub(crate) const MOST: u64 = 64 * 1024 * 1024;

/// Reads a file on another thread, while the channel goes on hearing.
pub(crate) async fn read(channel: &mut Channel, path: &str) -> Result<Vec<u8>, FunctionError> {
    let owned = path.to_owned();
    let read = on_disk(channel, move || {
        let length = std::fs::metadata(&owned)?.len();
        if length > MOST {
            return Err(std::io::Error::other(format!("it is larger than {MOST} bytes")));
        }
        std::fs::read(owned)
    });
    read.await.map_err(|error| FunctionError::failed(format!("{path}: {error}")))
}

/// Does something with files on another thread, while the channel goes on hearing.
pub(crate) async fn on_disk<T: Send + 'static>(
    channel: &mut Channel,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    let done = channel.meanwhile(tokio::task::spawn_blocking(work)).await;
    done.unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_how_lines_end() {
        let check = |text: &[u8], expected: Option<char>| {
            assert_eq!(Ending::of(text).map(Ending::letter), expected, "{text:?}");
        };
        check(b"a\nb\r\n", Some('u'));
        check(b"a\r\nb\n", Some('d'));
        check(b"a\rb", Some('m'));
        check(b"a", None);
        assert_eq!(Ending::parse("dos"), Some(Ending::Dos));
    }

    #[test]
    fn lines_begin_behind_the_ends_of_others() {
        assert_eq!(Ending::Unix.starts(b"a\nb\n"), [0, 2, 4]);
        assert_eq!(Ending::Dos.starts(b"a\r\nb\nc"), [0, 3, 6]);
        assert_eq!(Ending::Mac.starts(b""), [0]);
    }
}
