//! systemd's journal, in its own protocol: one datagram a line, with fields (systemd.io/JOURNAL_NATIVE_PROTOCOL).

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use super::line::Line;
use super::syslog::severity;

/// What the fields of a line begin with that the journal has no name for.
const OWN: &str = "OBELUS_";

/// A connection to the journal that is made when it is needed, and made again when it was lost.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    socket: Option<UnixDatagram>,
}

impl Journal {
    /// The journal, by the path of its socket.
    pub(super) fn new(path: &Path) -> Journal {
        Journal { path: path.to_owned(), socket: None }
    }

    /// Sends a line; never waits for the other side.
    pub(super) fn send(&mut self, line: &Line, text: &str) -> io::Result<()> {
        let entry = entry(line, text);
        let sent = self.connected().and_then(|socket| socket.send(&entry));
        if sent.is_err() {
            self.socket = None;
        }
        sent.map(|_| ())
    }

    fn connected(&mut self) -> io::Result<&UnixDatagram> {
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(&self.path)?;
                socket.set_nonblocking(true)?;
                socket
            }
        };
        Ok(self.socket.insert(socket))
    }
}

/// The fields of a line.
fn entry(line: &Line, text: &str) -> Vec<u8> {
    let mut entry = Vec::with_capacity(512);
    push(&mut entry, "MESSAGE", text);
    push(&mut entry, "PRIORITY", &severity(line.level).to_string());
    push(&mut entry, "SYSLOG_IDENTIFIER", "obelus");
    push(&mut entry, "TID", &line.thread.to_string());
    push(&mut entry, "CODE_FILE", line.origin.file);
    push(&mut entry, "CODE_LINE", &line.origin.line.to_string());
    push(&mut entry, "CODE_FUNC", line.origin.path());
    push(&mut entry, "OBELUS_LEVEL", line.level_name());
    if let Some(call) = line.call {
        push(&mut entry, "OBELUS_CALL", &format!("C-{call:08x}"));
    }
    for (name, value) in &line.fields {
        push(&mut entry, &field(name), value);
    }
    entry
}

/// A name of ours as the journal permits it: capitals, digits and underscores, 64 letters at the most.
fn field(name: &str) -> String {
    let letter = |letter: char| match letter.to_ascii_uppercase() {
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => '_',
    };
    OWN.chars().chain(name.chars().map(letter)).take(64).collect()
}

/// `NAME=value`, or the name, the length and the value where it has several lines.
fn push(entry: &mut Vec<u8>, name: &str, value: &str) {
    entry.extend_from_slice(name.as_bytes());
    if value.contains('\n') {
        entry.push(b'\n');
        entry.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        entry.push(b'=');
    }
    entry.extend_from_slice(value.as_bytes());
    entry.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logger::level::Level;
    use crate::logger::look::tests::line;

    #[test]
    fn a_line_has_fields() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let daemon = UnixDatagram::bind(&path).unwrap();
        let mut warning = line(Level::Warning, 0, "refused");
        warning.fields.push(("from-user", "bob\nMESSAGE=forged".to_owned()));
        Journal::new(&path).send(&warning, "refused").unwrap();
        let mut buffer = [0; 1000];
        let length = daemon.recv(&mut buffer).unwrap();
        let expected = b"MESSAGE=refused\nPRIORITY=4\nSYSLOG_IDENTIFIER=obelus\nTID=77\n\
            CODE_FILE=channels/sip/registrar.rs\nCODE_LINE=12\nCODE_FUNC=sip::registrar\nOBELUS_LEVEL=WARNING\n\
            OBELUS_CALL=C-00000001\nOBELUS_FROM_USER\n\x12\0\0\0\0\0\0\0bob\nMESSAGE=forged\n";
        assert_eq!(String::from_utf8_lossy(&buffer[..length]), String::from_utf8_lossy(expected));
    }

    #[test]
    fn a_journal_that_comes_later_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::new(&path);
        let notice = line(Level::Notice, 0, "x");
        assert!(journal.send(&notice, "lost").is_err());
        let _daemon = UnixDatagram::bind(&path).unwrap();
        journal.send(&notice, "heard").unwrap();
    }
}
