//! What a network does to datagrams, decided by a seed.

use obelus_sip::Entropy;
use std::time::Duration;

/// The fate of datagrams.
pub(crate) struct Faults {
    entropy: Entropy,
    /// Out of 100.
    pub(crate) loss: u32,
    /// Out of 100.
    pub(crate) duplication: u32,
    /// The longest delay; anything above zero also reorders.
    pub(crate) delay_ms: u32,
}

impl Faults {
    pub(crate) fn none() -> Self {
        Self { entropy: Entropy::new([9; 32]), loss: 0, duplication: 0, delay_ms: 0 }
    }

    pub(crate) fn new(seed: u64, loss: u32, duplication: u32, delay_ms: u32) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self { entropy: Entropy::new(bytes), loss, duplication, delay_ms }
    }

    /// The delays of the copies that arrive: none when the datagram is lost.
    pub(crate) fn arrivals(&mut self) -> Vec<Duration> {
        if self.entropy.below(100) < self.loss {
            return Vec::new();
        }
        let copies = if self.entropy.below(100) < self.duplication { 2 } else { 1 };
        (0..copies)
            .map(|_| Duration::from_millis(u64::from(1 + self.entropy.below(self.delay_ms + 1))))
            .collect()
    }
}
