//! One `m=` line of the other side with all that belongs to it.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use obelus_rtp::PayloadType;

use crate::direction::Direction;
use crate::error::DescriptionError;
use crate::format::Format;

/// What a stream carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// Voice; the only kind that is served.
    Audio,
    /// Pictures that move.
    Video,
    /// Fax (T.38).
    Image,
    /// Real-time text (RFC 4103).
    Text,
    /// Data channels and the like.
    Application,
    /// Anything else, by its name.
    Other(String),
}

impl MediaKind {
    pub(crate) fn from_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "audio" => Self::Audio,
            "video" => Self::Video,
            "image" => Self::Image,
            "text" => Self::Text,
            "application" => Self::Application,
            _ => Self::Other(name.to_owned()),
        }
    }

    /// Its name in the `m=` line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Image => "image",
            Self::Text => "text",
            Self::Application => "application",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Where a stream is to be sent, without the port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// An address.
    Address(IpAddr),
    /// A name, which somebody must look up (RFC 8866 5.7 allows one).
    Name(String),
}

impl Host {
    /// Reads the address of a `c=` line; a multicast address may have a suffix.
    pub(crate) fn parse(text: &str) -> Result<Self, DescriptionError> {
        // A zone (`fe80::1%eth0`) says nothing to us, and a suffix (`/127`) only matters to multicast.
        let bare = text.split(['/', '%']).next().unwrap_or_default();
        if let Ok(address) = bare.parse() {
            return Ok(Self::Address(address));
        }
        let is_name = bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        let has_letter = bare.bytes().any(|byte| byte.is_ascii_alphabetic());
        if is_name && has_letter && bare.len() <= 253 {
            return Ok(Self::Name(bare.to_owned()));
        }
        Err(DescriptionError::Address(text.to_owned()))
    }

    /// Whether it is 0.0.0.0 or `::`, which means hold (RFC 3264 8.4, as RFC 2543 had it).
    #[must_use]
    pub fn is_unspecified(&self) -> bool {
        matches!(self, Self::Address(address) if address.is_unspecified())
    }
}

/// Where RTCP is to be sent, if not to the next port (RFC 3605).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtcpAddress {
    /// The port.
    pub port: u16,
    /// The host, if it is not that of the media.
    pub host: Option<Host>,
}

/// A payload type and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Its number.
    pub number: PayloadType,
    /// What it means, if that is known here.
    pub format: Option<Format>,
    /// Its parameters, several `a=fmtp` lines joined.
    pub fmtp: Option<String>,
}

/// One `m=` line of the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// What it carries.
    pub kind: MediaKind,
    /// Where it is to be sent; 0 switches the stream off.
    pub port: u16,
    /// The transport as it was written, `RTP/AVP`.
    pub transport: String,
    /// The formats as they were written.
    pub formats: String,
    /// Where it is to be sent, from its own `c=` line or that of the session.
    pub host: Option<Host>,
    /// Which way it flows, as seen from the other side.
    pub direction: Direction,
    /// Where RTCP is to be sent.
    pub rtcp: Option<RtcpAddress>,
    /// Whether RTCP may come on the media port (RFC 5761).
    pub rtcp_mux: bool,
    /// The frame length that the other side wishes.
    pub ptime: Option<Duration>,
    /// The longest that it can take.
    pub maxptime: Option<Duration>,
    /// The payload types of an RTP stream, in order of preference.
    pub payloads: Vec<Payload>,
    /// All attributes as they were written, for those that are not read here.
    pub attributes: Vec<(String, Option<String>)>,
}

/// What a session says for all its streams.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    pub(crate) host: Option<Host>,
    pub(crate) direction: Direction,
    pub(crate) ptime: Option<Duration>,
    pub(crate) maxptime: Option<Duration>,
}

impl Stream {
    pub(crate) fn read(
        media: &sdp_types::Media,
        index: usize,
        defaults: &Defaults,
        swap_g726: bool,
    ) -> Result<Self, DescriptionError> {
        let attributes = trimmed(&media.attributes);
        let own = Defaults::read(media.connections.first(), &attributes)?;
        let host = own.host.or_else(|| defaults.host.clone());
        if host.is_none() && media.port != 0 {
            return Err(DescriptionError::MissingAddress { stream: index });
        }
        let stream = Self {
            kind: MediaKind::from_name(&media.media),
            port: media.port,
            transport: media.proto.clone(),
            formats: media.fmt.clone(),
            host,
            direction: direction(&attributes).unwrap_or(defaults.direction),
            rtcp: value(&attributes, "rtcp").and_then(rtcp_address),
            rtcp_mux: attributes.iter().any(|(name, _)| name.eq_ignore_ascii_case("rtcp-mux")),
            ptime: own.ptime.or(defaults.ptime),
            maxptime: own.maxptime.or(defaults.maxptime),
            payloads: Vec::new(),
            attributes,
        };
        if !stream.is_rtp() {
            return Ok(stream);
        }
        let payloads = Payloads::read(&stream.attributes, swap_g726).list(&stream)?;
        Ok(Self { payloads, ..stream })
    }

    /// Whether its formats are payload types.
    #[must_use]
    pub fn is_rtp(&self) -> bool {
        self.transport.split('/').any(|part| part.eq_ignore_ascii_case("RTP"))
    }

