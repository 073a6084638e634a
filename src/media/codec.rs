//! `Codec`: every audio format that Asterisk names, with what SDP, RTP and files need to know of it.
//!
//! A codec listed here can be negotiated and passed through; whether it can be converted to another is the
//! business of [`crate::transcode`].

use std::fmt;
use std::time::Duration;

/// The lowest payload type that a session assigns freely (RFC 3551 section 6).
pub const FIRST_DYNAMIC_PAYLOAD_TYPE: u8 = 96;
/// Payload type of comfort noise (RFC 3389 section 4); it carries no codec.
pub const COMFORT_NOISE_PAYLOAD_TYPE: u8 = 13;
/// The older number of comfort noise, reserved by RFC 3551 and still met.
pub const COMFORT_NOISE_OLD_PAYLOAD_TYPE: u8 = 19;
/// The number Asterisk offers for `telephone-event` at 8000 Hz (RFC 4733).
pub const TELEPHONE_EVENT_PAYLOAD_TYPE: u8 = 101;
/// The number of Cisco's own digit format, which is never given to a codec.
pub const CISCO_EVENT_PAYLOAD_TYPE: u8 = 121;
/// SDP encoding name of digits as events (RFC 4733).
pub const TELEPHONE_EVENT: &str = "telephone-event";
/// SDP encoding name of comfort noise (RFC 3389).
pub const COMFORT_NOISE: &str = "CN";
/// The clock rates in Hz at which Asterisk speaks `telephone-event`.
pub const TELEPHONE_EVENT_RATES: [u32; 5] = [8000, 16000, 24000, 32000, 48000];

/// How many bytes a frame takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    /// Always `bytes` for each `ms` milliseconds.
    Constant { bytes: u16, ms: u16 },
    /// It depends on the signal, or on a mode agreed in SDP.
    Varies,
}

/// One row of the table below.
struct Facts {
    name: &'static str,
    description: &'static str,
    /// SDP names, the one we write first; empty where RTP has no agreed payload format.
    encodings: &'static [&'static str],
    clock_rate: u32,
    sample_rate: u32,
    channels: u8,
    static_type: Option<u8>,
    dynamic_type: Option<u8>,
    /// Frame length in ms: shortest, default, longest.
    frame_ms: (u16, u16, u16),
    size: Size,
    /// Asterisk's rank of how well the format keeps sound; 0 where it gives none.
    quality: u8,
}

macro_rules! codecs {
    ($($variant:ident $facts:tt)*) => {
        /// An audio format under Asterisk's name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Codec {
            $(#[doc = concat!("Asterisk's format of this name: see [`Codec::description`].")] $variant,)*
        }

        impl Codec {
            /// All codecs, in the order in which Asterisk registers them.
            pub const ALL: &'static [Codec] = &[$(Codec::$variant),*];

            const fn facts(self) -> &'static Facts {
                match self { $(Codec::$variant => const { &codecs!(@row $facts) },)* }
            }
        }
    };
    (@row { $name:literal, $description:literal, [$($encoding:literal),*] / $clock:literal,
            $rate:literal Hz x $channels:literal, static $static_type:expr, dynamic $dynamic_type:expr,
            $least:literal..$usual:literal..$most:literal ms, $size:expr, quality $quality:literal }) => {
        Facts {
            name: $name, description: $description, encodings: &[$($encoding),*], clock_rate: $clock,
            sample_rate: $rate, channels: $channels, static_type: $static_type, dynamic_type: $dynamic_type,
            frame_ms: ($least, $usual, $most), size: $size, quality: $quality,
        }
    };
}

const fn constant(bytes: u16, ms: u16) -> Size {
    Size::Constant { bytes, ms }
}

