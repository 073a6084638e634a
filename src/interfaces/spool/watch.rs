//! Watches a folder by inotify(7).

use std::io;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use tokio::net::unix::pipe;
use tokio::sync::mpsc;

/// Room for some events; one is at most 16 bytes and a name of 256.
const BUFFER: usize = 4096;

/// What happens in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// A name appeared: a file that somebody writes now, or a hard link to one that is whole.
    Created(String),
    /// Somebody has opened the file.
    Opened(String),
    /// The file is whole: who wrote it has closed it, or it was moved here.
    Whole(String),
    /// The kernel had to leave something out.
    Missed,
}

/// A folder that is watched from now on. To tokio it is the end of a pipe: something that is read without waiting.
pub(super) struct Watch(pipe::Receiver);

impl Watch {
    /// Begins to watch; call it in a tokio runtime.
    pub(super) fn begin(folder: &Path) -> io::Result<Watch> {
        let descriptor = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let what = WatchFlags::CREATE | WatchFlags::OPEN | WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO;
        inotify::add_watch(&descriptor, folder, what)?;
        Ok(Watch(pipe::Receiver::from_owned_fd_unchecked(descriptor)?))
    }

    /// Tells what happens, until nobody listens. A listener that is slow leaves the kernel to keep the rest.
    pub(super) async fn tell(self, listener: mpsc::Sender<Seen>) -> io::Result<()> {
        let mut buffer = [0; BUFFER];
        loop {
            self.0.readable().await?;
            let count = match self.0.try_read(&mut buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            };
            for seen in events(buffer.get(..count).unwrap_or_default()) {
                if listener.send(seen).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

/// The events of a buffer: four numbers (watch, what, cookie, length) and a name that zeros fill up to its length.
fn events(mut bytes: &[u8]) -> Vec<Seen> {
    let mut events = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<16>() {
        let number = |at: usize| {
            let part = head.get(at..at + 4).and_then(|part| part.try_into().ok());
            part.map_or(0, u32::from_ne_bytes)
        };
        let (name, behind) = rest.split_at_checked(number(12) as usize).unwrap_or((rest, &[]));
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        events.extend(seen(ReadFlags::from_bits_retain(number(4)), name));
        bytes = behind;
    }
    events
}

fn seen(what: ReadFlags, name: &[u8]) -> Option<Seen> {
    if what.contains(ReadFlags::QUEUE_OVERFLOW) {
        return Some(Seen::Missed);
    }
    // A name that is no text belongs to no call file.
    let name = std::str::from_utf8(name).ok()?.to_owned();
    if what.contains(ReadFlags::ISDIR) {
        None
    } else if what.contains(ReadFlags::CREATE) {
        Some(Seen::Created(name))
    } else if what.contains(ReadFlags::OPEN) {
        Some(Seen::Opened(name))
    } else if what.intersects(ReadFlags::CLOSE_WRITE | ReadFlags::MOVED_TO) {
        Some(Seen::Whole(name))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn files_that_are_written_moved_and_linked_are_seen() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = |name| folder.path().join(name);
        let (sender, mut seen) = mpsc::channel(8);
        tokio::spawn(Watch::begin(folder.path()).unwrap().tell(sender));
        fs::write(path("written"), "x").unwrap();
        for expected in [Seen::Created, Seen::Opened, Seen::Whole] {
            assert_eq!(seen.recv().await, Some(expected("written".to_owned())));
        }
        fs::write(elsewhere.path().join("file"), "x").unwrap();
        fs::rename(elsewhere.path().join("file"), path("moved")).unwrap();
        assert_eq!(seen.recv().await, Some(Seen::Whole("moved".to_owned())));
        fs::create_dir(path("folder")).unwrap();
        fs::hard_link(path("moved"), path("linked")).unwrap();
        assert_eq!(seen.recv().await, Some(Seen::Created("linked".to_owned())));
    }
}
