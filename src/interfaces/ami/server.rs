//! The port that programs connect to.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::ami::{Ami, End};
use crate::session::{Peer, Session};

/// Connections that may wait to be taken.
const BACKLOG: i32 = 128;

/// After an error such as too many open files: others need the processor more.
const PAUSE: Duration = Duration::from_millis(100);

/// How long sessions may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(2);

/// A port and everybody who came through it.
pub(crate) struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Listens.
    pub(crate) fn start(ami: &Arc<Ami>, address: SocketAddr) -> io::Result<Server> {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(accept(ami.clone(), listener, stopped));
        Ok(Server { address, stop, task })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port; with `sessions` everybody who came through it says good-bye.
    pub(crate) async fn stop(self, ami: &Ami, sessions: bool) {
        self.stop.send_replace(true);
        if sessions {
            ami.connected().iter().for_each(|session| drop(session.end.send_replace(End::Stopping)));
            let _ = tokio::time::timeout(FAREWELL, self.task).await;
        }
    }
}

/// A machine without IPv6 has no `::`.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    match bind(address) {
        Err(_) if address.is_ipv6() && address.ip().is_unspecified() => {
            bind((Ipv4Addr::UNSPECIFIED, address.port()).into())
        }
        result => result,
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

/// Takes connections until told to stop, then waits for those that are there.
async fn accept(ami: Arc<Ami>, listener: TcpListener, mut stopped: watch::Receiver<bool>) {
    let mut sessions = JoinSet::new();
    loop {
        // Cancel safe: a connection is taken or it is not.
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = sessions.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, remote)) => {
                    let local = stream.local_addr().unwrap_or(remote);
                    // Asterisk writes in bits and pieces; we do not, but an answer must not wait for the next one.
                    let _ = stream.set_nodelay(true);
                    let peer = Peer { remote: plain(remote), local: plain(local), protocol: "TCP" };
                    serve(&ami, &mut sessions, stream, peer);
                }
                Err(error) => {
                    tracing::warn!(%error, "AMI: a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    while sessions.join_next().await.is_some() {}
}

fn serve(ami: &Arc<Ami>, sessions: &mut JoinSet<()>, stream: tokio::net::TcpStream, peer: Peer) {
    let limit = ami.config.load().general.login_limit;
    if ami.strangers.load(Ordering::Relaxed) >= limit {
        tracing::warn!(remote = %peer.remote, "AMI: too many are connected without having logged in");
        return;
    }
    sessions.spawn(Session::new(ami, stream, peer).run());
}

/// An IPv4 address that came through an IPv6 socket.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
