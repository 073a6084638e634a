//! Stories of calls: real sockets on loopback, a real engine, telephones that count and compare.

mod digits;
mod hooks;
mod joining;
mod lifetime;
mod playing;
mod queues;
mod relaying;
mod sources;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use obelus_media::Codec;
use obelus_rtp::learn::{Rules, StrictRtp};
use obelus_rtp::{Header, Packet, PayloadType, Sequence, Ssrc, Timestamp};

use crate::*;

pub(super) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub(super) const PCMU: PayloadType = PayloadType::from_wire(0);
pub(super) const PCMA: PayloadType = PayloadType::from_wire(8);
pub(super) const EVENT: PayloadType = PayloadType::from_wire(101);
/// Longer than anything takes, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20);

/// An engine whose threads are where the system puts them.
pub(super) fn engine(threads: usize) -> Engine {
    start(EngineConfig { threads, ..config() })
}

pub(super) fn config() -> EngineConfig {
    EngineConfig {
        threads: 1,
        pin: false,
        // Ports are spread over the threads at once, so that calls cross them.
        fill_first: 1,
        real_time_priority: None,
        rtp_start: 20_000,
        rtp_end: 60_000,
        ..EngineConfig::default()
    }
}

pub(super) fn start(config: EngineConfig) -> Engine {
    Engine::start(config).unwrap()
}

/// A telephone: a socket, and the counters of what it sends.
pub(super) struct Phone {
    pub(super) socket: UdpSocket,
    pub(super) port: Port,
    next: Header,
}

/// A packet that a telephone heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) header: Header,
    pub(super) payload: Vec<u8>,
}

/// A socket whose reads end.
pub(super) fn socket() -> UdpSocket {
    let socket = UdpSocket::bind((HERE, 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

pub(super) fn settings(remote: SocketAddr, codec: Codec) -> RtpSettings {
    RtpSettings::simple(remote, codec)
}

impl Phone {
    /// A telephone on its own port, which knows where it is.
    pub(super) fn new(engine: &Engine, codec: Codec) -> Self {
        Self::with(engine, RtpOptions::new(HERE), |remote| settings(remote, codec))
    }

    pub(super) fn with(
        engine: &Engine,
        options: RtpOptions<'_>,
        settings: impl FnOnce(SocketAddr) -> RtpSettings,
    ) -> Self {
        let socket = socket();
        let port = engine.open_rtp(options).unwrap();
        let settings = settings(socket.local_addr().unwrap());
        let payload_type = settings.send.map_or(PCMU, |send| send.payload_type);
        port.configure(settings).unwrap();
        port.flush();
        let next = Header {
            marker: false,
            payload_type,
            sequence: Sequence(65_530),
            timestamp: Timestamp(u32::MAX - 500),
            ssrc: Ssrc(u32::from(socket.local_addr().unwrap().port())),
        };
        Self { socket, port, next }
    }

    /// A telephone with digits as events.
    pub(super) fn with_events(engine: &Engine, codec: Codec) -> Self {
        Self::with(engine, RtpOptions::new(HERE), |remote| settings(remote, codec).with_events(EVENT))
    }

    fn address(&self) -> SocketAddr {
        self.port.local_addr().unwrap()
    }

    /// Says 20 ms of something.
    pub(super) fn say(&mut self, payload: &[u8]) {
        self.send_from(&self.socket, payload);
        self.next.sequence = self.next.sequence.next();
        self.next.timestamp = self.next.timestamp.plus(160);
    }

    pub(super) fn send_from(&self, socket: &UdpSocket, payload: &[u8]) {
        let mut packet = [0; 2000];
        let len = self.next.write_packet(payload, &mut packet).unwrap();
        socket.send_to(&packet[..len], self.address()).unwrap();
    }

    /// Leaves a hole in the sequence.
    pub(super) fn skip(&mut self) {
        self.next.sequence = self.next.sequence.next();
        self.next.timestamp = self.next.timestamp.plus(160);
    }

    /// A packet of a digit: the event payload under the sound's timestamp.
    pub(super) fn press(&mut self, code: u8, end: bool, ticks: u16) {
        let [high, low] = ticks.to_be_bytes();
        let audio = self.next.payload_type;
        self.next.payload_type = EVENT;
        self.send_from(&self.socket, &[code, if end { 0x8a } else { 0x0a }, high, low]);
        self.next.payload_type = audio;
        self.next.sequence = self.next.sequence.next();
    }

    /// The next packet that comes.
    pub(super) fn hear(&self) -> Heard {
        let mut packet = [0; 4000];
        loop {
            let len = self.socket.recv(&mut packet).expect("a packet");
            // The last RTCP of a test that runs beside this one, to a port that it had before us (RFC 5761 4).
            if (192..=223).contains(&packet[1]) {
                continue;
            }
            let packet = Packet::parse(&packet[..len]).unwrap();
            return Heard { header: packet.header(), payload: packet.payload().to_vec() };
        }
    }

    /// The next packet if it comes within a frame.
    pub(super) fn hear_soon(&self) -> Option<Heard> {
        self.socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut packet = [0; 4000];
        let received = self.socket.recv(&mut packet);
        self.socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let packet = Packet::parse(&packet[..received.ok()?]).unwrap();
        Some(Heard { header: packet.header(), payload: packet.payload().to_vec() })
    }

    /// Nothing has come so far.
    pub(super) fn hears_nothing(&self) {
        self.socket.set_nonblocking(true).unwrap();
        let heard = self.socket.recv(&mut [0; 4000]);
        self.socket.set_nonblocking(false).unwrap();
        assert!(heard.is_err(), "heard {heard:?}");
    }
}

/// Joins two telephones and waits until they are.
pub(super) fn connect(one: &Phone, other: &Phone) {
    one.port.connect(&other.port).unwrap();
    one.port.flush();
    other.port.flush();
    one.port.flush();
}

/// Sound that tells its packets and bytes apart.
pub(super) fn noise(number: usize) -> Vec<u8> {
    (0..160).map(|at| ((at * 7 + number * 13) % 256) as u8).collect()
}

/// Source rules that let a known address speak at once.
pub(super) fn open_rules() -> SourceRules {
    SourceRules(Rules { strict: StrictRtp::No, probation: 4, symmetric: true })
}

/// The next event, on a runtime of its own.
pub(super) fn next_event(events: &mut PortEvents) -> Option<PortEvent> {
    wait_for(events.recv())
}

pub(super) fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await.expect("nothing happened") })
}
