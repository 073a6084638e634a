//! A leg: a port as its media thread has it, what every packet touches in two cache lines, the rest apart.

use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use obelus_media::{Codec, Decoder, DtmfDetector, Transcoder};
use obelus_rtp::dtmf::{Digit, Receiver as DigitReceiver, Sender as DigitSender};
use obelus_rtp::learn::{Learner, StrictRtp, Verdict};
use obelus_rtp::relay::Relay;
use obelus_rtp::stats::Session;
use obelus_rtp::{ClockRate, Header, PayloadType, Sequence, Ssrc, Timestamp};
use tokio::sync::mpsc;

use super::hooks::Hooks;
use super::player::Player;
use super::slab::NOBODY;
use crate::command::{Join, Pressed};
use crate::event::PortEvent;
use crate::port::Shared;
use crate::queue::QueueInner;
use crate::settings::{Payload, RtpSettings, SendFormat};
use crate::stats::{MediaPath, PortStats};
use crate::sys;

/// Packets may be sent: a destination and a codec are known, and the direction allows it.
const SENDS: u8 = 1;
/// A digit is being sent as events, and the sound stops for it.
const SENDS_DIGIT: u8 = 2;
/// The source is known and locked: a packet from the destination needs no judgement.
const LOCKED: u8 = 4;
/// The direction allows to listen.
const LISTENS: u8 = 8;
/// The socket is connected to the destination: others are turned away by the system.
const CONNECTED: u8 = 16;
/// Hooks look at what comes in, here or in a pipe on its way.
const WATCHED: u8 = 32;
/// Hooks look at what goes out.
const SHOWN: u8 = 64;

/// One leg.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Leg {
    pub(crate) relay: Relay,
    pub(crate) destination: Option<SocketAddr>,
    pub(crate) cold: Box<Cold>,
    pub(crate) socket: Option<UdpSocket>,
    /// The leg that sends what comes in here; pipes on the way are stepped over.
    pub(crate) route: u32,
    /// When a packet was last received and sent, in ms since the engine started.
    pub(crate) received_ms: u32,
    pub(crate) sent_ms: u32,
    /// The payload type that came last and the codec that it means.
    pub(crate) type_in: PayloadType,
    pub(crate) codec_in: Option<Codec>,
    pub(crate) type_out: PayloadType,
    pub(crate) codec_out: Option<Codec>,
    flags: u8,
}

const _: () = assert!(size_of::<Leg>() <= 128);

/// What most packets do not touch.
#[derive(Debug)]
pub(crate) struct Cold {
    pub(crate) shared: Arc<Shared>,
    pub(crate) events: mpsc::Sender<PortEvent>,
    pub(crate) kind: Kind,
    /// The leg that this one is connected to.
    pub(crate) link: u32,
    pub(crate) pending: Option<(Arc<Join>, Arc<Shared>)>,
    pub(crate) looped: bool,
    pub(crate) reports_digits: bool,
    pub(crate) passes_digits: bool,
    pub(crate) sends_silence: bool,
    pub(crate) player: Player,
    pub(crate) hooks: Option<Box<Hooks>>,
    /// When the next frame of ours is due, while there are any.
    pub(crate) frame_due: Option<Instant>,
    /// The tick of the wheel in which this leg is looked at.
    pub(crate) wheel_tick: Option<u64>,
    pub(crate) keys: Keys,
    /// To the codec that we send; kept as long as the other side's codec stays.
    pub(crate) transcoder: Option<Transcoder>,
    /// Two codecs between which there is no way, so that it is tried and said once.
    pub(crate) no_way: Option<(Codec, Codec)>,
    /// How what comes in goes on.
    pub(crate) path: MediaPath,
    pub(crate) counters: Counters,
}

/// What kind of port it is. The session lies in the same box as what surrounds it: one step less for each packet.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub(crate) enum Kind {
    Rtp(Rtp),
    /// What is sent here comes in at the other half.
    Pipe {
        other: u32,
    },
    Queue(Arc<QueueInner>),
}