codecs! {
    Codec2 { "codec2", "Codec 2", [] / 8000,
        8000 Hz x 1, static None, dynamic None, 20..20..300 ms, constant(6, 20), quality 0 }
    G723 { "g723", "G.723.1", ["G723"] / 8000,
        8000 Hz x 1, static Some(4), dynamic None, 30..30..300 ms, Size::Varies, quality 20 }
    Ulaw { "ulaw", "G.711 u-law", ["PCMU", "G711U"] / 8000,
        8000 Hz x 1, static Some(0), dynamic None, 10..20..140 ms, constant(80, 10), quality 100 }
    Alaw { "alaw", "G.711 a-law", ["PCMA", "G711A"] / 8000,
        8000 Hz x 1, static Some(8), dynamic None, 10..20..140 ms, constant(80, 10), quality 100 }
    Gsm { "gsm", "GSM", ["GSM"] / 8000,
        8000 Hz x 1, static Some(3), dynamic None, 20..20..300 ms, constant(33, 20), quality 40 }
    G726 { "g726", "G.726 RFC3551", ["G726-32"] / 8000,
        8000 Hz x 1, static None, dynamic Some(111), 10..20..300 ms, constant(40, 10), quality 85 }
    G726Aal2 { "g726aal2", "G.726 AAL2", ["AAL2-G726-32"] / 8000,
        8000 Hz x 1, static None, dynamic Some(112), 10..20..300 ms, constant(40, 10), quality 85 }
    Adpcm { "adpcm", "Dialogic ADPCM", ["DVI4"] / 8000,
        8000 Hz x 1, static Some(5), dynamic None, 10..20..300 ms, constant(40, 10), quality 80 }
    Slin { "slin", "16 bit Signed Linear PCM", ["L16"] / 8000,
        8000 Hz x 1, static Some(10), dynamic None, 10..20..60 ms, constant(160, 10), quality 115 }
    Slin12 { "slin12", "16 bit Signed Linear PCM (12kHz)", ["L16"] / 12000,
        12000 Hz x 1, static None, dynamic Some(122), 10..20..60 ms, constant(240, 10), quality 116 }
    Slin16 { "slin16", "16 bit Signed Linear PCM (16kHz)", ["L16", "L16-256"] / 16000,
        16000 Hz x 1, static None, dynamic Some(118), 10..20..60 ms, constant(320, 10), quality 117 }
    Slin24 { "slin24", "16 bit Signed Linear PCM (24kHz)", ["L16"] / 24000,
        24000 Hz x 1, static None, dynamic Some(123), 10..20..60 ms, constant(480, 10), quality 118 }
    Slin32 { "slin32", "16 bit Signed Linear PCM (32kHz)", ["L16"] / 32000,
        32000 Hz x 1, static None, dynamic Some(124), 10..20..60 ms, constant(640, 10), quality 119 }
    Slin44 { "slin44", "16 bit Signed Linear PCM (44kHz)", ["L16"] / 44100,
        44100 Hz x 1, static None, dynamic Some(125), 10..20..60 ms, constant(882, 10), quality 120 }
    Slin48 { "slin48", "16 bit Signed Linear PCM (48kHz)", ["L16"] / 48000,
        48000 Hz x 1, static None, dynamic Some(126), 10..20..60 ms, constant(960, 10), quality 121 }
    Slin96 { "slin96", "16 bit Signed Linear PCM (96kHz)", ["L16"] / 96000,
        96000 Hz x 1, static None, dynamic Some(127), 10..20..60 ms, constant(1920, 10), quality 122 }
    Slin192 { "slin192", "16 bit Signed Linear PCM (192kHz)", ["L16"] / 192000,
        192000 Hz x 1, static None, dynamic Some(96), 10..20..60 ms, constant(3840, 10), quality 123 }
    Lpc10 { "lpc10", "LPC10", ["LPC"] / 8000,
        8000 Hz x 1, static Some(7), dynamic None, 20..20..20 ms, Size::Varies, quality 8 }
    G729 { "g729", "G.729A", ["G729", "G729A", "G.729"] / 8000,
        8000 Hz x 1, static Some(18), dynamic None, 10..20..220 ms, constant(10, 10), quality 45 }
    Speex { "speex", "SpeeX", ["speex"] / 8000,
        8000 Hz x 1, static None, dynamic Some(110), 10..20..60 ms, Size::Varies, quality 40 }
    Speex16 { "speex16", "SpeeX 16khz", ["speex"] / 16000,
        16000 Hz x 1, static None, dynamic Some(117), 10..20..60 ms, Size::Varies, quality 40 }
    Speex32 { "speex32", "SpeeX 32khz", ["speex"] / 32000,
        32000 Hz x 1, static None, dynamic Some(119), 10..20..60 ms, Size::Varies, quality 40 }
    Ilbc { "ilbc", "iLBC", ["iLBC"] / 8000,
        8000 Hz x 1, static None, dynamic Some(97), 20..20..300 ms, Size::Varies, quality 35 }
    G722 { "g722", "G722", ["G722"] / 8000,
        16000 Hz x 1, static Some(9), dynamic None, 10..20..140 ms, constant(80, 10), quality 110 }
    Siren7 { "siren7", "ITU G.722.1 (Siren7, licensed from Polycom)", ["G7221"] / 16000,
        16000 Hz x 1, static None, dynamic Some(102), 20..20..80 ms, constant(80, 20), quality 85 }
    Siren14 { "siren14", "ITU G.722.1 Annex C, (Siren14, licensed from Polycom)", ["G7221"] / 32000,
        32000 Hz x 1, static None, dynamic Some(115), 20..20..80 ms, constant(120, 20), quality 90 }
    G719 { "g719", "ITU G.719", ["G719"] / 48000,
        48000 Hz x 1, static None, dynamic Some(116), 20..20..80 ms, constant(160, 20), quality 95 }
    Opus { "opus", "Opus Codec", ["opus"] / 48000,
        48000 Hz x 2, static None, dynamic Some(107), 20..20..60 ms, Size::Varies, quality 75 }
    Silk8 { "silk8", "SILK Codec (8 KHz)", ["SILK"] / 8000,
        8000 Hz x 1, static None, dynamic None, 20..20..100 ms, Size::Varies, quality 0 }
    Silk12 { "silk12", "SILK Codec (12 KHz)", ["SILK"] / 12000,
        12000 Hz x 1, static None, dynamic None, 20..20..100 ms, Size::Varies, quality 0 }
    Silk16 { "silk16", "SILK Codec (16 KHz)", ["SILK"] / 16000,
        16000 Hz x 1, static None, dynamic None, 20..20..100 ms, Size::Varies, quality 0 }
    Silk24 { "silk24", "SILK Codec (24 KHz)", ["SILK"] / 24000,
        24000 Hz x 1, static None, dynamic None, 20..20..100 ms, Size::Varies, quality 0 }
}

