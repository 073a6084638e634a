//! Reception of one source: loss, order, duplicates, restarts and jitter (RFC 3550 A.1, A.3, A.8).

use std::time::Instant;

use super::Spread;
use crate::rtcp::ReportBlock;
use crate::{ClockRate, Header, Sequence, Ssrc, Timestamp};

/// A step forward of this many packets is no loss but a new count (RFC 3550 A.1).
const MAX_DROPOUT: i32 = 3000;
/// A packet this much too late is no reordering but a new count (RFC 3550 A.1).
const MAX_MISORDER: i32 = 100;
/// The first packets of a stream come in bursts and say nothing about jitter; Asterisk skips as many.
const UNSETTLED: u32 = 15;
/// A change of transit time beyond this, in seconds, is a clock that was set and no jitter.
const CLOCK_SET: u32 = 5;

/// What a packet's sequence number says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The first packet of all, or of another source than before.
    First,
    /// The packet that was due.
    Next,
    /// Later packets than due: so many are missing for now.
    Gap(u16),
    /// Older than the newest; it fills a gap.
    Late,
    /// It was there already.
    Duplicate,
    /// Too far from the others to belong to them; not counted unless the next one follows it.
    Suspect,
    /// The source counts anew: the second packet after such a step.
    Restart,
}

/// How one stream is received.
#[derive(Clone, Debug)]
pub struct Receiver {
    source: Option<Source>,
    jitter: Jitter,
    packets: u32,
    octets: u32,
    late: u32,
    duplicates: u32,
    /// Lost before the last restart or change of source.
    lost_earlier: i64,
    per_report: Spread,
}

impl Receiver {
    /// Nothing received yet; the payload's clock runs at `rate`.
    #[must_use]
    pub fn new(rate: ClockRate) -> Self {
        Self {
            source: None,
            jitter: Jitter::new(rate),
            packets: 0,
            octets: 0,
            late: 0,
            duplicates: 0,
            lost_earlier: 0,
            per_report: Spread::default(),
        }
    }

    /// Counts a packet that arrived at `now` with `payload_len` bytes of media on a clock of `rate`.
    pub fn handle_packet(
        &mut self,
        now: Instant,
        header: &Header,
        rate: ClockRate,
        payload_len: usize,
    ) -> Arrival {
        let arrival = self.place(header);
        match arrival {
            Arrival::Suspect => return arrival,
            Arrival::First | Arrival::Restart => self.jitter.lose_track(),
            Arrival::Late => self.late = self.late.wrapping_add(1),
            Arrival::Duplicate => self.duplicates = self.duplicates.wrapping_add(1),
            Arrival::Next | Arrival::Gap(_) => {}
        }
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload_len as u32);
        self.jitter.handle(now, header.timestamp, rate, arrival == Arrival::Next);
        arrival
    }

    fn place(&mut self, header: &Header) -> Arrival {
        let known = match &mut self.source {
            Some(source) if source.ssrc == header.ssrc => source.place(header.sequence),
            _ => Arrival::First,
        };
        if matches!(known, Arrival::First | Arrival::Restart) {
            self.lost_earlier += self.source.as_ref().map_or(0, Source::lost);
            self.source = Some(Source::new(header));
        }
        known
    }

    /// The source that is received, once there is one.
    #[must_use]
    pub fn source(&self) -> Option<Ssrc> {
        self.source.as_ref().map(|source| source.ssrc)
    }

    /// Packets received, modulo 2^32; duplicates count, as in RFC 3550.
    #[must_use]
    pub fn packets(&self) -> u32 {
        self.packets
    }

    /// Bytes of media received, modulo 2^32.
    #[must_use]
    pub fn octets(&self) -> u32 {
        self.octets
    }

    /// Packets that came after a newer one.
    #[must_use]
    pub fn late(&self) -> u32 {
        self.late
    }

    /// Packets that came again.
    #[must_use]
    pub fn duplicates(&self) -> u32 {
        self.duplicates
    }

    /// Packets that never came, over all sources and restarts.
    #[must_use]
    pub fn lost(&self) -> u32 {
        let lost = self.lost_earlier + self.source.as_ref().map_or(0, Source::lost);
        u32::try_from(lost.max(0)).unwrap_or(u32::MAX)
    }

    /// Interarrival jitter now, in ticks.
    #[must_use]
    pub fn jitter_ticks(&self) -> u32 {
        self.jitter.ticks()
    }

    /// Interarrival jitter, in seconds, of every packet that it was measured on.
    #[must_use]
    pub fn jitter(&self) -> &Spread {
        &self.jitter.seconds
    }

    /// The packets lost between reports, one sample for each report.
    #[must_use]
    pub fn loss_per_report(&self) -> &Spread {
        &self.per_report
    }

    /// Closes a report interval and says how it went; `None` before the first packet.
    pub(super) fn report(&mut self) -> Option<ReportBlock> {
        let source = self.source.as_mut()?;
        let (lost, fraction_lost) = source.close_interval();
        self.per_report.add(f64::from(lost));
        Some(ReportBlock {
            source: source.ssrc,
            fraction_lost,
            cumulative_lost: source.lost().clamp(-0x80_0000, 0x7f_ffff) as i32,
            highest_sequence: (source.highest & 0xffff_ffff) as u32,
            jitter: self.jitter.ticks(),
            ..ReportBlock::default()
        })
    }
}

