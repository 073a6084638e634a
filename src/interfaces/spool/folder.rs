//! The folders of call files: those that wait, and those that are done. Everything here blocks on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A call file is a few lines; what is longer is none.
const LONGEST: u64 = 1 << 20;

/// `outgoing` and `outgoing_done` of the spool folder.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    waiting: PathBuf,
    done: PathBuf,
}

/// How a call file ends, in Asterisk's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Somebody answered, and the call is over.
    Completed,
    /// Nobody answered, and there are no attempts left.
    Expired,
    /// It cannot be understood.
    Failed,
}

impl Folder {
    /// The folders below a spool folder; that of the files that wait is made.
    pub(super) fn below(spool: &Path) -> io::Result<Folder> {
        let folder = Folder { waiting: spool.join("outgoing"), done: spool.join("outgoing_done") };
        fs::create_dir_all(&folder.waiting)?;
        Ok(folder)
    }

    /// Where the files wait.
    pub(super) fn waiting(&self) -> &Path {
        &self.waiting
    }

    /// The names of everything that waits.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.waiting)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        Ok(names.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// When the call is to be made; `None` if there is no such file any more.
    pub(super) fn due(&self, name: &str) -> Option<SystemTime> {
        let data = fs::metadata(self.waiting.join(name)).ok().filter(fs::Metadata::is_file)?;
        data.modified().ok()
    }

    /// What the file says.
    pub(super) fn read(&self, name: &str) -> io::Result<String> {
        let mut bytes = Vec::new();
        File::open(self.waiting.join(name))?.take(LONGEST).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Adds a line and sets when to look at the file again.
    pub(super) fn note(&self, name: &str, line: &str, due: SystemTime) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).open(self.waiting.join(name))?;
        writeln!(file, "\n{line}")?;
        // Before the file is closed: whoever watches must not see it with the time of now.
        file.set_modified(due)
    }

    /// Takes a file away; with `archive` it is kept among those that are done, with its status.
    pub(super) fn finish(&self, name: &str, status: Status, archive: bool) -> io::Result<()> {
        let waiting = self.waiting.join(name);
        if !archive {
            return fs::remove_file(waiting);
        }
        let done = self.done.join(name);
        let moved = fs::create_dir_all(&self.done).and_then(|()| fs::rename(&waiting, &done));
        if moved.is_err() {
            // A file that stayed would be called again.
            fs::remove_file(waiting)?;
            return moved;
        }
        writeln!(OpenOptions::new().append(true).open(done)?, "Status: {status:?}")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_is_noted_on_and_kept() {
        let spool = tempfile::tempdir().unwrap();
        let folder = Folder::below(spool.path()).unwrap();
        fs::write(folder.waiting().join("a.call"), "Channel: Test/1\n").unwrap();
        fs::create_dir(folder.waiting().join("folder")).unwrap();
        let due = SystemTime::UNIX_EPOCH + Duration::from_secs(1_774_000_000);
        folder.note("a.call", "StartRetry: 1 1 (2)", due).unwrap();
        assert_eq!((folder.due("a.call"), folder.due("folder"), folder.due("b")), (Some(due), None, None));
        assert_eq!(folder.read("a.call").unwrap(), "Channel: Test/1\n\nStartRetry: 1 1 (2)\n");
        folder.finish("a.call", Status::Completed, true).unwrap();
        assert_eq!(folder.names().unwrap(), ["folder"]);
        let done = fs::read_to_string(spool.path().join("outgoing_done/a.call")).unwrap();
        assert_eq!(done, "Channel: Test/1\n\nStartRetry: 1 1 (2)\nStatus: Completed\n");
    }
}
