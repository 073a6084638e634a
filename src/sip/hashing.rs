//! Hashing without the environment's randomness: keys that are random already, and fingerprints under a secret.

use std::hash::{BuildHasher, DefaultHasher, Hasher};

/// Passes on keys that are uniformly random already.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Identity;

impl BuildHasher for Identity {
    type Hasher = IdentityHasher;

    fn build_hasher(&self) -> IdentityHasher {
        IdentityHasher(0)
    }
}

/// Keeps the last word written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct IdentityHasher(u64);

impl Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    fn write_u128(&mut self, value: u128) {
        self.0 = value as u64;
    }
}

/// 128 bits that stand for a transaction's or a dialog's identifiers.
///
/// Made with a secret key, so that nobody outside can make two that collide; by chance it happens once in
/// 2⁶⁴ entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint(u128);

impl Fingerprint {
    /// Half of it as text.
    pub(crate) fn to_tag(self) -> String {
        format!("{:016x}", self.0 as u64)
    }
}

/// Makes fingerprints.
#[derive(Clone)]
pub(crate) struct Fingerprinter {
    keys: [u128; 2],
}

impl Fingerprinter {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        let (low, high) = key.split_at(16);
        let number = |bytes: &[u8]| bytes.iter().fold(0u128, |value, &byte| value << 8 | u128::from(byte));
        Self { keys: [number(low), number(high)] }
    }

    /// The fingerprint of parts; the kind keeps keys of different tables apart.
    pub(crate) fn of(&self, kind: u8, parts: &[&[u8]]) -> Fingerprint {
        let [low, high] = self.keys.map(|key| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u128(key);
            hasher.write_u8(kind);
            for part in parts {
                hasher.write_usize(part.len());
                hasher.write(part);
            }
            hasher.finish()
        });
        Fingerprint(u128::from(high) << 64 | u128::from(low))
    }
}

impl std::fmt::Debug for Fingerprinter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Fingerprinter")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_kinds_and_keys_all_count() {
        let prints = Fingerprinter::new([1; 32]);
        let one = prints.of(0, &[b"ab", b"c"]);
        assert_eq!(one, prints.of(0, &[b"ab", b"c"]));
        assert_ne!(one, prints.of(0, &[b"a", b"bc"]));
        assert_ne!(one, prints.of(1, &[b"ab", b"c"]));
        assert_ne!(one, Fingerprinter::new([2; 32]).of(0, &[b"ab", b"c"]));
    }
}
