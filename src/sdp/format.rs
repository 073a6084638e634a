//! What a payload type means.

use obelus_media::{COMFORT_NOISE, Codec, TELEPHONE_EVENT, TELEPHONE_EVENT_RATES};
use obelus_rtp::ClockRate;

/// What packets of a payload type carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Audio.
    Codec(Codec),
    /// Digits, on this clock (RFC 4733).
    TelephoneEvent(ClockRate),
    /// Comfort noise, on this clock (RFC 3389).
    ComfortNoise(ClockRate),
}

impl Format {
    /// The format of an `a=rtpmap`; `None` for what is not known or cannot be carried.
    ///
    /// `swap_g726` is `g726_non_standard`: the name of the RFC 3551 packing means the AAL2 one.
    pub(crate) fn from_encoding(name: &str, rate: u32, channels: u8, swap_g726: bool) -> Option<Self> {
        if name.eq_ignore_ascii_case(TELEPHONE_EVENT) {
            let known = TELEPHONE_EVENT_RATES.contains(&rate);
            return ClockRate::new(rate).filter(|_| known).map(Self::TelephoneEvent);
        }
        if name.eq_ignore_ascii_case(COMFORT_NOISE) {
            return ClockRate::new(rate).map(Self::ComfortNoise);
        }
        // Some write Opus without its two channels.
        let codec = Codec::from_encoding(name, rate, channels)
            .or_else(|| Codec::from_encoding(name, rate, 2).filter(|codec| *codec == Codec::Opus))?;
        Self::carried(if swap_g726 && codec == Codec::G726 { Codec::G726Aal2 } else { codec })
    }

    /// The format of a payload type that needs no `a=rtpmap`.
    pub(crate) fn from_static(number: u8) -> Option<Self> {
        if matches!(
            number,
            obelus_media::COMFORT_NOISE_PAYLOAD_TYPE | obelus_media::COMFORT_NOISE_OLD_PAYLOAD_TYPE
        ) {
            return Some(Self::ComfortNoise(ClockRate::NARROWBAND));
        }
        Self::carried(Codec::from_static_payload_type(number)?)
    }

    /// Codecs without a payload type of Asterisk's are not negotiated there either.
    fn carried(codec: Codec) -> Option<Self> {
        codec.preferred_payload_type().map(|_| Self::Codec(codec))
    }

    /// The codec, if it is audio.
    #[must_use]
    pub fn codec(self) -> Option<Codec> {
        match self {
            Self::Codec(codec) => Some(codec),
            Self::TelephoneEvent(_) | Self::ComfortNoise(_) => None,
        }
    }

    /// The clock of digits, if it is digits.
    #[must_use]
    pub fn event_rate(self) -> Option<ClockRate> {
        match self {
            Self::TelephoneEvent(rate) => Some(rate),
            Self::Codec(_) | Self::ComfortNoise(_) => None,
        }
    }
}

/// The RTP clock of a codec.
pub(crate) fn clock_of(codec: Codec) -> ClockRate {
    ClockRate::new(codec.clock_rate()).unwrap_or(ClockRate::NARROWBAND)
}
