//! What converts to what, at which cost, and the values that do it.
//!
//! Payloads are always bytes as RTP carries them; linear samples among them are in network order (RFC 3551
//! section 4.5.11). Everything converts through `i16`, except µ-law and A-law, which meet in one table.

use crate::codec::Codec;
use crate::g711;
use crate::resample::Resampler;

/// The longest payload in samples that a conversion takes: 60 ms at 192 kHz.
pub const MAX_SAMPLES: usize = 11520;

/// Why two codecs cannot be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPath {
    /// Sound in this codec can be passed on but not opened.
    #[error("no decoder for {0}: it can only be passed through")]
    Decoder(Codec),
    /// Sound can be passed on in this codec but not made.
    #[error("no encoder for {0}: it can only be passed through")]
    Encoder(Codec),
    /// The sample rates have no converter.
    #[error("no conversion from {0} Hz to {1} Hz")]
    Rate(u32, u32),
}

/// How much work a conversion is, in the figures that Asterisk ranks translation paths by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// Sum of Asterisk's table costs of the steps; 0 for no conversion.
    pub table: u32,
    /// Conversions on the way.
    pub steps: u8,
}

/// Turns payloads into linear samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    /// G.711 µ-law.
    Ulaw,
    /// G.711 A-law.
    Alaw,
    /// 16-bit linear in network order.
    Linear,
}

/// Turns linear samples into payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoder {
    /// G.711 µ-law.
    Ulaw,
    /// G.711 A-law.
    Alaw,
    /// 16-bit linear in network order.
    Linear,
}

impl Decoder {
    /// The decoder of `codec`.
    pub fn new(codec: Codec) -> Result<Self, NoPath> {
        match codec {
            Codec::Ulaw => Ok(Self::Ulaw),
            Codec::Alaw => Ok(Self::Alaw),
            linear if linear.is_linear() => Ok(Self::Linear),
            other => Err(NoPath::Decoder(other)),
        }
    }

    /// Decodes one payload and returns the number of samples; what does not fit in `samples` is cut.
    pub fn decode(&mut self, payload: &[u8], samples: &mut [i16]) -> usize {
        match self {
            Self::Ulaw => g711::ulaw_to_linear(payload, samples),
            Self::Alaw => g711::alaw_to_linear(payload, samples),
            Self::Linear => {
                for (sample, bytes) in samples.iter_mut().zip(payload.chunks_exact(2)) {
                    *sample = i16::from_be_bytes([bytes[0], bytes[1]]);
                }
                return samples.len().min(payload.len() / 2);
            }
        }
        samples.len().min(payload.len())
    }
}

impl Encoder {
    /// The encoder of `codec`.
    pub fn new(codec: Codec) -> Result<Self, NoPath> {
        match codec {
            Codec::Ulaw => Ok(Self::Ulaw),
            Codec::Alaw => Ok(Self::Alaw),
            linear if linear.is_linear() => Ok(Self::Linear),
            other => Err(NoPath::Encoder(other)),
        }
    }

    /// Encodes samples and returns the number of bytes; what does not fit in `payload` is cut.
    pub fn encode(&mut self, samples: &[i16], payload: &mut [u8]) -> usize {
        match self {
            Self::Ulaw => g711::linear_to_ulaw(samples, payload),
            Self::Alaw => g711::linear_to_alaw(samples, payload),
            Self::Linear => {
                for (bytes, sample) in payload.chunks_exact_mut(2).zip(samples) {
                    bytes.copy_from_slice(&sample.to_be_bytes());
                }
                return (payload.len() / 2).min(samples.len()) * 2;
            }
        }
        payload.len().min(samples.len())
    }
}

/// The payload byte that repeats as silence in `codec`; `None` where silence is no constant byte.
pub fn silence_byte(codec: Codec) -> Option<u8> {
    match codec {
        Codec::Ulaw => Some(g711::ULAW_SILENCE),
        Codec::Alaw => Some(g711::ALAW_SILENCE),
        linear if linear.is_linear() => Some(0),
        _ => None,
    }
}

/// Room for the samples on the way through a [`Transcoder`]; one is enough for a thread.
#[derive(Debug, Default)]
pub struct Scratch {
    decoded: Vec<i16>,
    resampled: Vec<i16>,
}

/// One direction of a conversion between two codecs, with its state.
#[derive(Debug)]
pub struct Transcoder {
    from: Codec,
    to: Codec,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Same,
    Table(&'static [u8; 256]),
    Samples { decoder: Decoder, resampler: Option<Box<Resampler>>, encoder: Encoder },
}

impl Transcoder {
    /// A conversion, starting from silence.
    pub fn new(from: Codec, to: Codec) -> Result<Self, NoPath> {
        let way = match (from, to) {
            _ if from == to => Way::Same,
            (Codec::Ulaw, Codec::Alaw) => Way::Table(&g711::ULAW_TO_ALAW),
            (Codec::Alaw, Codec::Ulaw) => Way::Table(&g711::ALAW_TO_ULAW),
            _ => Way::Samples {
                decoder: Decoder::new(from)?,
                encoder: Encoder::new(to)?,
                resampler: resampler_between(from, to)?.map(Box::new),
            },
        };
        Ok(Self { from, to, way })
    }

    /// The codec taken.
    pub fn from(&self) -> Codec {
        self.from
    }

    /// The codec given.
    pub fn to(&self) -> Codec {
        self.to
    }

