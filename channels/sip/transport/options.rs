//! Socket options that must be set before a socket is used.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use crate::config::Transport;

/// Bytes that the system keeps for us of datagrams that came in a burst: some ten thousand messages.
const RECEIVE_BUFFER: usize = 8 << 20;

/// A UDP socket, bound.
pub(super) fn udp(config: &Transport) -> io::Result<std::net::UdpSocket> {
    let socket = Socket::new(Domain::for_address(config.bind), Type::DGRAM, Some(Protocol::UDP))?;
    prepare(&socket, config)?;
    // The system gives as much of it as it allows.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    socket.bind(&config.bind.into())?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// A listening TCP socket.
pub(super) fn listener(config: &Transport, backlog: i32) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(config.bind), Type::STREAM, Some(Protocol::TCP))?;
    prepare(&socket, config)?;
    // A restart finds its port held by connections that the system still remembers.
    socket.set_reuse_address(true)?;
    socket.bind(&config.bind.into())?;
    socket.listen(backlog)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// A TCP socket that will connect from the transport's address, at any port.
pub(super) fn outgoing(config: &Transport) -> io::Result<std::net::TcpStream> {
    let socket = Socket::new(Domain::for_address(config.bind), Type::STREAM, Some(Protocol::TCP))?;
    prepare(&socket, config)?;
    socket.bind(&SocketAddr::new(config.bind.ip(), 0).into())?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Options of a connection, whoever began it.
pub(super) fn connected(stream: &tokio::net::TcpStream, config: &Transport) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_nodelay(true)?;
    if let Some(keepalive) = &config.tcp_keepalive {
        let probes = TcpKeepalive::new()
            .with_time(keepalive.idle)
            .with_interval(keepalive.interval)
            .with_retries(keepalive.probes);
        socket.set_tcp_keepalive(&probes)?;
    }
    Ok(())
}

fn prepare(socket: &Socket, config: &Transport) -> io::Result<()> {
    if config.bind.is_ipv6() {
        // IPv4 has a transport of its own, perhaps on the same port.
        socket.set_only_v6(true)?;
    }
    if config.tos != 0 {
        match config.bind.is_ipv6() {
            true => socket.set_tclass_v6(config.tos.into())?,
            false => socket.set_tos_v4(config.tos.into())?,
        }
    }
    if config.cos != 0 {
        socket.set_priority(config.cos.into())?;
    }
    Ok(())
}
