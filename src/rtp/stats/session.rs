//! One stream in both directions: counts, when a report is due, what it says, and what the other side says.

use std::time::{Duration, Instant};

use super::summary::{Statistics, media_experience_score};
use super::{Arrival, Receiver, Sender, Spread};
use crate::rtcp::{CompoundWriter, ReportBlock, RtcpError, RtcpPacket, SenderInfo};
use crate::{ClockRate, Header, NtpTime, Ssrc, ntp};

/// Asterisk's limits of `rtcpinterval`.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(500);
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);

/// A report that is due; also the content of AMI's `RTCPSent`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Our source.
    pub ssrc: Ssrc,
    /// What we sent, if anything was sent since the last report: then it is a sender report.
    pub sender: Option<SenderInfo>,
    /// How we receive the other side, once we do.
    pub block: Option<ReportBlock>,
    /// The Media Experience Score of what we receive, 0 to 100.
    pub mes: f64,
}

impl Report {
    /// Writes the report and our canonical name into `buffer`; returns the length.
    ///
    /// # Errors
    /// When the buffer is too small (128 bytes are enough for a name of 60) or the name over 255 bytes.
    pub fn write(&self, cname: &str, buffer: &mut [u8]) -> Result<usize, RtcpError> {
        let mut writer = CompoundWriter::new(buffer);
        writer.report(self.ssrc, self.sender.as_ref(), self.block.as_slice())?.cname(self.ssrc, cname)?;
        Ok(writer.len())
    }
}

/// What the other side reported; also the content of AMI's `RTCPReceived`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReceivedReport {
    /// Who reports.
    pub ssrc: Ssrc,
    /// What it sent, in a sender report.
    pub sender: Option<SenderInfo>,
    /// How it receives us; reports on others are left out.
    pub block: Option<ReportBlock>,
    /// From us to there and back, where the block allows to tell.
    pub round_trip: Option<Duration>,
    /// The Media Experience Score of what it receives, 0 to 100.
    pub mes: f64,
}

/// The statistics of one RTP session, and its report timer.
///
/// Reports are due every interval (RFC 3550 6.2 without its scaling, as Asterisk's `rtcpinterval`).
#[derive(Clone, Debug)]
pub struct Session {
    ssrc: Ssrc,
    interval: Duration,
    due: Option<Instant>,
    rate: ClockRate,
    receiver: Receiver,
    sender: Sender,
    packets_at_report: u32,
    /// The middle of the last sender report's time, and when it came.
    last_sender_report: Option<(u32, Instant)>,
    round_trip: Spread,
    remote_jitter: Spread,
    remote_loss: Spread,
    remote_mes: Spread,
    local_mes: Spread,
}