/// A name that is no codec of Asterisk's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown codec `{name}`")]
pub struct UnknownCodec {
    /// The name as it was written; [`Codec::names`] are the candidates for a suggestion.
    pub name: String,
}

impl Codec {
    /// The codec of this Asterisk name, in any case.
    pub fn from_name(name: &str) -> Result<Self, UnknownCodec> {
        let found = Self::ALL.iter().find(|codec| codec.name().eq_ignore_ascii_case(name));
        found.copied().ok_or_else(|| UnknownCodec { name: name.to_owned() })
    }

    /// The codec of an `a=rtpmap` line: encoding name in any case, clock rate in Hz, channels (1 if not given).
    pub fn from_encoding(encoding: &str, clock_rate: u32, channels: u8) -> Option<Self> {
        let fits = |codec: &&Codec| {
            let facts = codec.facts();
            facts.clock_rate == clock_rate
                && facts.channels == channels
                && facts.encodings.iter().any(|name| name.eq_ignore_ascii_case(encoding))
        };
        Self::ALL.iter().find(fits).copied()
    }

    /// The codec of a payload type that came without `a=rtpmap` (RFC 3551 table 4, read as Asterisk reads it).
    pub fn from_static_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            // Other rates of DVI4, and the second number of L16, are taken for the 8 kHz format by Asterisk.
            6 | 16 | 17 => Some(Self::Adpcm),
            11 => Some(Self::Slin),
            other => Self::ALL.iter().find(|codec| codec.facts().static_type == Some(other)).copied(),
        }
    }

    /// All Asterisk names, as candidates for "did you mean".
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|codec| codec.name())
    }

    /// Asterisk's name, as in `allow=`.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// Asterisk's description, as `core show codecs` prints it.
    pub const fn description(self) -> &'static str {
        self.facts().description
    }

    /// The encoding name that we write in `a=rtpmap`; `None` if RTP has no format for it.
    pub fn encoding(self) -> Option<&'static str> {
        self.facts().encodings.first().copied()
    }

    /// The RTP timestamp clock in Hz. For G.722 it is 8000 by an old error that RFC 3551 keeps.
    pub const fn clock_rate(self) -> u32 {
        self.facts().clock_rate
    }

    /// Samples per second of the decoded sound.
    pub const fn sample_rate(self) -> u32 {
        self.facts().sample_rate
    }

    /// Channels as `a=rtpmap` states them: 2 for Opus whatever it carries (RFC 7587 section 7), else 1.
    pub const fn channels(self) -> u8 {
        self.facts().channels
    }

    /// The fixed payload type (RFC 3551), where there is one.
    pub const fn static_payload_type(self) -> Option<u8> {
        self.facts().static_type
    }

    /// The number that Asterisk prefers where the codec has no fixed one; `None`: any free number.
    pub const fn dynamic_payload_type(self) -> Option<u8> {
        self.facts().dynamic_type
    }

    /// The payload type of an offer of ours: the fixed one, else Asterisk's usual one.
    pub fn preferred_payload_type(self) -> Option<u8> {
        self.static_payload_type().or(self.dynamic_payload_type())
    }

    /// Default frame length.
    pub const fn frame(self) -> Duration {
        Duration::from_millis(self.facts().frame_ms.1 as u64)
    }

    /// Shortest frame length.
    pub const fn shortest_frame(self) -> Duration {
        Duration::from_millis(self.facts().frame_ms.0 as u64)
    }

    /// Longest frame length, which is `a=maxptime`.
    pub const fn longest_frame(self) -> Duration {
        Duration::from_millis(self.facts().frame_ms.2 as u64)
    }

    /// Bytes of `length` of sound; `None` if they depend on the signal or on a mode agreed in SDP.
    pub fn bytes_in(self, length: Duration) -> Option<usize> {
        let Size::Constant { bytes, ms } = self.facts().size else { return None };
        let micros = length.as_micros().saturating_mul(u128::from(bytes));
        usize::try_from(micros / (u128::from(ms) * 1000)).ok()
    }

    /// Samples of `length` of sound.
    pub fn samples_in(self, length: Duration) -> usize {
        let samples = length.as_micros().saturating_mul(u128::from(self.sample_rate())) / 1_000_000;
        usize::try_from(samples).unwrap_or(usize::MAX)
    }

    /// Asterisk's rank of how well the format keeps sound: linear above G.711 above compressed, 0 unranked.
    pub const fn quality(self) -> u8 {
        self.facts().quality
    }

    /// Whether it is 16-bit linear samples.
    pub const fn is_linear(self) -> bool {
        matches!(
            self,
            Self::Slin
                | Self::Slin12
                | Self::Slin16
                | Self::Slin24
                | Self::Slin32
                | Self::Slin44
                | Self::Slin48
                | Self::Slin96
                | Self::Slin192
        )
    }

    /// The linear format of this many samples per second.
    pub fn linear(sample_rate: u32) -> Option<Self> {
        Self::ALL.iter().find(|codec| codec.is_linear() && codec.sample_rate() == sample_rate).copied()
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Codec {
    type Err = UnknownCodec;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_codec_is_found_by_its_own_name_and_encoding() {
        for &codec in Codec::ALL {
            assert_eq!(Codec::from_name(&codec.name().to_uppercase()), Ok(codec));
            if let Some(encoding) = codec.encoding() {
                assert_eq!(Codec::from_encoding(encoding, codec.clock_rate(), codec.channels()), Some(codec));
            }
        }
    }

    #[test]
    fn an_unknown_name_is_kept_for_the_message() {
        assert_eq!(Codec::from_name("g711").unwrap_err().to_string(), "unknown codec `g711`");
    }

    #[test]
    fn no_two_codecs_share_a_payload_type() {
        let mut seen = HashSet::from([
            COMFORT_NOISE_PAYLOAD_TYPE,
            COMFORT_NOISE_OLD_PAYLOAD_TYPE,
            TELEPHONE_EVENT_PAYLOAD_TYPE,
            CISCO_EVENT_PAYLOAD_TYPE,
        ]);
        for codec in Codec::ALL {
            for number in [codec.static_payload_type(), codec.dynamic_payload_type()].into_iter().flatten() {
                assert!(seen.insert(number), "{codec} repeats {number}");
            }
            assert!(codec.static_payload_type().is_none_or(|number| number < 35));
            assert!(codec.dynamic_payload_type().is_none_or(|number| number >= FIRST_DYNAMIC_PAYLOAD_TYPE));
        }
    }

    #[test]
    fn frames_have_the_sizes_of_their_rfcs() {
        let bytes = |codec: Codec, ms| codec.bytes_in(Duration::from_millis(ms));
        assert_eq!(bytes(Codec::Ulaw, 20), Some(160));
        assert_eq!(bytes(Codec::G729, 30), Some(30));
        assert_eq!(bytes(Codec::Gsm, 40), Some(66));
        assert_eq!(bytes(Codec::G722, 20), Some(160));
        assert_eq!(bytes(Codec::Slin48, 20), Some(1920));
        assert_eq!(bytes(Codec::Opus, 20), None);
        assert_eq!(Codec::G722.samples_in(Duration::from_millis(20)), 320);
        assert_eq!(Codec::G722.clock_rate(), 8000);
    }

    #[test]
    fn linear_formats_are_found_by_rate() {
        assert_eq!(Codec::linear(44100), Some(Codec::Slin44));
        assert_eq!(Codec::linear(11025), None);
    }

    #[test]
    fn frame_lengths_are_in_order() {
        for codec in Codec::ALL {
            assert!(codec.shortest_frame() <= codec.frame() && codec.frame() <= codec.longest_frame());
        }
    }

    #[test]
    fn numbers_without_rtpmap_are_read_as_asterisk_reads_them() {
        assert_eq!(Codec::from_static_payload_type(0), Some(Codec::Ulaw));
        assert_eq!(Codec::from_static_payload_type(18), Some(Codec::G729));
        assert_eq!(Codec::from_static_payload_type(11), Some(Codec::Slin));
        assert_eq!(Codec::from_static_payload_type(13), None);
        assert_eq!(Codec::from_static_payload_type(101), None);
    }
}
