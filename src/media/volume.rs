//! How loud sound is, and how it is made louder or softer.

/// Makes samples `factor` times louder, or `-factor` times softer below zero; 0, 1 and -1 leave them as they are.
pub fn adjust_volume(samples: &mut [i16], factor: i32) {
    match factor {
        -1..=1 => {}
        2.. => samples.iter_mut().for_each(|sample| {
            let louder = i32::from(*sample).saturating_mul(factor);
            *sample = louder.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }),
        _ => samples
            .iter_mut()
            .for_each(|sample| *sample = (i64::from(*sample) / i64::from(factor).abs()) as i16),
    }
}

/// The average magnitude of samples, 0 for none: what thresholds of silence are compared with.
pub fn loudness(samples: &[i16]) -> u32 {
    let sum: u64 = samples.iter().map(|sample| u64::from(sample.unsigned_abs())).sum();
    (sum / samples.len().max(1) as u64) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(factor: i32, expected: [i16; 4]) {
        let mut samples = [0, 100, -100, 30_000];
        adjust_volume(&mut samples, factor);
        assert_eq!(samples, expected, "by {factor}");
    }

    #[test]
    fn louder_and_softer_within_what_a_sample_holds() {
        check(0, [0, 100, -100, 30_000]);
        check(-1, [0, 100, -100, 30_000]);
        check(4, [0, 400, -400, i16::MAX]);
        check(-4, [0, 25, -25, 7500]);
        check(i32::MIN, [0; 4]);
    }

    #[test]
    fn loudness_is_the_average_magnitude() {
        assert_eq!(loudness(&[]), 0);
        assert_eq!(loudness(&[100, -300, 200, i16::MIN]), (600 + 32_768) / 4);
    }
}
