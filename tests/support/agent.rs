//! `Agent`: a user agent with a socket, which lives in a task of its own as in a real phone.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use obelus_sip::framing::{Frame, Framer, PONG};
use obelus_sip::message::{Limits, Request, Response};
use obelus_sip::session::{SessionEvent, SessionId};
use obelus_sip::ua::{Config, Event, Failure, Profile, RequestId, capabilities};
use obelus_sip::{ConnectionId, Flow, Method, StatusCode, Transport, TransportId, TransportKind, UserAgent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::{mpsc, oneshot};

type Order = Box<dyn FnOnce(&mut UserAgent, &mut Owners, Instant) + Send>;

/// Who waits for what.
#[derive(Default)]
pub struct Owners {
    pub sessions: HashMap<SessionId, mpsc::UnboundedSender<SessionEvent>>,
    pub requests: HashMap<RequestId, oneshot::Sender<Result<Response, Failure>>>,
}

/// An INVITE that came.
pub struct Incoming {
    pub session: SessionId,
    pub request: Request,
    pub events: mpsc::UnboundedReceiver<SessionEvent>,
}

/// The phone's side of the task.
#[derive(Clone)]
pub struct Agent {
    orders: mpsc::UnboundedSender<Order>,
    pub address: SocketAddr,
    pub flow: Flow,
    pub profile: Arc<Profile>,
}

/// What comes by itself.
pub struct Arrivals {
    pub calls: mpsc::UnboundedReceiver<Incoming>,
    pub requests: mpsc::UnboundedReceiver<Request>,
}

enum Wire {
    Udp(UdpSocket),
    Tcp { reader: OwnedReadHalf, writer: OwnedWriteHalf, framer: Framer, peer: SocketAddr },
}

impl Agent {
    /// Opens a socket beside the server and begins to listen.
    pub async fn new(kind: TransportKind, server: SocketAddr, profile: Profile) -> (Agent, Arrivals) {
        let (wire, address) = Wire::open(kind, server).await;
        let transport = if kind == TransportKind::Tcp { ";transport=tcp" } else { "" };
        let contact = profile.contact.replace("{here}", &format!("{address}{transport}"));
        let profile = Arc::new(Profile { contact: contact.into(), ..profile });
        let mut agent = UserAgent::new(
            Config { agent: "Story".into(), profile: profile.clone(), ..Config::default() },
            *seed(address).as_slice().first_chunk().unwrap(),
        );
        let id = TransportId(0);
        agent.add_transport(Transport {
            id,
            kind,
            sent_by: address.to_string().into(),
            is_ipv6: address.is_ipv6(),
        });
        let (orders, inbox) = mpsc::unbounded_channel();
        let (call_sender, calls) = mpsc::unbounded_channel();
        let (request_sender, requests) = mpsc::unbounded_channel();
        let task = Task {
            agent,
            wire,
            owners: Owners::default(),
            calls: call_sender,
            requests: request_sender,
            profile: profile.clone(),
        };
        tokio::spawn(task.run(inbox));
        let connection = (kind == TransportKind::Tcp).then_some(ConnectionId(0));
        let flow = Flow { transport: id, remote: server, connection };
        (Agent { orders, address, flow, profile }, Arrivals { calls, requests })
    }

    /// Does something with the user agent.
    pub async fn act<R: Send + 'static>(
        &self,
        act: impl FnOnce(&mut UserAgent, &mut Owners, Instant) -> R + Send + 'static,
    ) -> R {
        let (result, done) = oneshot::channel();
        let order: Order = Box::new(move |agent, owners, now| drop(result.send(act(agent, owners, now))));
        assert!(self.orders.send(order).is_ok(), "the phone's task has ended");
        done.await.unwrap()
    }
}

/// A seed that no other phone has.
fn seed(address: SocketAddr) -> Vec<u8> {
    let text = format!("{address} {} {:?}", std::process::id(), Instant::now());
    let mut seed = text.into_bytes();
    seed.resize(64, 7);
    seed.rotate_right(17);
    seed
}

struct Task {
    agent: UserAgent,
    wire: Wire,
    owners: Owners,
    calls: mpsc::UnboundedSender<Incoming>,
    requests: mpsc::UnboundedSender<Request>,
    profile: Arc<Profile>,
}

