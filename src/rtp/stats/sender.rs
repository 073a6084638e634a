//! What we sent: the numbers of a sender report.

use std::time::Instant;

use crate::rtcp::SenderInfo;
use crate::{ClockRate, NtpTime, Timestamp};

/// Counts a stream that we send.
#[derive(Clone, Debug)]
pub struct Sender {
    packets: u32,
    octets: u32,
    last: Option<Last>,
}

/// The clock of the stream, as its last packet showed it.
#[derive(Clone, Copy, Debug)]
struct Last {
    sent: Instant,
    timestamp: Timestamp,
    rate: ClockRate,
}

impl Sender {
    /// Nothing sent yet.
    #[must_use]
    pub fn new() -> Self {
        Self { packets: 0, octets: 0, last: None }
    }

    /// Counts a packet that left at `now` with `payload_len` bytes of media.
    pub fn handle_packet(&mut self, now: Instant, timestamp: Timestamp, rate: ClockRate, payload_len: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload_len as u32);
        self.last = Some(Last { sent: now, timestamp, rate });
    }

    /// Packets sent, modulo 2^32.
    #[must_use]
    pub fn packets(&self) -> u32 {
        self.packets
    }

    /// Bytes of media sent, modulo 2^32.
    #[must_use]
    pub fn octets(&self) -> u32 {
        self.octets
    }

    /// The sender's part of a report made at `now`, which is `ntp` on the wall clock.
    ///
    /// The timestamp is carried on from the last packet to `now`, as RFC 3550 6.4.1 wants it.
    #[must_use]
    pub fn info(&self, now: Instant, ntp: NtpTime) -> SenderInfo {
        let timestamp = self.last.map_or(Timestamp::default(), |last| {
            last.timestamp.plus(last.rate.ticks_in(now.saturating_duration_since(last.sent)))
        });
        SenderInfo { ntp, timestamp, packets: self.packets, octets: self.octets }
    }
}

impl Default for Sender {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};

    #[test]
    fn a_report_between_two_packets_shows_the_time_between_them() {
        let (mut sender, begin) = (Sender::new(), start());
        sender.handle_packet(begin, Timestamp(u32::MAX), ClockRate::NARROWBAND, 160);
        let info = sender.info(begin + ms(10), NtpTime(5));
        assert_eq!(info, SenderInfo { ntp: NtpTime(5), timestamp: Timestamp(79), packets: 1, octets: 160 });
    }
}
