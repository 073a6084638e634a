//! Packets, reports, digits and sources, as one RTP session of a call that is relayed.
//!
//! The input is a list of records: what happens, after how many times 4 ms, and how many bytes belong to it.

use obelus_rtp::dtmf::{self, Digit, Tone};
use obelus_rtp::learn::{Learner, Rules, StrictRtp, Verdict};
use obelus_rtp::relay::Relay;
use obelus_rtp::rtcp::{Compound, RtcpPacket};
use obelus_rtp::stats::{Quality, Session};
use obelus_rtp::{
    ClockRate, Header, Kind, NtpTime, Packet, PayloadType, Sequence, Ssrc, Timestamp, WallClock, classify,
};
use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

const OURS: Ssrc = Ssrc(0x0b1e_1005);
const EVENTS: PayloadType = PayloadType::from_wire(101);

/// The records one after the other, until the input ends.
pub fn rtp(mut data: &[u8]) {
    let mut call = Call::new();
    while let [what, wait, length, rest @ ..] = data {
        let (bytes, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        data = rest;
        call.pass(Duration::from_millis(u64::from(*wait) * 4));
        call.act(*what, bytes);
    }
    call.end();
}

struct Call {
    now: Instant,
    wall: WallClock,
    learner: Learner,
    keys: dtmf::Receiver,
    down: Option<Digit>,
    tones: dtmf::Sender,
    statistics: Session,
    relay: Relay,
    withholds: bool,
}

impl Call {
    fn new() -> Self {
        let rules = Rules { strict: StrictRtp::Yes, ..Rules::default() };
        Self {
            now: *START,
            wall: WallClock::new(*START, Duration::from_secs(1_700_000_000)),
            learner: Learner::new(rules),
            keys: dtmf::Receiver::default(),
            down: None,
            tones: dtmf::Sender::new(),
            statistics: Session::new(OURS, ClockRate::NARROWBAND, Session::DEFAULT_INTERVAL),
            relay: Relay::new(OURS, Sequence(65_530), Timestamp(u32::MAX - 100), ClockRate::NARROWBAND),
            withholds: false,
        }
    }

    fn ntp(&self) -> NtpTime {
        self.wall.at(self.now)
    }

    fn act(&mut self, what: u8, bytes: &[u8]) {
        let first = bytes.first().copied().unwrap_or_default();
        match what % 16 {
            0..=5 => self.datagram(source(what % 3), bytes),
            6 => self.start_tone(first),
            7 => self.tones.stop(self.now),
            8 => self.learner.set_target(self.now, source(first % 3)),
            9 => self.learner.relearn(self.now),
            10 => {
                let header = self.relay.originate(self.now, PayloadType::from_wire(first), 160);
                self.sent(&header, 160);
            }
            11 => {
                let rate = ClockRate::new(u32::from(first) * 1000).unwrap_or(ClockRate::NARROWBAND);
                self.relay.change_rate(self.now, rate);
            }
            12 => self.withholds = !self.withholds,
            13 => self.relay.end_source(),
            _ => {
                let rules =
                    Rules { strict: StrictRtp::Seqno, probation: u32::from(first), symmetric: first > 9 };
                self.learner = Learner::new(rules);
            }
        }
    }

    fn datagram(&mut self, from: SocketAddr, bytes: &[u8]) {
        match classify(bytes) {
            Kind::Rtp => {
                if let Ok(packet) = Packet::parse(bytes) {
                    self.packet(from, bytes, &packet);
                }
            }
            Kind::Rtcp => {
                if let Ok(compound) = Compound::parse(bytes) {
                    compound.packets().for_each(|packet| self.report(&packet));
                }
            }
            _ => {}
        }
    }

    fn packet(&mut self, from: SocketAddr, bytes: &[u8], packet: &Packet<'_>) {
        check_packet(bytes, packet);
        let header = packet.header();
        let verdict = self.learner.handle_packet(self.now, from, header.sequence);
        if let Verdict::Learned(learned) = verdict {
            assert_eq!((learned, self.learner.destination()), (from, Some(from)));
        }
        let rate = ClockRate::NARROWBAND;
        self.statistics.handle_received(self.now, &header, rate, packet.payload().len());
        if header.payload_type == EVENTS {
            let changes = self.keys.handle_packet(self.now, &header, rate, packet.payload());
            changes.for_each(|change| self.key(change));
            assert_eq!(self.down, self.keys.pressed());
        } else if self.withholds || self.tones.is_busy() {
            self.relay.withhold(self.now, &header);
        } else if let Some(forwarded) = self.relay.forward(self.now, &header) {
            assert_eq!(forwarded.payload_type, header.payload_type);
            self.sent(&forwarded, packet.payload().len());
        }
    }

    /// Keys are pressed and released in turn.
    fn key(&mut self, change: dtmf::Change) {
        match change {
            dtmf::Change::Begin { digit } => assert_eq!(self.down.replace(digit), None),
            dtmf::Change::End { digit, .. } => assert_eq!(self.down.take(), Some(digit)),
        }
    }

    fn report(&mut self, packet: &RtcpPacket<'_>) {
        match packet {
            RtcpPacket::SenderReport { ssrc, blocks, .. } | RtcpPacket::ReceiverReport { ssrc, blocks } => {
                black_box((self.learner.accepts_rtcp(*ssrc, Some(OURS)), blocks.iter().count()));
            }
            RtcpPacket::SourceDescription(description) => {
                for chunk in description.chunks() {
                    black_box((chunk.items().count(), chunk.cname()));
                }
            }
            RtcpPacket::Bye(bye) => {
                black_box((bye.sources().count(), bye.reason()));
            }
            RtcpPacket::Other { .. } => {}
        }
        black_box(self.statistics.handle_rtcp(self.now, self.ntp(), packet));
    }

    fn start_tone(&mut self, first: u8) {
        let Some(digit) = Digit::from_code(first % 16) else { return };
        let duration = (first >= 16).then(|| Duration::from_millis(u64::from(first) * 8));
        let frame = Duration::from_millis(20);
        let tone = Tone { digit, duration, payload_type: EVENTS, rate: ClockRate::NARROWBAND, frame };
        let was_busy = self.tones.is_busy();
        assert_eq!(self.tones.start(self.now, &mut self.relay, tone).is_err(), was_busy);
    }

    fn sent(&mut self, header: &Header, length: usize) {
        assert_eq!(header.ssrc, OURS);
        self.statistics.handle_sent(self.now, header, self.relay.rate(), length);
    }

    /// Time passes in steps of a frame.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.now = until.min(self.now + Duration::from_millis(20));
            self.tick();
        }
    }

    fn tick(&mut self) {
        while let Some(packet) = self.tones.poll(self.now, &mut self.relay) {
            let mut buffer = [0; 16];
            assert_eq!(packet.write(&mut buffer), Ok(16));
            assert_eq!(Packet::parse(&buffer).map(|read| read.header()), Ok(packet.header));
            self.sent(&packet.header, 4);
        }
        if self.keys.next_timeout().is_some_and(|at| at <= self.now) {
            let change = self.keys.handle_timeout(self.now);
            change.into_iter().for_each(|change| self.key(change));
        }
        if let Some(report) = self.statistics.poll_report(self.now, self.ntp()) {
            let mut buffer = [0; 128];
            let length = report.write("obelus@192.0.2.1", &mut buffer).expect("128 bytes are enough");
            let compound = Compound::parse(&buffer[..length]).expect("our own report can be read");
            assert_eq!(compound.packets().count(), 2);
            assert!((0.0..=100.0).contains(&report.mes), "{report:?}");
        }
    }

    fn end(&mut self) {
        self.tones.stop(self.now);
        self.pass(Duration::from_secs(3));
        assert!(!self.tones.is_busy(), "a digit never ends");
        assert_eq!(self.down, None, "a key is never released");
        black_box(self.statistics.report(self.now, self.ntp()));
        let statistics = self.statistics.statistics();
        for quality in [Quality::All, Quality::Jitter, Quality::Loss, Quality::RoundTrip, Quality::Mes] {
            let text = statistics.quality(quality);
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
    }
}

fn source(number: u8) -> SocketAddr {
    SocketAddr::from(([198, 51, 100, number], 4000))
}

/// The parts lie where they say, and another header leaves the rest alone.
fn check_packet(bytes: &[u8], packet: &Packet<'_>) {
    assert_eq!(bytes.get(packet.payload_range()), Some(packet.payload()));
    black_box((packet.csrcs().count(), packet.extension()));
    let other = Header {
        marker: true,
        payload_type: EVENTS,
        sequence: Sequence(1),
        timestamp: Timestamp(2),
        ssrc: OURS,
    };
    let mut copy = bytes.to_vec();
    other.rewrite(&mut copy).expect("a packet has a header");
    let again = Packet::parse(&copy).expect("only the header's fields changed");
    assert_eq!((again.header(), again.payload()), (other, packet.payload()));
    packet.header().rewrite(&mut copy).expect("a packet has a header");
    assert_eq!(copy, bytes);
}