    /// Converts one payload, appending to `out`; a payload above [`MAX_SAMPLES`] is cut.
    pub fn run(&mut self, payload: &[u8], scratch: &mut Scratch, out: &mut Vec<u8>) {
        match &mut self.way {
            Way::Same => out.extend_from_slice(payload),
            Way::Table(table) => out.extend(payload.iter().map(|&code| table[usize::from(code)])),
            Way::Samples { decoder, resampler, encoder } => {
                scratch.decoded.resize(payload.len().min(MAX_SAMPLES), 0);
                let count = decoder.decode(payload, &mut scratch.decoded);
                scratch.decoded.truncate(count);
                let samples = match resampler {
                    None => &scratch.decoded,
                    Some(resampler) => {
                        scratch.resampled.clear();
                        resampler.run(&scratch.decoded, &mut scratch.resampled);
                        &scratch.resampled
                    }
                };
                let start = out.len();
                out.resize(start + samples.len() * 2, 0);
                let bytes = encoder.encode(samples, out.get_mut(start..).unwrap_or_default());
                out.truncate(start + bytes);
            }
        }
    }

    /// The work of converting, without building anything.
    pub fn cost(from: Codec, to: Codec) -> Result<Cost, NoPath> {
        if from == to {
            return Ok(Cost { table: 0, steps: 0 });
        }
        if matches!((from, to), (Codec::Ulaw, Codec::Alaw) | (Codec::Alaw, Codec::Ulaw)) {
            return Ok(Cost { table: LOSSY_TO_LOSSY, steps: 1 });
        }
        Decoder::new(from)?;
        Encoder::new(to)?;
        let (rate_in, rate_out) = (from.sample_rate(), to.sample_rate());
        if !Resampler::serves(rate_in, rate_out) {
            return Err(NoPath::Rate(rate_in, rate_out));
        }
        let steps = [
            (!from.is_linear()).then_some(LOSSY_TO_LINEAR),
            (rate_in < rate_out).then_some(LINEAR_UP),
            (rate_in > rate_out).then_some(LINEAR_DOWN),
            (!to.is_linear()).then_some(LINEAR_TO_LOSSY),
        ];
        let taken = steps.into_iter().flatten();
        Ok(taken.fold(Cost { table: 0, steps: 0 }, |sum, step| Cost {
            table: sum.table + step,
            steps: sum.steps + 1,
        }))
    }
}

// Asterisk's ranks of a step: https://docs.asterisk.org, "core show translation".
const LINEAR_TO_LOSSY: u32 = 600_000;
const LINEAR_UP: u32 = 800_000;
const LINEAR_DOWN: u32 = 850_000;
const LOSSY_TO_LINEAR: u32 = 900_000;
const LOSSY_TO_LOSSY: u32 = 915_000;

fn resampler_between(from: Codec, to: Codec) -> Result<Option<Resampler>, NoPath> {
    let (rate_in, rate_out) = (from.sample_rate(), to.sample_rate());
    if rate_in == rate_out {
        return Ok(None);
    }
    Resampler::new(rate_in, rate_out).map(Some).ok_or(NoPath::Rate(rate_in, rate_out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: Codec, to: Codec, payload: &[u8], expected: &[u8]) {
        let mut out = Vec::new();
        Transcoder::new(from, to).unwrap().run(payload, &mut Scratch::default(), &mut out);
        assert_eq!(out, expected, "{from} to {to}");
    }

    #[test]
    fn silence_stays_silence_between_the_laws() {
        check(Codec::Ulaw, Codec::Slin, &[0xff; 2], &[0; 4]);
        check(Codec::Slin, Codec::Ulaw, &[0; 4], &[0xff; 2]);
        check(Codec::Ulaw, Codec::Alaw, &[0xff; 3], &[0xd5; 3]);
        check(Codec::Ulaw, Codec::Ulaw, &[1, 2, 3], &[1, 2, 3]);
    }

    #[test]
    fn linear_samples_are_in_network_order() {
        check(Codec::Ulaw, Codec::Slin, &[0x00], &(-32124i16).to_be_bytes());
    }

    #[test]
    fn wideband_from_narrowband_has_twice_the_bytes() {
        let mut out = Vec::new();
        let mut up = Transcoder::new(Codec::Ulaw, Codec::Slin16).unwrap();
        up.run(&[0xff; 160], &mut Scratch::default(), &mut out);
        assert_eq!(out.len(), 640);
    }

    #[test]
    fn a_codec_that_only_passes_is_named_in_the_error() {
        let error = Transcoder::new(Codec::G729, Codec::Ulaw).unwrap_err();
        assert_eq!(error.to_string(), "no decoder for g729: it can only be passed through");
        assert_eq!(Transcoder::cost(Codec::Ulaw, Codec::Opus), Err(NoPath::Encoder(Codec::Opus)));
        assert!(Transcoder::new(Codec::G729, Codec::G729).is_ok());
    }

    #[test]
    fn a_linear_file_is_cheaper_than_the_other_law() {
        let cost = |from| Transcoder::cost(from, Codec::Ulaw).unwrap();
        assert!(cost(Codec::Ulaw) < cost(Codec::Slin));
        assert!(cost(Codec::Slin) < cost(Codec::Alaw));
        assert!(cost(Codec::Alaw) < cost(Codec::Slin16));
    }

    #[test]
    fn every_cost_has_a_transcoder() {
        for &from in Codec::ALL {
            for &to in Codec::ALL {
                assert_eq!(
                    Transcoder::cost(from, to).is_ok(),
                    Transcoder::new(from, to).is_ok(),
                    "{from} {to}"
                );
            }
        }
    }

    #[test]
    fn an_odd_byte_of_linear_sound_is_dropped() {
        check(Codec::Slin, Codec::Ulaw, &[0, 0, 7], &[0xff]);
    }
}
