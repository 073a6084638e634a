//! The port that programs connect to.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use obelus_http::listen;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::ami::{Ami, End};
use crate::session::{Peer, Session};

/// After an error such as too many open files: others need the processor more.
const PAUSE: Duration = Duration::from_millis(100);

/// How long sessions may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(2);

/// What is spoken on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Plain text.
    Tcp,
    /// The same inside of TLS.
    Tls,
}

/// A port and everybody who came through it.
pub(crate) struct Server {
    /// As it was asked for, where `address` is what the system gave.
    wanted: SocketAddr,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Listens.
    pub(crate) fn start(ami: &Arc<Ami>, wanted: SocketAddr, protocol: Protocol) -> io::Result<Server> {
        let sessions = ami.at_sessions();
        let listener = {
            let _there = sessions.enter();
            listen(wanted)?
        };
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let task = sessions.spawn(accept(ami.clone(), listener, protocol, stopped));
        Ok(Server { wanted, address, stop, task })
    }

    /// Whether it is the one for this address.
    pub(crate) fn is_at(&self, wanted: SocketAddr) -> bool {
        self.wanted == wanted
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port; with `sessions` everybody who came through it says good-bye.
    pub(crate) async fn stop(self, ami: &Ami, sessions: bool) {
        self.stop.send_replace(true);
        if sessions {
            for session in ami.connected() {
                session.end.send_replace(End::Stopping);
            }
            let _ = tokio::time::timeout(FAREWELL, self.task).await;
        }
    }
}

/// Takes connections until told to stop, then waits for those that are there.
async fn accept(
    ami: Arc<Ami>,
    listener: TcpListener,
    protocol: Protocol,
    mut stopped: watch::Receiver<bool>,
) {
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
                    let word = if protocol == Protocol::Tcp { "TCP" } else { "TLS" };
                    let peer = Peer { remote: plain(remote), local: plain(local), protocol: word };
                    serve(&ami, &mut sessions, protocol, stream, peer);
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

fn serve(ami: &Arc<Ami>, sessions: &mut JoinSet<()>, protocol: Protocol, stream: TcpStream, peer: Peer) {
    let limit = ami.config.load().general.login_limit;
    if ami.strangers.load(Ordering::Relaxed) >= limit {
        tracing::warn!(remote = %peer.remote, "AMI: too many are connected without having logged in");
        return;
    }
    match protocol {
        Protocol::Tcp => drop(sessions.spawn(Session::new(ami, stream, peer).run())),
        Protocol::Tls => drop(sessions.spawn(serve_tls(ami.clone(), stream, peer))),
    }
}

/// Shakes hands first; who takes too long for that is a stranger who goes.
async fn serve_tls(ami: Arc<Ami>, stream: TcpStream, peer: Peer) {
    let Some(acceptor) = ami.tls.load_full() else { return };
    let patience = ami.config.load().general.login_time;
    ami.strangers.fetch_add(1, Ordering::Relaxed);
    let shaken = tokio::time::timeout(patience, acceptor.accept(stream)).await;
    ami.strangers.fetch_sub(1, Ordering::Relaxed);
    match shaken {
        Ok(Ok(stream)) => Session::new(&ami, stream, peer).run().await,
        Ok(Err(error)) => tracing::info!(remote = %peer.remote, %error, "AMI: no TLS"),
        Err(_) => tracing::info!(remote = %peer.remote, "AMI: TLS took too long"),
    }
}

/// An IPv4 address that came through an IPv6 socket.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
