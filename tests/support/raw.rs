//! `Raw`: a socket that sends any text, for what no right phone says.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use obelus_sip::message::{Limits, Message, Response, parse};
use tokio::net::UdpSocket;

use super::within;

pub struct Raw {
    socket: UdpSocket,
    server: SocketAddr,
}

static REQUESTS: AtomicU32 = AtomicU32::new(1);

impl Raw {
    pub async fn new(server: SocketAddr) -> Raw {
        let here = if server.is_ipv6() { "[::1]:0" } else { "127.0.0.1:0" };
        Raw { socket: UdpSocket::bind(here).await.unwrap(), server }
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// A request with the headers that everything needs; `lines` end in CR LF each.
    pub fn request(&self, method: &str, user: &str, lines: &str) -> String {
        self.request_with(method, user, lines, "")
    }

    /// The same with a body.
    pub fn request_with(&self, method: &str, user: &str, lines: &str, body: &str) -> String {
        let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
        let (here, server) = (self.address(), self.server);
        format!(
            "{method} sip:{user}@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch=z9hG4bK-{number}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:raw@{server}>;tag=t{number}\r\nTo: <sip:{user}@{server}>\r\n\
             Call-ID: raw-{number}-{here}\r\nCSeq: 1 {method}\r\nContact: <sip:raw@{here}>\r\n{lines}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    pub async fn sends(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.server).await.unwrap();
    }

    /// The next final response.
    pub async fn hears(&self) -> Response {
        let mut buffer = vec![0; 65_536];
        loop {
            let length = within("a response", self.socket.recv(&mut buffer)).await.unwrap();
            match parse(Bytes::copy_from_slice(&buffer[..length]), &Limits::default()).unwrap() {
                Message::Response(response) if !response.status().is_provisional() => return response,
                Message::Response(_) | Message::Request(_) => {}
            }
        }
    }

    /// Sends and gives the status of the final response.
    pub async fn asks(&self, text: &str) -> u16 {
        self.sends(text).await;
        self.hears().await.status().code()
    }
}
