//! Samples: codecs, sound files, resampling, tones.

mod codec;
mod dtmf;
pub mod file;
pub mod g711;
mod in_step;
mod resample;
pub mod tone;
mod transcode;
mod volume;

pub use codec::{
    CISCO_EVENT_PAYLOAD_TYPE, COMFORT_NOISE, COMFORT_NOISE_OLD_PAYLOAD_TYPE, COMFORT_NOISE_PAYLOAD_TYPE,
    Codec, FIRST_DYNAMIC_PAYLOAD_TYPE, TELEPHONE_EVENT, TELEPHONE_EVENT_PAYLOAD_TYPE, TELEPHONE_EVENT_RATES,
    UnknownCodec,
};
pub use dtmf::{DtmfDetector, KeyChange};
pub use in_step::InStep;
pub use resample::{RATES, Resampler};
pub use transcode::{Cost, Decoder, Encoder, MAX_SAMPLES, NoPath, Scratch, Transcoder, silence_byte};
pub use volume::{adjust_volume, loudness};
