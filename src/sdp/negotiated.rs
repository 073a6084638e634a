//! What an offer and its answer come to: all that the media engine and the channel need.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use obelus_media::Codec;
use obelus_rtp::{ClockRate, PayloadType};

use crate::capabilities::Capabilities;
use crate::direction::Direction;
use crate::error::SdpError;
use crate::format::{Format, clock_of};
use crate::local::LocalAudio;
use crate::parameters::Parameters;
use crate::stream::{Host, MediaKind, Stream};

/// A codec that we may send, under the number that the other side gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The codec.
    pub codec: Codec,
    /// Its payload type in the packets that we send.
    pub payload_type: PayloadType,
    /// Its parameters.
    pub parameters: Parameters,
}

/// How digits go as RTP events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dtmf {
    /// The payload type of the events that we send.
    pub send: PayloadType,
    /// The payload type on the same clock in the packets that we receive.
    pub receive: Option<PayloadType>,
    /// The clock of the events that we send.
    pub rate: ClockRate,
}

/// An audio stream that both sides agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// The number of its `m=` line, from 0.
    pub index: usize,
    /// Our RTP port.
    pub local_port: u16,
    /// Where media is to be sent; `None` while the other side names 0.0.0.0 or a host that is not looked up.
    pub remote: Option<SocketAddr>,
    /// A host's name and port instead of an address: look it up and call [`resolve`](Self::resolve).
    pub remote_name: Option<(String, u16)>,
    /// Where RTCP is to be sent.
    pub remote_rtcp: Option<SocketAddr>,
    /// Whether RTCP shares the media port, both ways.
    pub rtcp_mux: bool,
    /// Which way media flows, as seen from us.
    pub direction: Direction,
    /// Whether the other side put us on hold: it takes no media.
    pub held_by_remote: bool,
    /// What the payload types of received packets mean. Where the sides use different numbers, those of the
    /// other side are understood too if they are free, because many phones send under their own.
    pub receive: Vec<(PayloadType, Format)>,
    /// What we send.
    pub send: Outgoing,
    /// What we could send instead, best first.
    pub alternatives: Vec<Outgoing>,
    /// How digits go, if both sides know events.
    pub dtmf: Option<Dtmf>,
    /// The event payload types of the other side.
    pub events: Vec<(PayloadType, ClockRate)>,
    /// The frame length that we send.
    pub ptime: Duration,
    /// The longest frame that the other side takes, if it says so.
    pub remote_maxptime: Option<Duration>,
}

impl Negotiated {
    /// Puts our and their side together; `send` is not empty, best first.
    pub(crate) fn new(
        index: usize,
        capabilities: &Capabilities,
        local: &LocalAudio,
        remote: &Stream,
        send: Outgoing,
        alternatives: Vec<Outgoing>,
    ) -> Self {
        let events = remote_events(local, remote);
        let direction = local.direction.and(remote.effective_direction().reversed());
        let mut negotiated = Self {
            index,
            local_port: local.port,
            remote: None,
            remote_name: None,
            remote_rtcp: None,
            rtcp_mux: local.rtcp_mux && remote.rtcp_mux,
            direction,
            held_by_remote: !remote.effective_direction().receives(),
            receive: receive(local, remote),
            dtmf: None,
            events,
            ptime: ptime(capabilities, remote, send.codec),
            remote_maxptime: remote.maxptime,
            send,
            alternatives,
        };
        negotiated.dtmf = negotiated.dtmf_beside(negotiated.send.codec, local);
        negotiated.locate(remote);
        negotiated
    }

    fn locate(&mut self, remote: &Stream) {
        match &remote.host {
            Some(Host::Name(name)) => self.remote_name = Some((name.clone(), remote.port)),
            Some(Host::Address(address)) if !address.is_unspecified() => {
                self.remote = Some(SocketAddr::new(*address, remote.port));
            }
            Some(Host::Address(_)) | None => {}
        }
        self.remote_rtcp = match (&remote.rtcp, self.remote) {
            (_, media) if self.rtcp_mux => media,
            (Some(rtcp), media) => {
                let own = match &rtcp.host {
                    Some(Host::Address(address)) if !address.is_unspecified() => Some(*address),
                    Some(Host::Address(_) | Host::Name(_)) | None => None,
                };
                own.or(media.map(|media| media.ip())).map(|address| SocketAddr::new(address, rtcp.port))
            }
            (None, media) => media.and_then(next_port),
        };
    }

    /// Fills in the address of a host that was given by name.
    pub fn resolve(&mut self, address: IpAddr) {
        let Some((_, port)) = self.remote_name.take() else { return };
        let media = SocketAddr::new(address, port);
        self.remote = Some(media);
        self.remote_rtcp =
            if self.rtcp_mux { Some(media) } else { self.remote_rtcp.or_else(|| next_port(media)) };
    }