/// The RTP session of a leg.
#[derive(Debug)]
pub(crate) struct Rtp {
    pub(crate) settings: RtpSettings,
    pub(crate) learner: Learner,
    pub(crate) session: Session,
    pub(crate) digits: DigitReceiver,
    /// Listens for keys in the sound, where they come that way.
    pub(crate) detector: Option<Box<Detector>>,
    pub(crate) control: Option<UdpSocket>,
    /// Where RTCP came from, if it was accepted.
    pub(crate) control_source: Option<SocketAddr>,
    pub(crate) on_hold: bool,
    /// The silence of the other side has been told.
    pub(crate) silence_told: bool,
    pub(crate) reports_rtcp: bool,
}

/// Finds keys in the sound of one codec.
#[derive(Debug)]
pub(crate) struct Detector {
    pub(crate) codec: Codec,
    pub(crate) decoder: Decoder,
    pub(crate) keys: DtmfDetector,
}

impl Detector {
    /// A detector for `codec`; `None` if it cannot be opened.
    pub(crate) fn new(codec: Codec) -> Option<Self> {
        let decoder = Decoder::new(codec).ok()?;
        Some(Self { codec, decoder, keys: DtmfDetector::new(codec.sample_rate()) })
    }
}

/// Digits on their way out.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub(crate) sender: DigitSender,
    pub(crate) waiting: VecDeque<(Digit, Pressed)>,
    /// A key that is down on a leg that has no packets or tones of its own, and since when.
    pub(crate) held: Option<(Digit, Instant)>,
    /// The key that sounds in band is released then.
    pub(crate) release_at: Option<Instant>,
    /// No key is pressed before.
    pub(crate) pause_until: Option<Instant>,
}

/// What is counted beside the RTP session.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) foreign: u64,
    pub(crate) unknown: u64,
    pub(crate) unsent: u64,
    pub(crate) missed: u64,
}

/// The time at which a packet or a frame is handled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) at: Instant,
    pub(crate) ms: u32,
    /// Packets are told to the log.
    pub(crate) traced: bool,
}

impl Leg {
    /// An RTP leg that nobody has configured.
    pub(crate) fn rtp(
        (shared, events): (Arc<Shared>, mpsc::Sender<PortEvent>),
        socket: UdpSocket,
        control: Option<UdpSocket>,
        now: Now,
    ) -> Self {
        let [s0, s1, s2, s3, t0, t1, t2, t3, q0, q1] = sys::random();
        let ssrc = Ssrc(u32::from_be_bytes([s0, s1, s2, s3]));
        let timestamp = Timestamp(u32::from_be_bytes([t0, t1, t2, t3]));
        // RFC 3711 wants the first number in the lower half, so that encryption can tell its cycles.
        let first = Sequence(u16::from_be_bytes([q0 & 0x7f, q1]));
        let relay = Relay::new(ssrc, first, timestamp, ClockRate::NARROWBAND);
        let settings = RtpSettings::default();
        let rtp = Rtp {
            learner: Learner::new(settings.rules.0),
            session: Session::new(ssrc, ClockRate::NARROWBAND, settings.rtcp_interval),
            digits: DigitReceiver::new(settings.digit_timeout),
            detector: None,
            settings,
            control,
            control_source: None,
            on_hold: false,
            silence_told: false,
            reports_rtcp: false,
        };
        let mut leg = Self::new(shared, events, Kind::Rtp(rtp), relay, now);
        leg.socket = Some(socket);
        leg.set(LISTENS, true);
        leg
    }

    /// A leg without sockets.
    pub(crate) fn inner(
        (shared, events): (Arc<Shared>, mpsc::Sender<PortEvent>),
        kind: Kind,
        now: Now,
    ) -> Self {
        let relay = Relay::new(Ssrc(0), Sequence(0), Timestamp(0), ClockRate::NARROWBAND);
        Self::new(shared, events, kind, relay, now)
    }