impl Session {
    /// Reports are made every five seconds unless told otherwise, as in Asterisk.
    pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);

    /// A session that sends as `ssrc`; `interval` is brought within 0.5 and 60 seconds.
    #[must_use]
    pub fn new(ssrc: Ssrc, rate: ClockRate, interval: Duration) -> Self {
        Self {
            ssrc,
            interval: interval.clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL),
            due: None,
            rate,
            receiver: Receiver::new(rate),
            sender: Sender::new(),
            packets_at_report: 0,
            last_sender_report: None,
            round_trip: Spread::default(),
            remote_jitter: Spread::default(),
            remote_loss: Spread::default(),
            remote_mes: Spread::default(),
            local_mes: Spread::default(),
        }
    }

    /// Counts a packet that arrived.
    pub fn handle_received(
        &mut self,
        now: Instant,
        header: &Header,
        rate: ClockRate,
        payload_len: usize,
    ) -> Arrival {
        self.start_timer(now);
        let arrival = self.receiver.handle_packet(now, header, rate, payload_len);
        if arrival == Arrival::First {
            // The old source's reports say nothing about the new one.
            self.last_sender_report = None;
        }
        arrival
    }

    /// Counts a packet that left.
    pub fn handle_sent(&mut self, now: Instant, header: &Header, rate: ClockRate, payload_len: usize) {
        self.start_timer(now);
        self.rate = rate;
        self.sender.handle_packet(now, header.timestamp, rate, payload_len);
    }

    fn start_timer(&mut self, now: Instant) {
        if self.due.is_none() {
            self.due = Some(now + self.interval);
        }
    }

    /// When the next report is due; `None` before the first packet in either direction.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// The report that is due at `now`, which is `ntp` on the wall clock.
    pub fn poll_report(&mut self, now: Instant, ntp: NtpTime) -> Option<Report> {
        let due = self.due.filter(|due| *due <= now)?;
        // A late tick does not make the reports bunch up.
        let next = due + self.interval;
        self.due = Some(if next > now { next } else { now + self.interval });
        Some(self.report(now, ntp))
    }

    /// A report out of turn, for the end of a call.
    pub fn report(&mut self, now: Instant, ntp: NtpTime) -> Report {
        let sent = self.sender.packets() != self.packets_at_report;
        self.packets_at_report = self.sender.packets();
        let block = self.receiver.report().map(|block| self.with_sender_report(now, block));
        let jitter = self.receiver.jitter();
        let loss = self.receiver.loss_per_report().mean();
        let mes = media_experience_score(self.round_trip.mean(), jitter.last(), jitter.deviation(), loss);
        self.local_mes.add(mes);
        Report { ssrc: self.ssrc, sender: sent.then(|| self.sender.info(now, ntp)), block, mes }
    }

    fn with_sender_report(&self, now: Instant, block: ReportBlock) -> ReportBlock {
        let Some((middle, arrived)) = self.last_sender_report else { return block };
        let delay_since = ntp::to_compact(now.saturating_duration_since(arrived));
        ReportBlock { last_sender_report: middle, delay_since, ..block }
    }

    /// Takes in a packet of the other side; reports are returned, the rest is not for statistics.
    pub fn handle_rtcp(
        &mut self,
        now: Instant,
        ntp: NtpTime,
        packet: &RtcpPacket<'_>,
    ) -> Option<ReceivedReport> {
        let (ssrc, sender, blocks) = match packet {
            RtcpPacket::SenderReport { ssrc, sender, blocks } => (*ssrc, Some(*sender), blocks),
            RtcpPacket::ReceiverReport { ssrc, blocks } => (*ssrc, None, blocks),
            RtcpPacket::SourceDescription(_) | RtcpPacket::Bye(_) | RtcpPacket::Other { .. } => return None,
        };
        if let Some(sender) = sender {
            self.last_sender_report = Some((sender.ntp.compact(), now));
        }
        let block = blocks.about(self.ssrc);
        let round_trip = block.and_then(|block| self.take_block(ntp, &block));
        Some(ReceivedReport { ssrc, sender, block, round_trip, mes: self.remote_mes.last() })
    }

    fn take_block(&mut self, ntp: NtpTime, block: &ReportBlock) -> Option<Duration> {
        let round_trip = round_trip(ntp, block);
        if let Some(time) = round_trip {
            self.round_trip.add(time.as_secs_f64());
        }
        self.remote_jitter.add(self.rate.seconds(f64::from(block.jitter)));
        self.remote_loss.add(f64::from(block.cumulative_lost.max(0)));
        let jitter = &self.remote_jitter;
        let (time, loss) = (self.round_trip.mean(), self.remote_loss.mean());
        self.remote_mes.add(media_experience_score(time, jitter.last(), jitter.deviation(), loss));
        round_trip
    }

    /// The counts of what we receive.
    #[must_use]
    pub fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// The counts of what we send.
    #[must_use]
    pub fn sender(&self) -> &Sender {
        &self.sender
    }

    /// All numbers at once, named as in Asterisk.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            local_ssrc: self.ssrc,
            remote_ssrc: self.receiver.source().unwrap_or_default(),
            sent: self.sender.packets(),
            sent_octets: self.sender.octets(),
            received: self.receiver.packets(),
            received_octets: self.receiver.octets(),
            received_late: self.receiver.late(),
            received_twice: self.receiver.duplicates(),
            lost: self.receiver.lost(),
            local_jitter: *self.receiver.jitter(),
            remote_jitter: self.remote_jitter,
            local_loss: *self.receiver.loss_per_report(),
            remote_loss: self.remote_loss,
            round_trip: self.round_trip,
            local_mes: self.local_mes,
            remote_mes: self.remote_mes,
        }
    }
}

