//! `Entropy`: unguessable branches, tags, Call-IDs and nonces from one seed that the caller gives.

use sha2::{Digest as _, Sha256};
use std::fmt;

/// A generator: SHA-256 over a secret seed and a counter. Equal seeds give equal sequences, so tests replay.
#[derive(Clone)]
pub struct Entropy {
    seed: [u8; 32],
    counter: u64,
    block: [u8; 32],
    used: usize,
}

/// Text of 20 letters and digits with 100 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token([u8; 20]);

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

impl Entropy {
    /// Starts from a secret seed, which must be random in production and differ between workers.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0, block: [0; 32], used: 32 }
    }

    fn byte(&mut self) -> u8 {
        if self.used >= self.block.len() {
            let mut hash = Sha256::new();
            hash.update(self.seed);
            hash.update(self.counter.to_le_bytes());
            self.block = hash.finalize().into();
            self.counter += 1;
            self.used = 0;
        }
        let byte = self.block.get(self.used).copied().unwrap_or_default();
        self.used += 1;
        byte
    }

    /// That many random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    /// A random number.
    #[must_use]
    pub fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// A number from 0 up to and without `end`; 0 when `end` is 0. The bias is below 2⁻³².
    #[must_use]
    pub fn below(&mut self, end: u32) -> u32 {
        let wide = u64::from((self.number() >> 32) as u32) * u64::from(end);
        (wide >> 32) as u32
    }

    /// A tag, a Call-ID or the random part of a branch.
    #[must_use]
    pub fn token(&mut self) -> Token {
        Token(std::array::from_fn(|_| ALPHABET[usize::from(self.byte() & 31)]))
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Entropy").field("counter", &self.counter).finish_non_exhaustive()
    }
}

impl Token {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_sequences_that_do_not_repeat() {
        let (mut one, mut two) = (Entropy::new([7; 32]), Entropy::new([7; 32]));
        let tokens: Vec<_> = (0..1000).map(|_| one.token()).collect();
        assert_eq!(tokens, (0..1000).map(|_| two.token()).collect::<Vec<_>>());
        let distinct: std::collections::BTreeSet<_> = tokens.iter().map(Token::as_str).collect();
        assert_eq!(distinct.len(), 1000);
        assert_ne!(Entropy::new([8; 32]).token(), tokens[0]);
    }

    #[test]
    fn a_bounded_number_stays_below_its_bound() {
        let mut entropy = Entropy::new([1; 32]);
        assert!((0..1000).all(|_| entropy.below(10) < 10));
        assert_eq!((0..1000).map(|_| entropy.below(10)).max(), Some(9));
        assert_eq!(entropy.below(0), 0);
    }

    #[test]
    fn the_seed_is_not_printed() {
        assert_eq!(format!("{:?}", Entropy::new([0x5a; 32])), "Entropy { counter: 0, .. }");
    }
}
