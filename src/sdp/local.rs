//! Our side of a stream, and the text that says it.

use std::net::IpAddr;
use std::time::Duration;

use obelus_media::Codec;
use obelus_rtp::{ClockRate, PayloadType};
use sdp_types::{Attribute, Connection, Media, Origin, Session};

use crate::capabilities::Capabilities;
use crate::direction::Direction;
use crate::format::{Format, clock_of};
use crate::numbers::Numbers;
use crate::parameters::Parameters;
use crate::stream::Stream;

/// The events that are named: the sixteen keys and the flash.
const EVENTS: &str = "0-16";

/// A codec as we name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalCodec {
    pub(crate) number: PayloadType,
    pub(crate) codec: Codec,
    pub(crate) parameters: Parameters,
}

/// An audio stream as we name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalAudio {
    pub(crate) port: u16,
    pub(crate) transport: String,
    pub(crate) codecs: Vec<LocalCodec>,
    pub(crate) events: Vec<(PayloadType, ClockRate)>,
    pub(crate) ptime: Option<Duration>,
    pub(crate) direction: Direction,
    pub(crate) rtcp_mux: bool,
}

impl LocalAudio {
    /// An audio stream to offer.
    pub(crate) fn offer(
        capabilities: &Capabilities,
        codecs: &[Codec],
        port: u16,
        events: bool,
        numbers: &mut Numbers,
    ) -> Self {
        let local = codecs.iter().filter_map(|codec| {
            let number = numbers.assign(Format::Codec(*codec))?;
            Some(LocalCodec { number, codec: *codec, parameters: Parameters::offered(*codec) })
        });
        let codecs: Vec<LocalCodec> = local.collect();
        let rates = if events { event_rates(&codecs) } else { Vec::new() };
        let number = |rate| Some((numbers.assign(Format::TelephoneEvent(rate))?, rate));
        Self {
            port,
            transport: capabilities.profile.offered().to_owned(),
            events: rates.into_iter().filter_map(number).collect(),
            ptime: shortest(codecs.iter().map(|local| capabilities.codecs.framing(local.codec))),
            direction: capabilities.direction,
            rtcp_mux: capabilities.rtcp_mux,
            codecs,
        }
    }

    /// The answer to an audio stream, under the numbers that it came with.
    pub(crate) fn answer(
        capabilities: &Capabilities,
        codecs: Vec<LocalCodec>,
        port: u16,
        events: bool,
        offer: &Stream,
    ) -> Self {
        let wished = offer.ptime.filter(|_| capabilities.use_ptime);
        let own = || shortest(codecs.iter().map(|local| capabilities.codecs.framing(local.codec)));
        Self {
            port,
            transport: offer.transport.clone(),
            events: if events { matching_events(&codecs, offer) } else { Vec::new() },
            ptime: wished.or_else(own),
            direction: capabilities.direction.and(offer.effective_direction().reversed()),
            rtcp_mux: capabilities.rtcp_mux && offer.rtcp_mux,
            codecs,
        }
    }

    fn media(&self, compact: bool) -> Media {
        let mut attributes = Vec::new();
        for local in &self.codecs {
            let encoding = local.codec.encoding().unwrap_or_default();
            if !compact || local.number.is_dynamic() {
                attributes.push(rtpmap(
                    local.number,
                    encoding,
                    clock_of(local.codec),
                    local.codec.channels(),
                ));
            }
            attributes.extend(local.parameters.text(local.codec).map(|text| fmtp(local.number, &text)));
        }
        for (number, rate) in &self.events {
            attributes.push(rtpmap(*number, obelus_media::TELEPHONE_EVENT, *rate, 1));
            attributes.push(fmtp(*number, EVENTS));
        }
        let longest = shortest(self.codecs.iter().map(|local| local.codec.longest_frame()));
        let millis = |name, time: Duration| Attribute::with_value(name, time.as_millis());
        attributes.extend(self.ptime.map(|time| millis("ptime", time)));
        attributes.extend(longest.map(|time| millis("maxptime", time)));
        attributes.push(Attribute::new(self.direction));
        if self.rtcp_mux {
            attributes.push(Attribute::new("rtcp-mux"));
        }
        Media { attributes, ..media("audio", self.port, &self.transport, &self.formats()) }
    }