/// The count of one source since its first packet.
#[derive(Clone, Debug)]
struct Source {
    ssrc: Ssrc,
    /// The first sequence number.
    base: u64,
    /// The highest sequence number with its cycles above it.
    highest: u64,
    /// Which of the 64 packets up to the highest were there; bit 0 is the highest itself.
    seen: u64,
    /// What would follow a packet that was out of place.
    suspect: Option<Sequence>,
    received: u64,
    expected_prior: u64,
    received_prior: u64,
}

impl Source {
    fn new(header: &Header) -> Self {
        let base = u64::from(header.sequence.0);
        Self {
            ssrc: header.ssrc,
            base,
            highest: base,
            seen: 1,
            suspect: None,
            received: 1,
            expected_prior: 0,
            received_prior: 0,
        }
    }

    fn place(&mut self, sequence: Sequence) -> Arrival {
        let step = i32::from(sequence.since(Sequence(self.highest as u16)));
        if !(-MAX_MISORDER..MAX_DROPOUT).contains(&step) {
            let follows = self.suspect.replace(sequence.next()) == Some(sequence);
            return if follows { Arrival::Restart } else { Arrival::Suspect };
        }
        self.suspect = None;
        self.received += 1;
        if step > 0 { self.advance(step.unsigned_abs()) } else { self.look_back(step.unsigned_abs()) }
    }

    fn advance(&mut self, steps: u32) -> Arrival {
        self.highest += u64::from(steps);
        self.seen = self.seen.checked_shl(steps).unwrap_or(0) | 1;
        match steps {
            1 => Arrival::Next,
            // Steps are below MAX_DROPOUT.
            _ => Arrival::Gap((steps - 1) as u16),
        }
    }

    /// Beyond the 64 packets that are remembered a packet counts as late.
    fn look_back(&mut self, steps: u32) -> Arrival {
        let place = 1u64.checked_shl(steps).unwrap_or(0);
        if self.seen & place != 0 {
            return Arrival::Duplicate;
        }
        self.seen |= place;
        Arrival::Late
    }

    fn expected(&self) -> u64 {
        self.highest - self.base + 1
    }

    fn lost(&self) -> i64 {
        self.expected().cast_signed() - self.received.cast_signed()
    }

    /// Packets lost since the last call, and as a fraction of 1/256 of those expected (RFC 3550 A.3).
    fn close_interval(&mut self) -> (u32, u8) {
        let expected = self.expected() - self.expected_prior;
        let received = self.received - self.received_prior;
        (self.expected_prior, self.received_prior) = (self.expected(), self.received);
        let lost = expected.saturating_sub(received);
        let fraction = (lost << 8).checked_div(expected).unwrap_or(0);
        (lost as u32, fraction.min(255) as u8)
    }
}

