//! The socket that consoles connect to: `obelus.ctl` in the run directory.

use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::UnixListener;

use super::protocol::Reply;

/// The socket's name in the run directory.
pub const SOCKET_NAME: &str = "obelus.ctl";

/// Consoles that may wait to be taken.
const BACKLOG: i32 = 16;

/// How long a PBX that may be alive has to say who it is.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why consoles cannot connect.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Another Obelus has the socket.
    #[error("Obelus is already running{}; its socket is {path}", .pid.map_or_else(String::new, |pid| format!(" (pid = {pid})")))]
    Running {
        /// Its process, if it told.
        pid: Option<u32>,
        /// The socket.
        path: String,
    },
    /// The system says no.
    #[error("the console's socket {path}: {error}")]
    System {
        /// The socket.
        path: String,
        /// Why.
        error: io::Error,
    },
}

/// A socket that its file goes with.
#[derive(Debug)]
pub(super) struct ConsoleSocket {
    pub(super) listener: UnixListener,
    path: PathBuf,
}

impl ConsoleSocket {
    /// Listens; a file that a dead process has left behind is replaced.
    ///
    /// The mode is set between bind and listen, so that nobody else can connect in between.
    pub(super) fn open(path: &Path) -> Result<ConsoleSocket, SocketError> {
        clear(path)?;
        let listener =
            listen(path).map_err(|error| SocketError::System { path: path.display().to_string(), error })?;
        Ok(ConsoleSocket { listener, path: path.to_owned() })
    }
}

impl Drop for ConsoleSocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn clear(path: &Path) -> Result<(), SocketError> {
    let shown = || path.display().to_string();
    match UnixStream::connect(path) {
        Ok(stream) => Err(SocketError::Running { pid: pid_of(stream), path: shown() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path).map_err(|error| SocketError::System { path: shown(), error })
        }
        Err(error) => Err(SocketError::System { path: shown(), error }),
    }
}

/// Asks a living PBX for its process.
fn pid_of(stream: UnixStream) -> Option<u32> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    match serde_json::from_str(&line).ok()? {
        Reply::Welcome(welcome) => Some(welcome.pid),
        _ => None,
    }
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    UnixListener::from_std(socket.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::protocol::{Welcome, encode};
    use super::*;

    #[tokio::test]
    async fn only_the_owner_may_connect_and_the_file_goes_with_the_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run").join(SOCKET_NAME);
        let socket = ConsoleSocket::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        drop(socket);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_a_dead_process_left_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SOCKET_NAME);
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        ConsoleSocket::open(&path).unwrap();
    }

    #[tokio::test]
    async fn a_living_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SOCKET_NAME);
        let other = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let living = std::thread::spawn(move || {
            let welcome = Welcome { version: "0.1.0".into(), host: "box".into(), pid: 42 };
            let (mut stream, _) = other.accept().unwrap();
            stream.write_all(&encode(&Reply::Welcome(welcome)).unwrap()).unwrap();
        });
        let error = ConsoleSocket::open(&path).unwrap_err().to_string();
        living.join().unwrap();
        assert_eq!(error, format!("Obelus is already running (pid = 42); its socket is {}", path.display()));
    }

    #[tokio::test]
    async fn a_path_that_is_too_long_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = ConsoleSocket::open(&folder.path().join("x".repeat(120))).unwrap_err();
        assert!(matches!(error, SocketError::System { .. }), "{error}");
    }
}