impl Task {
    /// Runs until the phone is dropped or the connection ends.
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Order>) {
        loop {
            self.drain().await;
            let wake = self.agent.next_timeout();
            tokio::select! {
                order = inbox.recv() => match order {
                    Some(order) => order(&mut self.agent, &mut self.owners, Instant::now()),
                    None => return,
                },
                message = self.wire.receive() => match message {
                    Ok((remote, bytes)) => self.agent.handle_message(Instant::now(), self.wire.flow(remote), bytes),
                    Err(error) => return eprintln!("a phone's connection: {error}"),
                },
                () = sleep_until(wake) => self.agent.handle_timeout(Instant::now()),
            }
        }
    }

    async fn drain(&mut self) {
        loop {
            while let Some(transmit) = self.agent.poll_transmit() {
                self.wire.send(transmit.flow.remote, &transmit.bytes).await;
            }
            let Some(event) = self.agent.poll_event() else { return };
            self.hand_out(event);
        }
    }

    fn hand_out(&mut self, event: Event) {
        match event {
            Event::Invite { session, request, .. } => {
                let (sender, events) = mpsc::unbounded_channel();
                self.owners.sessions.insert(session, sender);
                let _ = self.calls.send(Incoming { session, request, events });
            }
            Event::Session { session, event } => {
                let ended = matches!(event, SessionEvent::Ended { .. });
                if let Some(owner) = self.owners.sessions.get(&session) {
                    let _ = owner.send(event);
                }
                if ended {
                    self.owners.sessions.remove(&session);
                }
            }
            Event::Request { id, request, .. } => {
                let mut reply = capabilities(&self.profile);
                if *request.method() != Method::Options {
                    reply.status = StatusCode::OK;
                }
                let _ = self.agent.respond(Instant::now(), id, &reply);
                let _ = self.requests.send(request);
            }
            Event::Response { id, response } if !response.status().is_provisional() => {
                self.owners.requests.remove(&id).map(|owner| owner.send(Ok(response)));
            }
            Event::Failed { id, failure } => {
                self.owners.requests.remove(&id).map(|owner| owner.send(Err(failure)));
            }
            Event::Response { .. } | Event::DialogRequest { .. } => {}
        }
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

impl Wire {
    async fn open(kind: TransportKind, server: SocketAddr) -> (Wire, SocketAddr) {
        if kind == TransportKind::Tcp {
            let stream = TcpStream::connect(server).await.unwrap();
            let address = stream.local_addr().unwrap();
            let (reader, writer) = stream.into_split();
            let framer = Framer::new(Limits::default());
            return (Wire::Tcp { reader, writer, framer, peer: server }, address);
        }
        let here = if server.is_ipv6() { "[::1]:0" } else { "127.0.0.1:0" };
        let socket = UdpSocket::bind(here).await.unwrap();
        let address = socket.local_addr().unwrap();
        (Wire::Udp(socket), address)
    }

    fn flow(&self, remote: SocketAddr) -> Flow {
        let connection = matches!(self, Wire::Tcp { .. }).then_some(ConnectionId(0));
        Flow { transport: TransportId(0), remote, connection }
    }

    async fn send(&mut self, remote: SocketAddr, bytes: &[u8]) {
        let sent = match self {
            Wire::Udp(socket) => socket.send_to(bytes, remote).await.map(drop),
            Wire::Tcp { writer, .. } => writer.write_all(bytes).await,
        };
        if let Err(error) = sent {
            eprintln!("a phone cannot send to {remote}: {error}");
        }
    }

    /// The next message. Cancel safe.
    async fn receive(&mut self) -> io::Result<(SocketAddr, Bytes)> {
        match self {
            Wire::Udp(socket) => {
                let mut buffer = vec![0; 65_536];
                let (length, remote) = socket.recv_from(&mut buffer).await?;
                buffer.truncate(length);
                Ok((remote, buffer.into()))
            }
            Wire::Tcp { reader, writer, framer, peer } => loop {
                match framer.next_frame().map_err(io::Error::other)? {
                    Some(Frame::Message(bytes)) => return Ok((*peer, bytes)),
                    Some(Frame::Ping) => writer.write_all(PONG).await?,
                    Some(Frame::Pong) => {}
                    None if reader.read_buf(framer.buffer()).await? == 0 => {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    None => {}
                }
            },
        }
    }
}
