//! Pairs of UDP ports for RTP and RTCP out of the configured range.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::engine::RtpOptions;
use crate::error::EngineError;
use crate::sys;

/// The sockets of an RTP session.
pub(crate) struct Sockets {
    pub(crate) media: UdpSocket,
    /// On the next number; none if RTCP shares the media's.
    pub(crate) control: Option<UdpSocket>,
}

/// Binds an even number between `start` and `end` and the one after it, which may be one more than `end`.
///
/// The search starts anywhere, so that numbers cannot be foretold, and takes the system's word for what is free.
pub(crate) fn open_pair(options: RtpOptions<'_>, start: u16, end: u16) -> Result<Sockets, EngineError> {
    let first = u32::from(start).next_multiple_of(2);
    let pairs = (u32::from(end) + 2).saturating_sub(first) / 2;
    let no_port = EngineError::NoPort { start, end, address: options.bind };
    let Some(offset) = u32::from_ne_bytes(sys::random()).checked_rem(pairs) else { return Err(no_port) };
    for turn in 0..pairs {
        let number = first + (offset + turn) % pairs * 2;
        match try_pair(options, number as u16) {
            Ok(sockets) => return Ok(sockets),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(source) => return Err(EngineError::Bind { address: options.bind, source }),
        }
    }
    Err(no_port)
}

fn try_pair(options: RtpOptions<'_>, number: u16) -> io::Result<Sockets> {
    let media = bind(options, number)?;
    let control = if options.rtcp_mux { None } else { Some(bind(options, number + 1)?) };
    Ok(Sockets { media, control })
}

fn bind(options: RtpOptions<'_>, number: u16) -> io::Result<UdpSocket> {
    let address = SocketAddr::new(options.bind, number);
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    mark(&socket, options);
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Marks what is sent; a system that refuses it carries the media all the same.
fn mark(socket: &Socket, options: RtpOptions<'_>) {
    let (tos, cos) = (u32::from(options.tos), u32::from(options.cos));
    let marked = match options.bind {
        _ if tos == 0 => Ok(()),
        IpAddr::V4(_) => socket.set_tos_v4(tos),
        IpAddr::V6(_) => socket.set_tclass_v6(tos),
    };
    let prioritised = if cos == 0 { Ok(()) } else { socket.set_priority(cos) };
    if let Err(error) = marked.and(prioritised) {
        tracing::debug!(%error, tos, cos, "RTP cannot be marked");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    /// A free pair that nobody else knows of: the system's choice, let go.
    fn free_pair() -> u16 {
        loop {
            let number = UdpSocket::bind((HERE, 0)).unwrap().local_addr().unwrap().port() & !1;
            if number > 2
                && UdpSocket::bind((HERE, number)).is_ok()
                && UdpSocket::bind((HERE, number + 1)).is_ok()
            {
                return number;
            }
        }
    }

    #[test]
    fn media_has_an_even_number_and_control_the_next() {
        let sockets = open_pair(RtpOptions::new(HERE), 20_001, 60_000).unwrap();
        let media = sockets.media.local_addr().unwrap().port();
        assert!(media.is_multiple_of(2) && media >= 20_002);
        assert_eq!(sockets.control.unwrap().local_addr().unwrap().port(), media + 1);
    }

    #[test]
    fn a_range_in_use_is_named() {
        let number = free_pair();
        let taken = UdpSocket::bind((HERE, number + 1)).unwrap();
        let error = open_pair(RtpOptions::new(HERE), number, number + 1).err().unwrap();
        let expected = format!(
            "no free RTP port between {number} and {} on 127.0.0.1: raise rtpend in rtp.conf",
            number + 1
        );
        assert_eq!(error.to_string(), expected);
        drop(taken);
        assert!(open_pair(RtpOptions::new(HERE), number, number + 1).is_ok());
    }

    #[test]
    fn the_last_number_is_used_though_its_control_lies_beyond() {
        let number = free_pair();
        let sockets = open_pair(RtpOptions::new(HERE), number - 1, number).unwrap();
        assert_eq!(sockets.media.local_addr().unwrap().port(), number);
    }

    #[test]
    fn with_multiplexing_one_number_is_enough() {
        let number = free_pair();
        let _taken = UdpSocket::bind((HERE, number + 1)).unwrap();
        let options = RtpOptions { rtcp_mux: true, ..RtpOptions::new(HERE) };
        let sockets = open_pair(options, number, number + 1).unwrap();
        assert!(sockets.control.is_none());
    }

    #[test]
    fn an_address_that_is_not_ours_is_named() {
        let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        let error = open_pair(RtpOptions::new(elsewhere), 20_000, 20_100).err().unwrap();
        assert!(error.to_string().starts_with("cannot bind RTP to 192.0.2.1: "), "{error}");
    }
}
