//! The telephones' SIP: one user agent that plays all callers and all callees on one socket.

use crate::error::BenchError;
use crate::options::PhonesOptions;
use bytes::Bytes;
use obelus_sdp::{Description, Host};
use obelus_sip::message::{Body, HeaderList};
use obelus_sip::session::{Invite, SessionEvent, SessionId};
use obelus_sip::ua::{Config, Event, Profile, Reply};
use obelus_sip::{Flow, StatusCode, Transport, TransportId, TransportKind, UserAgent};
use std::hash::{BuildHasher, RandomState};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The time between two calls that begin.
const BETWEEN: Duration = Duration::from_millis(20);

/// How long the last call may take until it is answered, or has ended.
const PATIENCE: Duration = Duration::from_secs(20);

/// The longest wait for a datagram.
const TICK: Duration = Duration::from_millis(5);

/// All telephones.
pub(super) struct Exchange {
    agent: UserAgent,
    socket: UdpSocket,
    here: SocketAddr,
    profile: Arc<Profile>,
    flow: Flow,
    /// Where the telephones hear, in turn.
    audio: Vec<SocketAddr>,
    /// Where the PBX hears each telephone.
    ports: Vec<SocketAddr>,
    /// The callers' sessions.
    calls: Vec<SessionId>,
    answered: usize,
    over: usize,
}

impl Exchange {
    pub(super) fn open(options: &PhonesOptions, audio: Vec<SocketAddr>) -> Result<Self, BenchError> {
        let here = options.here;
        let socket = UdpSocket::bind(here).map_err(BenchError::system("the telephones' socket"))?;
        socket.set_read_timeout(Some(TICK)).map_err(BenchError::system("the telephones' socket"))?;
        let contact = format!("<sip:phone@{here}>").into();
        let profile = Arc::new(Profile { contact, ..Profile::default() });
        let config = Config { agent: "bench".into(), profile: Arc::clone(&profile), ..Config::default() };
        let mut agent = UserAgent::new(config, seed());
        let (id, sent_by) = (TransportId(0), here.to_string().into());
        agent.add_transport(Transport { id, kind: TransportKind::Udp, sent_by, is_ipv6: here.is_ipv6() });
        let flow = Flow { transport: id, remote: options.pbx, connection: None };
        let (ports, calls) = (Vec::new(), Vec::new());
        Ok(Self { agent, socket, here, profile, flow, audio, ports, calls, answered: 0, over: 0 })
    }

    /// Makes the calls; returns where the PBX hears each telephone.
    pub(super) fn establish(&mut self, calls: usize) -> Result<Vec<SocketAddr>, BenchError> {
        let begin = Instant::now();
        let last = begin + BETWEEN * u32::try_from(calls).unwrap_or(u32::MAX);
        while self.answered + self.over < calls && Instant::now() < last + PATIENCE {
            let due = self.calls.len() < calls && Instant::now() >= begin + BETWEEN * self.calls.len() as u32;
            if due {
                self.call()?;
            }
            self.step()?;
        }
        Ok(self.ports.clone())
    }

    /// How many calls are answered.
    pub(super) fn up(&self) -> usize {
        self.answered
    }

    fn call(&mut self) -> Result<(), BenchError> {
        let pbx = self.flow.remote;
        let number = 9000 + self.calls.len();
        let invite = Invite {
            uri: format!("sip:{number}@{pbx}").into(),
            from: format!("<sip:caller@{}>", self.here).into(),
            to: format!("<sip:{number}@{pbx}>").into(),
            call_id: None,
            routes: Vec::new(),
            flow: self.flow,
            headers: HeaderList::new(),
            body: Some(self.description(2 * self.calls.len())),
            profile: Arc::clone(&self.profile),
        };
        let refused = |refused| BenchError::Nothing(format!("a telephone cannot call: {refused}"));
        let session = self.agent.invite(Instant::now(), invite).map_err(refused)?;
        self.calls.push(session);
        Ok(())
    }