    fn new(shared: Arc<Shared>, events: mpsc::Sender<PortEvent>, kind: Kind, relay: Relay, now: Now) -> Self {
        let cold = Cold {
            shared,
            events,
            kind,
            link: NOBODY,
            pending: None,
            looped: false,
            reports_digits: true,
            passes_digits: true,
            sends_silence: false,
            player: Player::default(),
            hooks: None,
            frame_due: None,
            wheel_tick: None,
            keys: Keys::default(),
            transcoder: None,
            no_way: None,
            path: MediaPath::Nowhere,
            counters: Counters::default(),
        };
        Self {
            relay,
            destination: None,
            cold: Box::new(cold),
            socket: None,
            route: NOBODY,
            received_ms: now.ms,
            sent_ms: now.ms,
            type_in: PayloadType::default(),
            codec_in: None,
            type_out: PayloadType::default(),
            codec_out: None,
            flags: 0,
        }
    }

    fn set(&mut self, flag: u8, on: bool) {
        if on { self.flags |= flag } else { self.flags &= !flag }
    }

    pub(crate) fn sends(&self) -> bool {
        self.flags & SENDS != 0
    }

    pub(crate) fn listens(&self) -> bool {
        self.flags & LISTENS != 0
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.flags & WATCHED != 0
    }

    pub(crate) fn is_shown(&self) -> bool {
        self.flags & SHOWN != 0
    }

    pub(crate) fn set_hooked(&mut self, watched: bool, shown: bool) {
        self.set(WATCHED, watched);
        self.set(SHOWN, shown);
    }

    pub(crate) fn is_sending_digit(&self) -> bool {
        self.flags & SENDS_DIGIT != 0
    }

    pub(crate) fn rtp_mut(&mut self) -> Option<&mut Rtp> {
        if let Kind::Rtp(rtp) = &mut self.cold.kind { Some(rtp) } else { None }
    }

    pub(crate) fn rtp_ref(&self) -> Option<&Rtp> {
        if let Kind::Rtp(rtp) = &self.cold.kind { Some(rtp) } else { None }
    }

    /// The length of frames that we make.
    pub(crate) fn frame(&self) -> Duration {
        let send = self.rtp_ref().and_then(|rtp| rtp.settings.send);
        send.map_or(Duration::from_millis(20), |send| send.frame)
    }

    /// The codec in which we make tones and silence.
    pub(crate) fn own_codec(&self) -> Codec {
        match &self.cold.kind {
            Kind::Queue(queue) => queue.codec,
            Kind::Rtp(_) | Kind::Pipe { .. } => self.codec_out.unwrap_or(Codec::Slin),
        }
    }

    /// Tells the channel something; it is counted if the channel is behind.
    pub(crate) fn tell(&self, event: PortEvent) {
        if self.cold.events.try_send(event).is_err() {
            let lost = &self.cold.shared.events_lost;
            lost.store(
                lost.load(std::sync::atomic::Ordering::Relaxed) + 1,
                std::sync::atomic::Ordering::Relaxed,
            );
        }
    }

    /// Whether frames of our own take the place of what others send here.
    pub(crate) fn is_playing(&self) -> bool {
        self.cold.player.is_active()
    }

    /// Takes new settings over; what the network taught stays.
    pub(crate) fn configure(&mut self, now: Now, settings: RtpSettings) {
        let ssrc = self.relay.ssrc();
        let settings = RtpSettings { send: settings.send.map(whole_frames), ..settings };
        let Some(rtp) = self.rtp_mut() else { return };
        if rtp.settings.rules != settings.rules {
            rtp.learner = Learner::new(settings.rules.0);
        }
        if rtp.settings.digit_timeout != settings.digit_timeout {
            rtp.digits = DigitReceiver::new(settings.digit_timeout);
        }
        let is_new = rtp.session.sender().packets() == 0 && rtp.session.receiver().packets() == 0;
        if rtp.settings.rtcp_interval != settings.rtcp_interval && is_new {
            rtp.session = Session::new(ssrc, ClockRate::NARROWBAND, settings.rtcp_interval);
        }
        if let Some(remote) = settings.remote
            && rtp.settings.remote != Some(remote)
        {
            rtp.learner.set_target(now.at, remote);
        }
        rtp.control_source = None;
        rtp.detector = None;
        rtp.settings = settings;
        self.received_ms = now.ms;
        self.apply(now);
    }

