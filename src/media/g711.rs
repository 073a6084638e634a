//! G.711: A-law and µ-law to and from 16-bit linear samples, with the roundings of ITU-T G.191.
//!
//! Both encoders read segment and mantissa from the bits of a float, which the compiler turns into vector
//! code; the decoders and the direct conversions are tables made at compile time.

/// The µ-law byte of silence.
pub const ULAW_SILENCE: u8 = 0xff;
/// The A-law byte of silence.
pub const ALAW_SILENCE: u8 = 0xd5;

/// Samples encoded at once.
const BLOCK: usize = 32;

static ULAW_TO_LINEAR: [i16; 256] = tables().0;
static ALAW_TO_LINEAR: [i16; 256] = tables().1;
pub(crate) static ULAW_TO_ALAW: [u8; 256] = tables().2;
pub(crate) static ALAW_TO_ULAW: [u8; 256] = tables().3;

/// Decodes µ-law bytes; stops at the shorter of the two.
pub fn ulaw_to_linear(codes: &[u8], samples: &mut [i16]) {
    for (sample, &code) in samples.iter_mut().zip(codes) {
        *sample = ULAW_TO_LINEAR[usize::from(code)];
    }
}

/// Decodes A-law bytes; stops at the shorter of the two.
pub fn alaw_to_linear(codes: &[u8], samples: &mut [i16]) {
    for (sample, &code) in samples.iter_mut().zip(codes) {
        *sample = ALAW_TO_LINEAR[usize::from(code)];
    }
}

/// Encodes linear samples as µ-law; stops at the shorter of the two.
pub fn linear_to_ulaw(samples: &[i16], codes: &mut [u8]) {
    each(samples, codes, ulaw_of);
}

/// Encodes linear samples as A-law; stops at the shorter of the two.
pub fn linear_to_alaw(samples: &[i16], codes: &mut [u8]) {
    each(samples, codes, alaw_of);
}

/// Encodes in blocks of a known length, which is what becomes vector code.
fn each(samples: &[i16], codes: &mut [u8], encode: impl Fn(i16) -> u8) {
    let blocks = samples.as_chunks::<BLOCK>().0.iter().zip(codes.as_chunks_mut::<BLOCK>().0);
    let done = blocks.len() * BLOCK;
    for (samples, codes) in blocks {
        for (sample, code) in samples.iter().zip(codes) {
            *code = encode(*sample);
        }
    }
    for (sample, code) in samples.iter().zip(codes).skip(done) {
        *code = encode(*sample);
    }
}

/// Three bits of segment and four of mantissa of a number below 2^24, the lowest segment starting at `2^first`.
const fn segment_and_mantissa(number: i32, first: i32) -> i32 {
    ((number as f32).to_bits() as i32 >> 19) - ((127 + first) << 4)
}

const fn ulaw_of(sample: i16) -> u8 {
    let sign = sample >> 15;
    // G.191 folds negative samples by one's complement, so that -1 and 0 are alike.
    let magnitude = ((sample ^ sign) >> 2) + 33;
    let magnitude = if magnitude > 0x1fff { 0x1fff } else { magnitude };
    let code = segment_and_mantissa(magnitude as i32, 5) as u8;
    !(code | (sign as u8 & 0x80))
}

const fn alaw_of(sample: i16) -> u8 {
    let sign = sample >> 15;
    let magnitude = (sample ^ sign) >> 4;
    // The two lowest segments are one straight line: the lower borrows the upper's leading bit.
    let borrowed = if magnitude < 16 { 16 } else { 0 };
    let code = segment_and_mantissa((magnitude | borrowed) as i32, 3) - borrowed as i32;
    (code as u8 | (!sign as u8 & 0x80)) ^ 0x55
}

const fn linear_of_ulaw(code: u8) -> i16 {
    let code = !code;
    let segment = (code >> 4) & 7;
    let magnitude = (((((code & 15) as i16) << 3) + 0x84) << segment) - 0x84;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

const fn linear_of_alaw(code: u8) -> i16 {
    let code = code ^ 0x55;
    let segment = (code >> 4) & 7;
    let step = ((code & 15) as i16) << 4;
    let magnitude = if segment == 0 { step + 8 } else { (step + 0x108) << (segment - 1) };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

const fn tables() -> ([i16; 256], [i16; 256], [u8; 256], [u8; 256]) {
    let mut tables = ([0; 256], [0; 256], [0; 256], [0; 256]);
    let mut code = 0;
    while code < 256 {
        let (ulaw, alaw) = (linear_of_ulaw(code as u8), linear_of_alaw(code as u8));
        tables.0[code] = ulaw;
        tables.1[code] = alaw;
        tables.2[code] = alaw_of(ulaw);
        tables.3[code] = ulaw_of(alaw);
        code += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    /// µ-law as the C of G.191 says it: shift until it fits.
    fn ulaw_by_hand(sample: i16) -> u8 {
        let folded = if sample < 0 { !sample } else { sample };
        let mut magnitude = ((i32::from(folded) >> 2) + 33).min(0x1fff);
        let mut segment = 0;
        while magnitude > 63 {
            magnitude >>= 1;
            segment += 1;
        }
        let code = (segment << 4) | ((magnitude >> 1) as u8 & 15);
        !(code | if sample < 0 { 0x80 } else { 0 })
    }

    /// A-law likewise.
    fn alaw_by_hand(sample: i16) -> u8 {
        let folded = if sample < 0 { !sample } else { sample };
        let mut magnitude = u16::try_from(folded >> 4).unwrap();
        if magnitude > 15 {
            let mut segment = 1;
            while magnitude > 31 {
                magnitude >>= 1;
                segment += 1;
            }
            magnitude = (magnitude - 16) | (segment << 4);
        }
        (magnitude as u8 | if sample < 0 { 0 } else { 0x80 }) ^ 0x55
    }

    #[test]
    fn every_sample_encodes_as_the_recommendation_says() {
        for sample in i16::MIN..=i16::MAX {
            assert_eq!(ulaw_of(sample), ulaw_by_hand(sample), "u-law of {sample}");
            assert_eq!(alaw_of(sample), alaw_by_hand(sample), "A-law of {sample}");
        }
    }

    #[test]
    fn decoding_and_encoding_gives_the_byte_back() {
        for code in 0..=255 {
            // Minus zero of µ-law is the one code that comes back as its positive twin.
            let expected = if code == 0x7f { 0xff } else { code };
            assert_eq!(ulaw_of(linear_of_ulaw(code)), expected);
            assert_eq!(alaw_of(linear_of_alaw(code)), code);
        }
    }

    #[test]
    fn known_values_of_the_tables() {
        assert_eq!((linear_of_ulaw(0x00), linear_of_ulaw(0x80), linear_of_ulaw(0xff)), (-32124, 32124, 0));
        assert_eq!((linear_of_alaw(0x2a), linear_of_alaw(0xaa), linear_of_alaw(0xd5)), (-32256, 32256, 8));
        assert_eq!((ulaw_of(0), alaw_of(0)), (ULAW_SILENCE, ALAW_SILENCE));
    }

    #[test]
    fn the_two_laws_stay_close_to_each_other() {
        for code in 0..=255u8 {
            let there = linear_of_alaw(ULAW_TO_ALAW[usize::from(code)]);
            let here = linear_of_ulaw(code);
            let error = (i32::from(there) - i32::from(here)).abs();
            assert!(error <= 16 + i32::from(here).abs() / 16, "{code}: {here} became {there}");
        }
    }
}