    /// Which way it flows when the address counts too: nothing can be sent to 0.0.0.0.
    #[must_use]
    pub fn effective_direction(&self) -> Direction {
        match &self.host {
            Some(host) if host.is_unspecified() => self.direction.and(Direction::SendOnly),
            _ => self.direction,
        }
    }
}

impl Defaults {
    pub(crate) fn read(
        connection: Option<&sdp_types::Connection>,
        attributes: &[(String, Option<String>)],
    ) -> Result<Self, DescriptionError> {
        Ok(Self {
            host: connection.map(host).transpose()?,
            direction: direction(attributes).unwrap_or_default(),
            ptime: value(attributes, "ptime").and_then(milliseconds),
            maxptime: value(attributes, "maxptime").and_then(milliseconds),
        })
    }
}

/// Names and values without the spaces that some put around them.
pub(crate) fn trimmed(attributes: &[sdp_types::Attribute]) -> Vec<(String, Option<String>)> {
    let trim = |text: &String| text.trim().to_owned();
    attributes.iter().map(|known| (trim(&known.attribute), known.value.as_ref().map(trim))).collect()
}

fn value<'a>(attributes: &'a [(String, Option<String>)], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1.as_deref()
}

fn direction(attributes: &[(String, Option<String>)]) -> Option<Direction> {
    attributes.iter().find_map(|(name, _)| Direction::from_attribute(name))
}

fn host(connection: &sdp_types::Connection) -> Result<Host, DescriptionError> {
    let (network, family) = (connection.nettype.as_str(), connection.addrtype.as_str());
    let is_internet = network.eq_ignore_ascii_case("IN");
    let is_known = family.eq_ignore_ascii_case("IP4") || family.eq_ignore_ascii_case("IP6");
    if is_internet && is_known {
        Host::parse(&connection.connection_address)
    } else {
        Err(DescriptionError::Address(format!("{network} {family} {}", connection.connection_address)))
    }
}

/// `53020`, or `53020 IN IP4 192.0.2.1`; what cannot be read is left out.
fn rtcp_address(text: &str) -> Option<RtcpAddress> {
    let mut words = text.split_whitespace();
    let port = words.next()?.parse().ok().filter(|port| *port != 0)?;
    let host = words.nth(2).and_then(|text| Host::parse(text).ok());
    Some(RtcpAddress { port, host })
}

/// Whole milliseconds; a fraction is cut off, 0 and words are left out.
fn milliseconds(text: &str) -> Option<Duration> {
    let digits = text.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok().filter(|millis| *millis > 0).map(Duration::from_millis)
}

/// What the attributes say about payload types, by number.
struct Payloads {
    mapped: [Mapped; 128],
}

#[derive(Clone, Default)]
struct Mapped {
    /// Whether there is an `a=rtpmap`, and its meaning if it is known. The first one counts.
    format: Option<Option<Format>>,
    fmtp: Option<String>,
}

impl Payloads {
    fn read(attributes: &[(String, Option<String>)], swap_g726: bool) -> Self {
        let mut payloads = Self { mapped: std::array::from_fn(|_| Mapped::default()) };
        for (name, value) in attributes {
            let Some((number, text)) = value.as_deref().and_then(split_number) else { continue };
            let Some(mapped) = payloads.mapped.get_mut(usize::from(number)) else { continue };
            if name.eq_ignore_ascii_case("rtpmap") {
                mapped.format.get_or_insert_with(|| rtpmap(text, swap_g726));
            } else if name.eq_ignore_ascii_case("fmtp") {
                mapped.add_fmtp(text);
            }
        }
        payloads
    }

    /// The payload types of the `m=` line, each once.
    fn list(mut self, stream: &Stream) -> Result<Vec<Payload>, DescriptionError> {
        let mut seen = [false; 128];
        let mut list = Vec::new();
        for text in stream.formats.split_whitespace() {
            let number = text.parse().ok().and_then(PayloadType::new);
            let number = number.ok_or_else(|| DescriptionError::PayloadType(text.to_owned()))?;
            let at = usize::from(number.number());
            let (Some(seen), Some(mapped)) = (seen.get_mut(at), self.mapped.get_mut(at)) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            if mapped.format.is_none() && number.is_dynamic() && stream.port != 0 {
                return Err(DescriptionError::MissingRtpmap(number));
            }
            let format = mapped.format.unwrap_or_else(|| Format::from_static(number.number()));
            list.push(Payload { number, format, fmtp: mapped.fmtp.take() });
        }
        Ok(list)
    }
}

impl Mapped {
    fn add_fmtp(&mut self, text: &str) {
        match &mut self.fmtp {
            Some(known) => {
                known.push(';');
                known.push_str(text);
            }
            None => self.fmtp = Some(text.to_owned()),
        }
    }
}

/// `101 telephone-event/8000` in two.
fn split_number(value: &str) -> Option<(u8, &str)> {
    let (number, text) = value.split_once(char::is_whitespace)?;
    Some((number.parse().ok()?, text.trim()))
}

/// `opus/48000/2`; spaces around the slashes do not matter.
fn rtpmap(text: &str, swap_g726: bool) -> Option<Format> {
    let mut parts = text.split('/').map(str::trim);
    let (name, rate) = (parts.next()?, parts.next()?.parse().ok()?);
    let channels = parts.next().and_then(|channels| channels.parse().ok()).unwrap_or(1);
    Format::from_encoding(name, rate, channels, swap_g726)
}