    /// Brings what every packet touches in line with the settings.
    fn apply(&mut self, now: Now) {
        let Kind::Rtp(rtp) = &self.cold.kind else { return };
        let (direction, send) = (rtp.settings.direction, rtp.settings.send);
        self.destination = rtp.learner.destination();
        self.set(LISTENS, direction.receive);
        self.set(SENDS, direction.send && send.is_some() && self.destination.is_some());
        self.forget_type();
        self.relearned();
        if let Some(send) = send {
            (self.type_out, self.codec_out) = (send.payload_type, Some(send.codec));
            self.relay.change_rate(now.at, clock_of(send.codec));
        } else {
            self.codec_out = None;
        }
        if self.cold.transcoder.as_ref().is_some_and(|transcoder| Some(transcoder.to()) != self.codec_out) {
            self.cold.transcoder = None;
        }
        let shared = &self.cold.shared;
        shared.facts.set_codec(self.codec_out);
    }

    /// Makes or ends the search for keys in sound of `codec`, as the settings want it.
    fn update_detector(&mut self, codec: Codec) {
        let Kind::Rtp(rtp) = &mut self.cold.kind else { return };
        if rtp.settings.search_digits && rtp.detector.as_ref().is_none_or(|known| known.codec != codec) {
            rtp.detector = Detector::new(codec).map(Box::new);
        }
    }

    /// The next packet looks its payload type up.
    fn forget_type(&mut self) {
        self.codec_in = None;
    }

    /// What this payload type means, from memory if it is the one that came last.
    pub(crate) fn payload(&mut self, payload_type: PayloadType) -> Payload {
        if let Some(codec) = self.codec_in.filter(|_| self.type_in == payload_type) {
            return Payload::Voice(codec);
        }
        let Kind::Rtp(rtp) = &self.cold.kind else { return Payload::Unknown };
        let payload = rtp.settings.receive.get(payload_type);
        if let Payload::Voice(codec) = payload {
            (self.type_in, self.codec_in) = (payload_type, Some(codec));
            self.cold.shared.facts.heard.store(true, Ordering::Relaxed);
            self.update_detector(codec);
        }
        payload
    }

    /// Judges the source of a packet; `false` if it is dropped.
    pub(crate) fn accepts(&mut self, now: Now, from: SocketAddr, header: &Header) -> bool {
        if self.flags & LOCKED != 0 && self.destination == Some(from) {
            return true;
        }
        let Kind::Rtp(rtp) = &mut self.cold.kind else { return false };
        let verdict = rtp.learner.handle_packet(now.at, from, header.sequence);
        match verdict {
            Verdict::Accept => {}
            Verdict::Learned(address) => {
                self.destination = Some(address);
                let can_send = rtp.settings.direction.send && rtp.settings.send.is_some();
                self.set(SENDS, can_send);
                self.tell(PortEvent::Source { address });
            }
            Verdict::Drop(_) => {
                self.cold.counters.foreign += 1;
                return false;
            }
        }
        self.relearned();
        true
    }

    fn relearned(&mut self) {
        let Kind::Rtp(rtp) = &self.cold.kind else { return };
        let locked = !rtp.learner.is_learning() && rtp.learner.source() == self.destination;
        // Where everybody may speak, nobody may be turned away.
        let exclusive = locked && rtp.settings.rules.0.strict != StrictRtp::No;
        self.set(LOCKED, locked);
        self.set_connected(exclusive);
    }

