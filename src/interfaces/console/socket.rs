//! The socket that consoles connect to: `obelus.ctl` in the run directory.

use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::{Group, User};
use obelus_core::settings::Settings;
use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::UnixListener;

use super::protocol::Reply;

/// Where consoles connect, and who may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketPlace {
    /// The socket.
    pub path: PathBuf,
    /// As chmod(2) takes it.
    pub mode: u32,
    /// Whose it is; empty for the user who runs the PBX.
    pub owner: String,
    /// Likewise for the group.
    pub group: String,
}

impl SocketPlace {
    /// As the settings say.
    pub fn of(settings: &Settings) -> SocketPlace {
        let console = &settings.console;
        SocketPlace {
            path: settings.directories.run.join(&*console.name),
            mode: console.mode,
            owner: console.owner.to_string(),
            group: console.group.to_string(),
        }
    }

    /// A socket that only its owner may use.
    pub fn private(path: &Path) -> SocketPlace {
        SocketPlace { path: path.to_owned(), mode: 0o600, owner: String::new(), group: String::new() }
    }

    /// Gives the socket's file its mode and owner.
    fn permit(&self) -> io::Result<()> {
        let unknown = |kind: &str, name: &str| io::Error::other(format!("there is no {kind} `{name}`"));
        let user = match self.owner.as_str() {
            "" => None,
            name => Some(User::from_name(name)?.ok_or_else(|| unknown("user", name))?.uid.as_raw()),
        };
        let group = match self.group.as_str() {
            "" => None,
            name => Some(Group::from_name(name)?.ok_or_else(|| unknown("group", name))?.gid.as_raw()),
        };
        if user.is_some() || group.is_some() {
            chown(&self.path, user, group)?;
        }
        std::fs::set_permissions(&self.path, std::fs::Permissions::from_mode(self.mode))
    }
}

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
    pub(super) fn open(place: &SocketPlace) -> Result<ConsoleSocket, SocketError> {
        let path = &place.path;
        clear(path)?;
        let listener =
            listen(place).map_err(|error| SocketError::System { path: path.display().to_string(), error })?;
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

fn listen(place: &SocketPlace) -> io::Result<UnixListener> {
    let path = &place.path;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    place.permit()?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    UnixListener::from_std(socket.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::protocol::{Welcome, encode};
    use super::*;

    const NAME: &str = "obelus.ctl";

    #[tokio::test]
    async fn others_may_connect_where_the_mode_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let place = SocketPlace { mode: 0o660, ..SocketPlace::private(&path) };
        let _socket = ConsoleSocket::open(&place).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        let nobody = SocketPlace {
            group: "no such group".to_owned(),
            ..SocketPlace::private(&folder.path().join("x"))
        };
        assert!(ConsoleSocket::open(&nobody).unwrap_err().to_string().contains("there is no group"));
    }

    #[tokio::test]
    async fn only_the_owner_may_connect_and_the_file_goes_with_the_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run").join(NAME);
        let socket = ConsoleSocket::open(&SocketPlace::private(&path)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        drop(socket);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_a_dead_process_left_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        ConsoleSocket::open(&SocketPlace::private(&path)).unwrap();
    }

    #[tokio::test]
    async fn a_living_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let other = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let living = std::thread::spawn(move || {
            let welcome = Welcome { version: "0.1.0".into(), host: "box".into(), pid: 42 };
            let (mut stream, _) = other.accept().unwrap();
            stream.write_all(&encode(&Reply::Welcome(welcome)).unwrap()).unwrap();
        });
        let error = ConsoleSocket::open(&SocketPlace::private(&path)).unwrap_err().to_string();
        living.join().unwrap();
        assert_eq!(error, format!("Obelus is already running (pid = 42); its socket is {}", path.display()));
    }

    #[tokio::test]
    async fn a_path_that_is_too_long_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error =
            ConsoleSocket::open(&SocketPlace::private(&folder.path().join("x".repeat(120)))).unwrap_err();
        assert!(matches!(error, SocketError::System { .. }), "{error}");
    }
}
