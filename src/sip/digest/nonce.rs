//! Nonces that carry their own time and signature, so that a server keeps nothing for a challenge.

use super::algorithm::Hex;
use crate::entropy::Entropy;
use crate::uri::hex_digit;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use subtle::ConstantTimeEq as _;

/// Makes and checks nonces with a secret key.
pub(super) struct NonceSigner {
    key: [u8; 32],
}

/// A nonce's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NonceState {
    /// It is ours and young enough; the serial tells it from others.
    Valid { serial: u64 },
    /// It is not ours, or too old, or from the future.
    Invalid,
}

impl NonceSigner {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// A nonce of this moment: seconds, serial and signature, 16 bytes each in hexadecimal.
    pub(super) fn make(&self, realm: &str, now: SystemTime, entropy: &mut Entropy) -> String {
        let mut head = [0; 16];
        let (time, serial) = head.split_at_mut(8);
        time.copy_from_slice(&seconds(now).to_be_bytes());
        serial.copy_from_slice(&entropy.bytes::<8>());
        let mut nonce = String::with_capacity(64);
        nonce.push_str(Hex::of(&head).as_str());
        nonce.push_str(Hex::of(&self.sign(&head, realm)).as_str());
        nonce
    }

    fn sign(&self, head: &[u8], realm: &str) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(head);
        hash.update(realm.as_bytes());
        let mut signature = [0; 16];
        signature.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        signature
    }

    pub(super) fn check(&self, nonce: &str, realm: &str, now: SystemTime, lifetime: Duration) -> NonceState {
        let Some(bytes) = decode(nonce) else { return NonceState::Invalid };
        let (head, signature) = bytes.split_at(16);
        if !bool::from(signature.ct_eq(&self.sign(head, realm))) {
            return NonceState::Invalid;
        }
        let (time, serial) = head.split_at(8);
        let number = |bytes: &[u8]| bytes.iter().fold(0u64, |value, &byte| value << 8 | u64::from(byte));
        // The clock may be set back a little between workers; more than that makes the nonce foreign.
        let age = (seconds(now) + 2).checked_sub(number(time));
        if age.is_some_and(|age| age <= lifetime.as_secs() + 2) {
            NonceState::Valid { serial: number(serial) }
        } else {
            NonceState::Invalid
        }
    }
}

fn seconds(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn decode(nonce: &str) -> Option<[u8; 32]> {
    if nonce.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(nonce.as_bytes().chunks_exact(2)) {
        let [high, low] = *pair else { return None };
        *byte = hex_digit(high)? << 4 | hex_digit(low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn check(nonce: &str, realm: &str, now: u64) -> bool {
        let state = NonceSigner::new([1; 32]).check(nonce, realm, at(now), Duration::from_secs(32));
        matches!(state, NonceState::Valid { .. })
    }

    #[test]
    fn a_nonce_is_valid_for_its_lifetime_and_realm() {
        let nonce = NonceSigner::new([1; 32]).make("pbx", at(1000), &mut Entropy::new([0; 32]));
        assert!(check(&nonce, "pbx", 1000));
        assert!(check(&nonce, "pbx", 1032));
        assert!(!check(&nonce, "pbx", 1033));
        assert!(!check(&nonce, "pbx", 990));
        assert!(!check(&nonce, "other", 1000));
    }

    #[test]
    fn a_forged_nonce_is_seen() {
        let nonce = NonceSigner::new([2; 32]).make("pbx", at(1000), &mut Entropy::new([0; 32]));
        assert!(!check(&nonce, "pbx", 1000));
        assert!(!check("", "pbx", 1000));
        assert!(!check(&"é".repeat(32), "pbx", 1000));
    }
}
