//! Randomness: the machine's, or a sequence that repeats where the time is virtual, as in tests and dry runs.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::clock::Clock;

/// Where random numbers come from.
#[derive(Debug)]
pub enum Random {
    /// The kernel's generator.
    System,
    /// The same numbers after every start: SplitMix64, whose state this is.
    Repeating(AtomicU64),
}

/// The step of SplitMix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The source that goes with a clock: a PBX in virtual time does the same thing every time.
    pub fn beside(clock: &Clock) -> Random {
        match clock {
            Clock::System => Random::System,
            Clock::Virtual { .. } => Random::Repeating(AtomicU64::new(0)),
        }
    }

    /// 64 random bits.
    pub fn number(&self) -> u64 {
        match self {
            Random::System => getrandom::u64().expect("the kernel is up, so its generator is seeded"),
            Random::Repeating(state) => scramble(state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP)),
        }
    }

    /// 256 random bits to derive secrets from, such as the key of digest challenges.
    pub fn key(&self) -> [u8; 32] {
        let mut key = [0; 32];
        key.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&self.number().to_le_bytes()));
        key
    }

    /// A number from `least` to `most`, both included; the two may come in either order.
    pub fn between(&self, least: i64, most: i64) -> i64 {
        let (least, most) = (i128::from(least.min(most)), i128::from(least.max(most)));
        // Scaling instead of a remainder: for the spans of a dialplan its bias is beyond measuring.
        let offset = (u128::from(self.number()) * (most - least + 1).unsigned_abs()) >> 64;
        let number = least + i128::try_from(offset).unwrap_or_default();
        i64::try_from(number).unwrap_or_default()
    }

    /// A random UUID (RFC 9562, version 4).
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(
            (u128::from(self.number()) << 64 | u128::from(self.number())).to_be_bytes(),
        )
        .into_uuid()
    }
}

/// The output function of SplitMix64 (Steele, Lea, Flood 2014).
fn scramble(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_within_their_bounds_and_reach_them() {
        for random in [Random::System, Random::Repeating(AtomicU64::new(0))] {
            let mut seen = [false; 3];
            for _ in 0..500 {
                let number = random.between(4, 2);
                seen[usize::try_from(number - 2).unwrap()] = true;
            }
            assert_eq!(seen, [true; 3]);
            random.between(i64::MIN, i64::MAX);
        }
    }

    /// The first outputs of the reference implementation for the seed 0.
    #[test]
    fn the_repeating_source_is_splitmix64() {
        let random = Random::Repeating(AtomicU64::new(0));
        assert_eq!([random.number(), random.number()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
        assert_eq!(random.uuid().get_version_num(), 4);
    }

    #[test]
    fn no_two_keys_are_alike() {
        for random in [Random::System, Random::Repeating(AtomicU64::new(0))] {
            let (one, other) = (random.key(), random.key());
            assert!(one.chunks(8).zip(other.chunks(8)).all(|(one, other)| one != other));
        }
    }
}