/// Interarrival jitter, in sixteenths of a tick, so that the filter needs no division (RFC 3550 A.8).
#[derive(Clone, Debug)]
struct Jitter {
    rate: ClockRate,
    sixteenths: u32,
    last: Option<Transit>,
    packets: u32,
    seconds: Spread,
}

/// The last packet: when it came, and its place on the source's clock.
#[derive(Clone, Copy, Debug)]
struct Transit {
    arrived: Instant,
    timestamp: Timestamp,
}

impl Jitter {
    fn new(rate: ClockRate) -> Self {
        Self { rate, sixteenths: 0, last: None, packets: 0, seconds: Spread::default() }
    }

    fn ticks(&self) -> u32 {
        self.sixteenths >> 4
    }

    /// The next packet cannot be compared with the last one.
    fn lose_track(&mut self) {
        self.last = None;
    }

    fn handle(&mut self, now: Instant, timestamp: Timestamp, rate: ClockRate, in_order: bool) {
        self.packets = self.packets.saturating_add(1);
        if rate != self.rate {
            // Ticks of two clocks do not compare (RFC 7160 4).
            let ticks = rate.ticks_in(self.rate.duration_of(self.sixteenths));
            *self = Self { rate, sixteenths: ticks, last: None, ..self.clone() };
        }
        let last = self.last.replace(Transit { arrived: now, timestamp });
        // Packets of one frame, and the updates of one digit, share a timestamp and were not sent at once.
        if let Some(last) = last.filter(|last| in_order && last.timestamp != timestamp) {
            self.compare(last, now, timestamp);
        }
    }