    fn formats(&self) -> String {
        let codecs = self.codecs.iter().map(|local| local.number);
        let numbers = codecs.chain(self.events.iter().map(|(number, _)| *number));
        numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(" ")
    }
}

/// The clocks of digits that go with the codecs: theirs, in their order, and 8000 Hz in any case.
fn event_rates(codecs: &[LocalCodec]) -> Vec<ClockRate> {
    let mut rates = Vec::new();
    let clocks = codecs.iter().map(|local| clock_of(local.codec)).chain([ClockRate::NARROWBAND]);
    for rate in clocks.filter(|rate| obelus_media::TELEPHONE_EVENT_RATES.contains(&rate.hertz())) {
        if !rates.contains(&rate) {
            rates.push(rate);
        }
    }
    rates
}

/// The offered clocks of digits that go with the codecs of the answer; if none does, the first one offered,
/// since digits on a strange clock are better than none.
fn matching_events(codecs: &[LocalCodec], offer: &Stream) -> Vec<(PayloadType, ClockRate)> {
    let offered: Vec<(PayloadType, ClockRate)> = offer
        .payloads
        .iter()
        .filter_map(|payload| Some((payload.number, payload.format?.event_rate()?)))
        .collect();
    let find = |rate: ClockRate| offered.iter().find(|(_, offered)| *offered == rate).copied();
    let matching: Vec<_> = event_rates(codecs).into_iter().filter_map(find).collect();
    if matching.is_empty() { offered.into_iter().take(1).collect() } else { matching }
}

fn shortest(times: impl Iterator<Item = Duration>) -> Option<Duration> {
    times.min()
}

/// What an `m=` line of ours stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// An audio stream.
    Audio(LocalAudio),
    /// A stream that is not served, or no longer: port 0, in the words of the other side.
    Declined { kind: String, transport: String, formats: String },
}

impl Slot {
    /// The refusal of a stream.
    pub(crate) fn declined(stream: &Stream) -> Self {
        Self::Declined {
            kind: stream.kind.as_str().to_owned(),
            transport: stream.transport.clone(),
            formats: stream.formats.clone(),
        }
    }

    /// The end of a stream of ours.
    pub(crate) fn removed(audio: &LocalAudio) -> Self {
        Self::Declined {
            kind: "audio".to_owned(),
            transport: audio.transport.clone(),
            formats: audio.formats(),
        }
    }

    fn media(&self, compact: bool) -> Media {
        match self {
            Self::Audio(audio) => audio.media(compact),
            Self::Declined { kind, transport, formats } => media(kind, 0, transport, formats),
        }
    }
}

fn media(kind: &str, port: u16, transport: &str, formats: &str) -> Media {
    Media {
        media: kind.to_owned(),
        port,
        num_ports: None,
        proto: transport.to_owned(),
        fmt: formats.to_owned(),
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    }
}

fn rtpmap(number: PayloadType, encoding: &str, rate: ClockRate, channels: u8) -> Attribute {
    let rate = rate.hertz();
    let channels = if channels > 1 { format!("/{channels}") } else { String::new() };
    Attribute::with_value("rtpmap", format!("{number} {encoding}/{rate}{channels}"))
}

fn fmtp(number: PayloadType, text: &str) -> Attribute {
    Attribute::with_value("fmtp", format!("{number} {text}"))
}

/// A whole description, with an origin of version 0.
pub(crate) fn describe(slots: &[Slot], address: IpAddr, owner: &str, name: &str, compact: bool) -> Session {
    let mut origin = Origin::with_ip_addr("0", 0, address);
    // A space would shift the fields behind it.
    origin.username = owner.split_whitespace().next().map(str::to_owned);
    let name = if name.is_empty() { "-" } else { name };
    let mut session = Session::new(origin, name);
    session.connection = Some(Connection::from_ip_addr(address));
    session.medias = slots.iter().map(|slot| slot.media(compact)).collect();
    session
}
