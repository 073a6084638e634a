//! The ports, and the connections that come through them.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use obelus_core::Core;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::config::Config;
use crate::idle::Idle;
use crate::request::parameters;
use crate::{Answer, Request, Site, listen};

/// After an error such as too many open files: others need the processor more.
const PAUSE: Duration = Duration::from_millis(100);

/// How long requests may take to be answered when the server ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// The most bytes of a request line with its headers.
const LONGEST_HEAD: usize = 64 * 1024;

/// The most headers of a request, as in Asterisk.
const MOST_HEADERS: usize = 100;

/// The most bytes of a body, as in Asterisk.
const LONGEST_BODY: usize = 40_960;

/// What connections need.
pub(crate) struct House {
    pub(crate) core: Weak<Core>,
    pub(crate) site: Arc<Site>,
    /// What those who come over TLS are met with.
    pub(crate) tls: ArcSwapOption<TlsAcceptor>,
    /// How many are connected.
    pub(crate) connections: AtomicUsize,
}

/// A port and everybody who came through it.
pub(crate) struct Server {
    wanted: SocketAddr,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

/// A connection's two ends.
#[derive(Clone, Copy)]
struct Ends {
    remote: SocketAddr,
    local: SocketAddr,
    is_secure: bool,
}

impl Server {
    /// Listens.
    pub(crate) fn start(house: &Arc<House>, wanted: SocketAddr, is_secure: bool) -> io::Result<Server> {
        let listener = listen(wanted)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(accept(house.clone(), listener, is_secure, stopped));
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

    /// Closes the port; requests that are under way have a moment.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.task.await;
    }
}

/// Takes connections until told to stop, then waits for those that are there.
async fn accept(
    house: Arc<House>,
    listener: TcpListener,
    is_secure: bool,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        // Cancel safe: a connection is taken or it is not.
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, remote)) => {
                    let local = stream.local_addr().unwrap_or(remote);
                    let ends = Ends { remote: plain(remote), local: plain(local), is_secure };
                    let _ = stream.set_nodelay(true);
                    if let Some(place) = Place::take(&house) {
                        connections.spawn(welcome(place, stream, ends, stopped.clone()));
                    } else {
                        tracing::warn!(remote = %ends.remote, "HTTP: as many are connected as sessionlimit allows");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "HTTP: a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(FAREWELL, all).await;
    connections.shutdown().await;
}

/// A place among the connections; given back however one ends.
struct Place(Arc<House>);

impl Place {
    fn take(house: &Arc<House>) -> Option<Place> {
        let limit = house.site.config.load().session_limit;
        let place = Place(house.clone());
        (house.connections.fetch_add(1, Ordering::AcqRel) < limit).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Shakes hands first where that is asked for.
async fn welcome(place: Place, stream: TcpStream, ends: Ends, stopped: watch::Receiver<bool>) {
    if !ends.is_secure {
        return serve(&place.0, stream, ends, stopped).await;
    }
    let Some(acceptor) = place.0.tls.load_full() else { return };
    let patience = place.0.site.config.load().inactivity;
    match tokio::time::timeout(patience, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => serve(&place.0, stream, ends, stopped).await,
        Ok(Err(error)) => tracing::info!(remote = %ends.remote, %error, "HTTP: no TLS"),
        Err(_) => tracing::info!(remote = %ends.remote, "HTTP: TLS took too long"),
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    house: &Arc<House>,
    stream: S,
    ends: Ends,
    mut stopped: watch::Receiver<bool>,
) {
    let config = house.site.config.load_full();
    let idle = Idle::new();
    let service = service_fn(|request| answered(house.clone(), config.clone(), idle.clone(), ends, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(config.inactivity)
        .max_buf_size(LONGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .title_case_headers(true)
        .auto_date_header(false)
        .keep_alive(config.keep_alive.is_some())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let quiet = async {
        match config.keep_alive {
            Some(time) => idle.lasts(time).await,
            None => std::future::pending().await,
        }
    };
    let ended = {
        // Cancel safe: the connection is only polled.
        tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = quiet => None,
            _ = stopped.wait_for(|stopped| *stopped) => None,
        }
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(remote = %ends.remote, %error, "HTTP: a connection has ended");
    }
}

type Answered = Result<Response<Full<Bytes>>, Infallible>;

fn answered(
    house: Arc<House>,
    config: Arc<Config>,
    idle: Idle,
    ends: Ends,
    request: hyper::Request<Incoming>,
) -> impl Future<Output = Answered> + Send {
    idle.begins();
    async move {
        let response = answer(&house, &config, ends, request).await;
        idle.ends();
        Ok(response)
    }
}

async fn answer(
    house: &House,
    config: &Config,
    ends: Ends,
    request: hyper::Request<Incoming>,
) -> Response<Full<Bytes>> {
    let Some(core) = house.core.upgrade() else {
        let (status, text) = (StatusCode::SERVICE_UNAVAILABLE, "Shutdown in progress");
        return Answer::error(status, "Service Unavailable", text).finish("", jiff::Timestamp::UNIX_EPOCH);
    };
    let answer = match whole(config, ends, request).await {
        Ok(request) => {
            let lists = core.access_lists.load_full();
            house.site.serve(&lists, request).await
        }
        Err(answer) => answer,
    };
    answer.finish(&config.server_name, core.clock.now())
}

/// Reads the body; what is too long or takes too long is refused.
async fn whole(config: &Config, ends: Ends, request: hyper::Request<Incoming>) -> Result<Request, Answer> {
    let (parts, body) = request.into_parts();
    let body = tokio::time::timeout(config.inactivity, Limited::new(body, LONGEST_BODY).collect()).await;
    let body = match body {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let (status, title) = (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
            return Err(Answer::error(status, title, "Body too large"));
        }
        Ok(Err(_)) => {
            let text = "Error parsing request body";
            return Err(Answer::error(StatusCode::BAD_REQUEST, "Bad Request", text));
        }
        Err(_) => return Err(Answer::error(StatusCode::BAD_REQUEST, "Bad Request", "Timeout")),
    };
    Ok(Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        below: String::new(),
        query: parameters(parts.uri.query().unwrap_or("")),
        headers: parts.headers,
        body,
        remote: ends.remote,
        local: ends.local,
        is_secure: ends.is_secure,
        extensions: parts.extensions,
    })
}

/// An IPv4 address that came through an IPv6 socket.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