    /// Where a telephone hears, as SDP.
    fn description(&self, telephone: usize) -> Body {
        let at = self.audio.get(telephone % self.audio.len().max(1)).copied().unwrap_or(self.here);
        let (host, port) = (at.ip(), at.port());
        Body::sdp(format!(
            "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
             a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
        ))
    }

    /// Takes in at most one datagram, and does everything that is due.
    fn step(&mut self) -> Result<(), BenchError> {
        let mut buffer = [0; 4096];
        if let Ok((length, remote)) = self.socket.recv_from(&mut buffer) {
            let bytes = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
            self.agent.handle_message(Instant::now(), Flow { remote, ..self.flow }, bytes);
        }
        self.agent.handle_timeout(Instant::now());
        while let Some(event) = self.agent.poll_event() {
            self.hear(event);
        }
        while let Some(transmit) = self.agent.poll_transmit() {
            let sent = self.socket.send_to(&transmit.bytes, transmit.flow.remote);
            sent.map_err(BenchError::system("a telephone's message"))?;
        }
        Ok(())
    }

    fn hear(&mut self, event: Event) {
        let now = Instant::now();
        match event {
            Event::Invite { session, request, .. } => {
                self.port(request.body());
                let reply = Reply::new(StatusCode::OK).body(self.description(2 * self.ports.len() + 1));
                // An INVITE that was canceled meanwhile needs no answer.
                let _ = self.agent.accept(now, session, reply);
            }
            Event::Session { session, event } => self.hear_of(session, event),
            Event::Request { id, .. } | Event::DialogRequest { id, .. } => {
                let _ = self.agent.respond(now, id, &Reply::new(StatusCode::OK));
            }
            Event::Response { .. } | Event::Failed { .. } => {}
        }
    }

    fn hear_of(&mut self, session: SessionId, event: SessionEvent) {
        match event {
            SessionEvent::Answered { response, .. } => {
                self.port(response.body());
                self.answered += 1;
            }
            SessionEvent::Reinvite { id, .. } | SessionEvent::Request { id, .. } => {
                let _ = self.agent.respond(Instant::now(), id, &Reply::new(StatusCode::OK));
            }
            SessionEvent::Ended { .. } if self.calls.contains(&session) => self.over += 1,
            _ => {}
        }
    }

    /// Notes where the PBX hears the telephone that got this description.
    fn port(&mut self, description: &[u8]) {
        let stream = Description::parse(description).ok().and_then(|read| read.streams.into_iter().next());
        if let Some((Some(Host::Address(host)), port)) = stream.map(|stream| (stream.host, stream.port)) {
            self.ports.push(SocketAddr::new(host, port));
        }
    }

    /// Goes on in a thread of its own.
    pub(super) fn serve(mut self) -> Serving {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                self.step()?;
            }
            let failed = self.calls.len() - self.answered;
            let cut = self.over.saturating_sub(failed);
            self.end()?;
            Ok(cut)
        });
        Serving { thread, stop }
    }

    /// Hangs up, and waits until the PBX has ended the other halves.
    fn end(&mut self) -> Result<(), BenchError> {
        for session in std::mem::take(&mut self.calls) {
            // A call that is over is no call to hang up.
            let _ = self.agent.hang_up(Instant::now(), session, &Reply::new(StatusCode::OK));
            self.step()?;
        }
        let until = Instant::now() + PATIENCE;
        while self.agent.load().sessions > 0 && Instant::now() < until {
            self.step()?;
        }
        Ok(())
    }
}

/// The telephones' SIP while they talk.
pub(super) struct Serving {
    thread: JoinHandle<Result<usize, BenchError>>,
    stop: Arc<AtomicBool>,
}

impl Serving {
    /// Ends all calls; returns how many had ended before.
    pub(super) fn hang_up(self) -> Result<usize, BenchError> {
        self.stop.store(true, Ordering::Relaxed);
        let gone = |_| BenchError::Nothing("the telephones' SIP failed".into());
        self.thread.join().map_err(gone)?
    }
}

/// Tags and branches must differ from run to run; nobody attacks a benchmark.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    for part in seed.chunks_mut(8) {
        part.copy_from_slice(&RandomState::new().hash_one(0).to_ne_bytes());
    }
    seed
}