    fn compare(&mut self, last: Transit, now: Instant, timestamp: Timestamp) {
        if self.packets <= UNSETTLED {
            return;
        }
        let elapsed = self.rate.ticks_in(now.saturating_duration_since(last.arrived));
        let distance = elapsed.wrapping_sub(timestamp.since(last.timestamp).cast_unsigned());
        let distance = distance.cast_signed().unsigned_abs();
        if distance > self.rate.hertz() * CLOCK_SET {
            return;
        }
        self.sixteenths = self.sixteenths + distance - ((self.sixteenths + 8) >> 4);
        self.seconds.add(self.rate.seconds(f64::from(self.sixteenths) / 16.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};
    use proptest::prelude::*;

    fn header(ssrc: u32, sequence: u16) -> Header {
        Header {
            ssrc: Ssrc(ssrc),
            sequence: Sequence(sequence),
            timestamp: Timestamp(u32::from(sequence) * 160),
            ..Header::default()
        }
    }

    fn receive(receiver: &mut Receiver, sequences: &[u16]) -> Vec<Arrival> {
        let rate = ClockRate::NARROWBAND;
        sequences.iter().map(|n| receiver.handle_packet(start(), &header(1, *n), rate, 160)).collect()
    }

    fn check(sequences: &[u16], last: Arrival, lost: u32) {
        let mut receiver = Receiver::new(ClockRate::NARROWBAND);
        let arrivals = receive(&mut receiver, sequences);
        assert_eq!((arrivals.last(), receiver.lost()), (Some(&last), lost), "{sequences:?}");
    }

    #[test]
    fn sequence_numbers_tell_loss_order_and_repetition() {
        check(&[7], Arrival::First, 0);
        check(&[7, 8], Arrival::Next, 0);
        check(&[65535, 0], Arrival::Next, 0);
        check(&[7, 10], Arrival::Gap(2), 2);
        check(&[7, 10, 9], Arrival::Late, 1);
        check(&[7, 10, 9, 9], Arrival::Duplicate, 0);
        check(&[7, 7], Arrival::Duplicate, 0);
        check(&[7, 6], Arrival::Late, 0);
        check(&[65534, 2, 65535], Arrival::Late, 2);
    }

    #[test]
    fn a_source_that_counts_anew_is_followed_after_two_packets() {
        check(&[7, 20000], Arrival::Suspect, 0);
        check(&[7, 20000, 20001], Arrival::Restart, 0);
        check(&[7, 20000, 8], Arrival::Next, 0);
        check(&[7, 9, 20000, 20001, 20003], Arrival::Gap(1), 2);
        check(&[30000, 29000, 29001], Arrival::Restart, 0);
    }

    #[test]
    fn another_source_starts_its_own_count() {
        let mut receiver = Receiver::new(ClockRate::NARROWBAND);
        receive(&mut receiver, &[1, 3]);
        let arrival = receiver.handle_packet(start(), &header(2, 100), ClockRate::NARROWBAND, 160);
        assert_eq!((arrival, receiver.source(), receiver.lost()), (Arrival::First, Some(Ssrc(2)), 1));
        let block = receiver.report().unwrap();
        assert_eq!((block.cumulative_lost, block.highest_sequence), (0, 100));
    }

    #[test]
    fn a_report_covers_its_interval() {
        let mut receiver = Receiver::new(ClockRate::NARROWBAND);
        receive(&mut receiver, &[65530, 65531, 65534, 65535]);
        let first = receiver.report().unwrap();
        assert_eq!((first.fraction_lost, first.cumulative_lost), (85, 2));
        receive(&mut receiver, &[0, 1]);
        let second = receiver.report().unwrap();
        assert_eq!((second.fraction_lost, second.cumulative_lost), (0, 2));
        assert_eq!(second.highest_sequence, 0x1_0001);
        assert_eq!(receiver.report().unwrap().fraction_lost, 0);
    }

    #[test]
    fn jitter_follows_rfc_3550() {
        let (mut receiver, rate) = (Receiver::new(ClockRate::NARROWBAND), ClockRate::NARROWBAND);
        let begin = start();
        let mut expected = 0.0;
        for n in 0..200u16 {
            let wobble = if n % 2 == 0 { ms(0) } else { ms(10) };
            receiver.handle_packet(begin + ms(20) * u32::from(n) + wobble, &header(1, n), rate, 160);
            if n >= 15 {
                expected += (80.0 - expected) / 16.0;
            }
        }
        assert!((f64::from(receiver.jitter_ticks()) - expected).abs() <= 1.0, "{receiver:?}");
        assert!(receiver.jitter().greatest() < 0.011);
    }

    #[test]
    fn an_even_stream_has_no_jitter_whatever_its_clock_says_at_first() {
        let (mut receiver, rate) = (Receiver::new(ClockRate::NARROWBAND), ClockRate::NARROWBAND);
        for n in 0..100u16 {
            let mut header = header(1, n);
            header.timestamp = header.timestamp.plus(if n < 50 { u32::MAX - 1000 } else { 0x7000_0000 });
            receiver.handle_packet(start() + ms(20) * u32::from(n), &header, rate, 160);
        }
        assert!(receiver.jitter_ticks() <= 1, "{receiver:?}");
    }

    proptest! {
        #[test]
        fn nothing_received_makes_it_stumble(
            packets in proptest::collection::vec((0u32..3, any::<u16>(), any::<u32>(), 0u64..50), 0..300)
        ) {
            let mut receiver = Receiver::new(ClockRate::NARROWBAND);
            let mut now = start();
            for (ssrc, sequence, timestamp, wait) in packets {
                now += ms(wait);
                let header = Header { timestamp: Timestamp(timestamp), ..header(ssrc, sequence) };
                receiver.handle_packet(now, &header, ClockRate::NARROWBAND, 160);
                if wait == 0 {
                    receiver.report();
                }
            }
        }

        #[test]
        fn every_packet_is_lost_or_received(drops in proptest::collection::vec(any::<bool>(), 2..500), first: u16) {
            let mut receiver = Receiver::new(ClockRate::NARROWBAND);
            let kept = |(at, dropped): (usize, &bool)| (!dropped).then(|| first.wrapping_add(at as u16));
            let sequences: Vec<u16> = drops.iter().enumerate().filter_map(kept).collect();
            receive(&mut receiver, &sequences);
            if let (Some(first), Some(last)) = (sequences.first(), sequences.last()) {
                let span = u32::from(last.wrapping_sub(*first)) + 1;
                prop_assert_eq!(receiver.lost() + receiver.packets(), span);
            }
        }
    }
}