    /// Connects the socket to the one source that is accepted, which spares the system a search for each packet.
    fn set_connected(&mut self, on: bool) {
        let Some(socket) = &self.socket else { return };
        let connected = match self.destination {
            Some(destination) if on => socket.connect(destination).is_ok(),
            _ if self.is_connected() => sys::unconnect(socket).is_err(),
            _ => false,
        };
        self.set(CONNECTED, connected);
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.flags & CONNECTED != 0
    }

    /// Sends a packet and counts it.
    pub(crate) fn transmit(
        &mut self,
        now: Now,
        packet: &mut [u8],
        header: &Header,
        payload_len: usize,
    ) -> bool {
        if self.is_shown() && header.payload_type == self.type_out {
            self.show_packet(packet, now);
        }
        let (Some(socket), Some(destination)) = (&self.socket, self.destination) else { return false };
        let sent =
            if self.is_connected() { socket.send(packet) } else { socket.send_to(packet, destination) };
        let sent = sent.is_ok();
        self.sent_ms = now.ms;
        let rate = self.relay.rate();
        if let Kind::Rtp(rtp) = &mut self.cold.kind {
            rtp.session.handle_sent(now.at, header, rate, payload_len);
        }
        if !sent {
            self.cold.counters.unsent += 1;
        } else if now.traced
            && let Some(trace) = self.cold.shared.trace()
        {
            trace.sent(destination, header, payload_len);
        }
        sent
    }

    /// Where RTCP goes.
    pub(crate) fn control_destination(&self) -> Option<SocketAddr> {
        let rtp = self.rtp_ref()?;
        if rtp.settings.rtcp_mux {
            return self.destination;
        }
        let beside = |mut address: SocketAddr| {
            address.set_port(address.port().checked_add(1)?);
            Some(address)
        };
        let told = rtp.settings.remote_rtcp.or_else(|| beside(rtp.settings.remote?));
        // Behind address translation neither what was told nor the next port need be right.
        let learned = self.destination.filter(|&learned| rtp.settings.remote != Some(learned));
        rtp.control_source.or_else(|| learned.and_then(beside)).or(told)
    }

    pub(crate) fn update_sending_digit(&mut self) {
        let busy = self.cold.keys.sender.is_busy();
        self.set(SENDS_DIGIT, busy);
    }

    /// All numbers.
    pub(crate) fn stats(&self) -> PortStats {
        let Counters { foreign, unknown, unsent, missed } = self.cold.counters;
        PortStats {
            rtp: self.rtp_ref().map(|rtp| rtp.session.statistics()).unwrap_or_default(),
            remote: self.destination,
            received_codec: self.codec_in,
            sent_codec: self.codec_out,
            path: self.cold.path,
            foreign,
            unknown,
            unsent,
            missed,
            events_lost: 0,
        }
    }
}

/// Brings the length of our frames to whole frames of the codec, within what it allows.
fn whole_frames(send: SendFormat) -> SendFormat {
    let codec = send.codec;
    let (shortest, longest) = (codec.shortest_frame(), codec.longest_frame());
    let frame = send.frame.clamp(shortest, longest);
    let count = frame.as_micros() / shortest.as_micros().max(1);
    SendFormat { frame: shortest * u32::try_from(count).unwrap_or(1), ..send }
}

/// The RTP clock of a codec.
pub(crate) fn clock_of(codec: Codec) -> ClockRate {
    ClockRate::new(codec.clock_rate()).unwrap_or(ClockRate::NARROWBAND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(codec: Codec, ms: u64, expected: u64) {
        let send =
            SendFormat { codec, payload_type: PayloadType::default(), frame: Duration::from_millis(ms) };
        assert_eq!(whole_frames(send).frame, Duration::from_millis(expected), "{codec} at {ms} ms");
    }

    #[test]
    fn frames_of_ours_are_whole_frames_of_the_codec() {
        check(Codec::Ulaw, 20, 20);
        check(Codec::Ulaw, 25, 20);
        check(Codec::Ulaw, 0, 10);
        check(Codec::Gsm, 30, 20);
        check(Codec::G729, 30, 30);
        check(Codec::Opus, 500, 60);
    }
}