    /// Sends another of the [`alternatives`](Self::alternatives) from now on; `false` if it is none of them.
    pub fn choose(&mut self, codec: Codec) -> bool {
        if self.send.codec == codec {
            return true;
        }
        let Some(at) = self.alternatives.iter().position(|known| known.codec == codec) else { return false };
        let chosen = self.alternatives.remove(at);
        let before = std::mem::replace(&mut self.send, chosen);
        self.alternatives.insert(0, before);
        self.dtmf = self.dtmf_for(codec, |rate| self.received_event(rate));
        self.ptime = self.ptime.clamp(codec.shortest_frame(), codec.longest_frame());
        true
    }

    /// The codecs that both sides know, the one that is sent first.
    pub fn codecs(&self) -> impl Iterator<Item = Codec> {
        std::iter::once(&self.send).chain(&self.alternatives).map(|known| known.codec)
    }

    /// What a received payload type means.
    #[must_use]
    pub fn meaning(&self, number: PayloadType) -> Option<Format> {
        self.receive.iter().find(|(known, _)| *known == number).map(|(_, format)| *format)
    }

    fn dtmf_beside(&self, codec: Codec, local: &LocalAudio) -> Option<Dtmf> {
        self.dtmf_for(codec, |rate| {
            local.events.iter().find(|(_, own)| *own == rate).map(|(number, _)| *number)
        })
    }

    /// Digits on the clock of the audio if the other side has them there, else on its first clock.
    fn dtmf_for(&self, codec: Codec, receive: impl Fn(ClockRate) -> Option<PayloadType>) -> Option<Dtmf> {
        let clock = clock_of(codec);
        let beside = self.events.iter().find(|(_, rate)| *rate == clock);
        let (send, rate) = *beside.or(self.events.first())?;
        Some(Dtmf { send, receive: receive(rate), rate })
    }

    fn received_event(&self, rate: ClockRate) -> Option<PayloadType> {
        let event = Format::TelephoneEvent(rate);
        self.receive.iter().find(|(_, format)| *format == event).map(|(number, _)| *number)
    }
}

/// RTCP is on the port behind that of RTP (RFC 3550 11).
fn next_port(media: SocketAddr) -> Option<SocketAddr> {
    media.port().checked_add(1).map(|port| SocketAddr::new(media.ip(), port))
}

/// The event payload types of the other side on clocks that we named.
fn remote_events(local: &LocalAudio, remote: &Stream) -> Vec<(PayloadType, ClockRate)> {
    let events =
        remote.payloads.iter().filter_map(|payload| Some((payload.number, payload.format?.event_rate()?)));
    events.filter(|(_, rate)| local.events.iter().any(|(_, own)| own == rate)).collect()
}

/// Our numbers first; then those of the other side for the same things, and its comfort noise.
fn receive(local: &LocalAudio, remote: &Stream) -> Vec<(PayloadType, Format)> {
    let codecs = local.codecs.iter().map(|own| (own.number, Format::Codec(own.codec)));
    let events = local.events.iter().map(|(number, rate)| (*number, Format::TelephoneEvent(*rate)));
    let mut receive: Vec<(PayloadType, Format)> = codecs.chain(events).collect();
    let theirs = remote.payloads.iter().filter_map(|payload| Some((payload.number, payload.format?)));
    for (number, format) in theirs {
        let understood =
            matches!(format, Format::ComfortNoise(_)) || receive.iter().any(|(_, own)| *own == format);
        if understood && receive.iter().all(|(own, _)| *own != number) {
            receive.push((number, format));
        }
    }
    receive
}

/// Our frame length, or theirs if that counts; never longer than they take, never what the codec cannot do.
fn ptime(capabilities: &Capabilities, remote: &Stream, codec: Codec) -> Duration {
    let wished = remote.ptime.filter(|_| capabilities.use_ptime);
    let wished = wished.unwrap_or_else(|| capabilities.codecs.framing(codec));
    let (shortest, longest) = (codec.shortest_frame(), codec.longest_frame());
    let longest = remote.maxptime.unwrap_or(longest).clamp(shortest, longest);
    let step = shortest.as_millis().max(1);
    let whole = wished.clamp(shortest, longest).as_millis() / step * step;
    u64::try_from(whole).map_or(shortest, Duration::from_millis)
}

/// A stream of the other side that is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    /// The number of its `m=` line, from 0.
    pub index: usize,
    /// What it carries.
    pub kind: MediaKind,
    /// Why, if it was not the other side that switched it off.
    pub reason: Option<SdpError>,
}

/// All streams of an offer and its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The audio streams that are agreed on.
    pub audio: Vec<Negotiated>,
    /// The other streams.
    pub declined: Vec<Declined>,
}

impl Outcome {
    /// The first audio stream, which is the call's.
    #[must_use]
    pub fn first(&self) -> Option<&Negotiated> {
        self.audio.first()
    }

    /// Why nothing was agreed on: what is wrong with the first audio stream that is not off, if there is one.
    pub(crate) fn failure(&self) -> SdpError {
        let reasons = self.declined.iter().filter(|declined| declined.kind == MediaKind::Audio);
        reasons.filter_map(|declined| declined.reason.clone()).next().unwrap_or(SdpError::NoAudio)
    }
}