/// The round trip that `block` shows to one who reads it at `ntp` (RFC 3550 6.4.1).
///
/// A peer whose delay is longer than the time since our report shows a negative one: that is `None`.
fn round_trip(ntp: NtpTime, block: &ReportBlock) -> Option<Duration> {
    if block.last_sender_report == 0 {
        return None;
    }
    let units = ntp.compact().wrapping_sub(block.last_sender_report).wrapping_sub(block.delay_since);
    (units.cast_signed() >= 0).then(|| ntp::from_compact(units))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::Compound;
    use crate::testing::{ms, start};
    use crate::{Sequence, Timestamp, WallClock};

    fn header(ssrc: u32, n: u16) -> Header {
        let (sequence, timestamp) = (Sequence(n), Timestamp(u32::from(n) * 160));
        Header { ssrc: Ssrc(ssrc), sequence, timestamp, ..Header::default() }
    }

    fn session(ssrc: u32) -> Session {
        Session::new(Ssrc(ssrc), ClockRate::NARROWBAND, Session::DEFAULT_INTERVAL)
    }

    /// Carries a report over the wire.
    fn deliver(report: &Report, to: &mut Session, now: Instant, ntp: NtpTime) -> ReceivedReport {
        let mut buffer = [0; 128];
        let len = report.write("somebody@somewhere", &mut buffer).unwrap();
        let compound = Compound::parse(&buffer[..len]).unwrap();
        compound.packets().find_map(|packet| to.handle_rtcp(now, ntp, &packet)).unwrap()
    }

    #[test]
    fn two_sides_measure_their_round_trip() {
        let (mut alice, mut bob) = (session(1), session(2));
        let (begin, rate) = (start(), ClockRate::NARROWBAND);
        let clock = WallClock::new(begin, Duration::from_secs(1_700_000_000));
        for n in 0..100 {
            let now = begin + ms(20) * u32::from(n);
            alice.handle_sent(now, &header(1, n), rate, 160);
            if n != 50 {
                bob.handle_received(now + ms(30), &header(1, n), rate, 160);
            }
        }
        let now = begin + Duration::from_secs(5);
        assert_eq!(alice.next_timeout(), Some(now));
        let report = alice.poll_report(now, clock.at(now)).unwrap();
        assert_eq!(report.sender.unwrap().packets, 100);
        deliver(&report, &mut bob, now + ms(30), clock.at(now + ms(30)));
        let later = now + ms(500);
        let answer = bob.poll_report(later, clock.at(later)).unwrap();
        assert_eq!(answer.sender, None);
        let seen = deliver(&answer, &mut alice, later + ms(40), clock.at(later + ms(40)));
        let round_trip = seen.round_trip.unwrap();
        assert!(round_trip.abs_diff(ms(70)) < ms(1), "{round_trip:?}");
        assert_eq!(seen.block.unwrap().cumulative_lost, 1);
        let statistics = alice.statistics();
        assert!((statistics.round_trip.mean() - 0.07).abs() < 0.001);
        assert!(seen.mes > 80.0);
    }

    #[test]
    fn a_peer_that_claims_an_impossible_delay_has_no_round_trip() {
        let block = ReportBlock { last_sender_report: 1000, delay_since: 70_000, ..ReportBlock::default() };
        assert_eq!(round_trip(NtpTime(2000 << 16), &block), None);
        assert_eq!(round_trip(NtpTime(u64::MAX), &ReportBlock::default()), None);
    }

    #[test]
    fn a_late_tick_sends_one_report_only() {
        let mut alice = session(1);
        let begin = start();
        alice.handle_sent(begin, &header(1, 0), ClockRate::NARROWBAND, 160);
        let late = begin + Duration::from_secs(17);
        assert!(alice.poll_report(late, NtpTime(0)).is_some());
        assert!(alice.poll_report(late, NtpTime(0)).is_none());
        assert_eq!(alice.next_timeout(), Some(late + Session::DEFAULT_INTERVAL));
    }

    #[test]
    fn one_who_sent_nothing_new_makes_a_receiver_report() {
        let mut alice = session(1);
        let begin = start();
        alice.handle_sent(begin, &header(1, 0), ClockRate::NARROWBAND, 160);
        assert!(alice.report(begin, NtpTime(0)).sender.is_some());
        assert!(alice.report(begin, NtpTime(0)).sender.is_none());
        assert_eq!(alice.report(begin, NtpTime(0)).block, None);
    }
}
