//! What a driver tells an RTP port: where the other side is, what it speaks, and the rules of the session.

use std::net::SocketAddr;
use std::time::Duration;

use obelus_media::{COMFORT_NOISE_OLD_PAYLOAD_TYPE, COMFORT_NOISE_PAYLOAD_TYPE, Codec};
use obelus_rtp::learn::Rules;
use obelus_rtp::stats::Session;
use obelus_rtp::{ClockRate, PayloadType};

/// What a payload type means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payload {
    /// Nothing that was agreed; packets of it are dropped.
    #[default]
    Unknown,
    /// Sound in this codec.
    Voice(Codec),
    /// Digits as events (RFC 4733) on a clock of this rate.
    Digits(ClockRate),
    /// Comfort noise (RFC 3389): the other side is silent.
    Noise,
}

/// The payload types that we agreed to receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadMap([Payload; 128]);

impl PayloadMap {
    /// No codec yet, but comfort noise, whose numbers are fixed.
    #[must_use]
    pub fn new() -> Self {
        let mut map = Self([Payload::Unknown; 128]);
        for noise in [COMFORT_NOISE_PAYLOAD_TYPE, COMFORT_NOISE_OLD_PAYLOAD_TYPE] {
            map.put(PayloadType::from_wire(noise), Payload::Noise);
        }
        map
    }

    /// Says what a payload type means; the last word counts.
    pub fn put(&mut self, payload_type: PayloadType, payload: Payload) {
        if let Some(entry) = self.0.get_mut(usize::from(payload_type.number())) {
            *entry = payload;
        }
    }

    /// The same, in a row.
    #[must_use]
    pub fn with(mut self, payload_type: PayloadType, payload: Payload) -> Self {
        self.put(payload_type, payload);
        self
    }

    /// What a payload type means.
    #[must_use]
    pub fn get(&self, payload_type: PayloadType) -> Payload {
        self.0.get(usize::from(payload_type.number())).copied().unwrap_or_default()
    }
}

impl Default for PayloadMap {
    fn default() -> Self {
        Self::new()
    }
}

/// What we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendFormat {
    /// The codec.
    pub codec: Codec,
    /// The payload type that the other side gave it.
    pub payload_type: PayloadType,
    /// Length of the frames that we make ourselves; packets of a bridged call keep theirs.
    pub frame: Duration,
}

/// How digits are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DigitMode {
    /// Not by this port: the driver signals them, as SIP INFO does.
    #[default]
    Signalled,
    /// As events (RFC 4733).
    Events {
        /// The payload type that the other side gave to `telephone-event`.
        payload_type: PayloadType,
        /// Its clock.
        rate: ClockRate,
    },
    /// As tones in the sound.
    InBand,
}

/// Which ways the stream goes, as we see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    /// Whether we send.
    pub send: bool,
    /// Whether we listen.
    pub receive: bool,
}

impl Direction {
    /// `sendrecv`.
    pub const BOTH: Self = Self { send: true, receive: true };
}

/// Everything about an RTP session that signalling decides; a new one replaces the old one whole.
///
/// What the network taught since (sources, statistics, our sequence numbers) goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct RtpSettings {
    /// Where the other side says it listens; `None` sends nothing until a source is learned.
    pub remote: Option<SocketAddr>,
    /// Where it wants RTCP; `None` is the port after `remote`, or `remote` itself with `rtcp_mux`.
    pub remote_rtcp: Option<SocketAddr>,
    /// What may come.
    pub receive: PayloadMap,
    /// What goes; `None` until it is agreed.
    pub send: Option<SendFormat>,
    /// How digits go.
    pub digits: DigitMode,
    /// Whether sound is searched for keys, which costs more than all else that a packet needs.
    pub search_digits: bool,
    /// RTP and RTCP on one port (RFC 5761).
    pub rtcp_mux: bool,
    /// Whether RTCP is sent at all.
    pub rtcp: bool,
    /// Which ways the stream goes.
    pub direction: Direction,
    /// How sources are learned.
    pub rules: SourceRules,
    /// No packet for so long is reported; `None` never.
    pub timeout: Option<Duration>,
    /// The same while the other side holds the call.
    pub timeout_on_hold: Option<Duration>,
    /// Silence of ours for so long is broken by a comfort noise packet; `None` never.
    pub keepalive: Option<Duration>,
    /// Time between RTCP reports; fixed once the first packet has passed.
    pub rtcp_interval: Duration,
    /// A digit of which no packet comes for so long is over.
    pub digit_timeout: Duration,
}

/// How sources are learned; compared to see whether learning must begin anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceRules(pub Rules);

impl PartialEq for SourceRules {
    fn eq(&self, other: &Self) -> bool {
        let key = |Self(rules): &Self| (rules.strict, rules.probation, rules.symmetric);
        key(self) == key(other)
    }
}

impl Default for RtpSettings {
    fn default() -> Self {
        Self {
            remote: None,
            remote_rtcp: None,
            receive: PayloadMap::new(),
            send: None,
            digits: DigitMode::default(),
            search_digits: false,
            rtcp_mux: false,
            rtcp: true,
            direction: Direction::BOTH,
            rules: SourceRules::default(),
            timeout: None,
            timeout_on_hold: None,
            keepalive: None,
            rtcp_interval: Session::DEFAULT_INTERVAL,
            digit_timeout: obelus_rtp::dtmf::Receiver::DEFAULT_TIMEOUT,
        }
    }
}

impl RtpSettings {
    /// One codec in both directions under its usual payload type, to `remote`.
    #[must_use]
    pub fn simple(remote: SocketAddr, codec: Codec) -> Self {
        let payload_type = PayloadType::from_wire(codec.preferred_payload_type().unwrap_or(96));
        Self {
            remote: Some(remote),
            receive: PayloadMap::new().with(payload_type, Payload::Voice(codec)),
            send: Some(SendFormat { codec, payload_type, frame: codec.frame() }),
            ..Self::default()
        }
    }

    /// The same with digits as events under this payload type, on an 8 kHz clock.
    #[must_use]
    pub fn with_events(mut self, payload_type: PayloadType) -> Self {
        let rate = ClockRate::NARROWBAND;
        self.receive.put(payload_type, Payload::Digits(rate));
        self.digits = DigitMode::Events { payload_type, rate };
        self
    }
}
