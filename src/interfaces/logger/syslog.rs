//! The system's log: facilities, priorities and the socket (RFC 3164, as `/dev/log` takes it).

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use super::level::Level;

/// A part of the system, by syslog's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facility(u8);

const FACILITIES: [(&str, u8); 20] = [
    ("kern", 0),
    ("user", 1),
    ("mail", 2),
    ("daemon", 3),
    ("auth", 4),
    ("security", 4),
    ("syslog", 5),
    ("lpr", 6),
    ("news", 7),
    ("uucp", 8),
    ("cron", 9),
    ("authpriv", 10),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
];

impl Facility {
    /// Reads a name such as `local0`.
    pub fn parse(name: &str) -> Result<Facility, String> {
        let found = FACILITIES.iter().find(|row| row.0.eq_ignore_ascii_case(name));
        found.map(|row| Facility(row.1)).ok_or_else(|| format!("there is no syslog facility `{name}`"))
    }

    /// The number before a message: facility and severity (RFC 3164 4.1.1).
    fn priority(self, level: Level) -> u8 {
        self.0 * 8 + severity(level)
    }
}

/// How bad it is, by syslog's numbers: 0 is an emergency, 7 debugging.
pub(super) fn severity(level: Level) -> u8 {
    match level {
        Level::Error => 3,
        Level::Warning => 4,
        Level::Notice | Level::Security | Level::Custom(_) => 5,
        Level::Verbose => 6,
        Level::Debug | Level::Trace | Level::Dtmf => 7,
    }
}

impl Default for Facility {
    fn default() -> Facility {
        Facility(16)
    }
}

/// A connection to the system's log that is made when it is needed, and made again when it was lost.
#[derive(Debug)]
pub(super) struct Syslog {
    path: PathBuf,
    facility: Facility,
    process: u32,
    socket: Option<UnixDatagram>,
}

impl Syslog {
    /// The system's log, by the path of its socket.
    pub(super) fn new(path: &Path, facility: Facility, process: u32) -> Syslog {
        Syslog { path: path.to_owned(), facility, process, socket: None }
    }

    /// Sends a message; never waits for the other side.
    pub(super) fn send(&mut self, level: Level, text: &str) -> io::Result<()> {
        let message = format!("<{}>obelus[{}]: {text}", self.facility.priority(level), self.process);
        let sent = self.connected().and_then(|socket| socket.send(message.as_bytes()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facilities_are_known_by_name() {
        assert_eq!(Facility::parse("LOCAL3"), Ok(Facility(19)));
        assert_eq!(Facility::parse("here"), Err("there is no syslog facility `here`".to_owned()));
    }

    #[test]
    fn a_message_names_priority_and_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let daemon = UnixDatagram::bind(&path).unwrap();
        let mut syslog = Syslog::new(&path, Facility(16), 42);
        syslog.send(Level::Error, "the disk is full").unwrap();
        let mut buffer = [0; 100];
        let length = daemon.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"<131>obelus[42]: the disk is full");
    }

    #[test]
    fn a_restarted_daemon_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut syslog = Syslog::new(&path, Facility(16), 42);
        assert!(syslog.send(Level::Error, "lost").is_err());
        let daemon = UnixDatagram::bind(&path).unwrap();
        syslog.send(Level::Error, "heard").unwrap();
        drop(daemon);
        std::fs::remove_file(&path).unwrap();
        assert!(syslog.send(Level::Error, "lost").is_err());
        let _daemon = UnixDatagram::bind(&path).unwrap();
        syslog.send(Level::Error, "heard").unwrap();
    }
}
