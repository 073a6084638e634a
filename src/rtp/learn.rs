//! Symmetric RTP: from which address media is accepted, and where ours goes (Asterisk's `strictrtp`).
//!
//! Behind address translation the address in SDP is not the one that packets come from, so the source is
//! learned; and it is learned in a way that makes it hard to push foreign media into a call.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::{Sequence, Ssrc};

/// How long other sources may take over after learning began; then the source is locked.
const LEARNING: Duration = Duration::from_secs(5);

/// Asterisk's `strictrtp`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StrictRtp {
    /// A source must send packets in sequence, and not faster than speech comes.
    #[default]
    Yes,
    /// A source must send packets in sequence.
    Seqno,
    /// Packets are accepted from everywhere.
    No,
}

/// How sources are learned.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Which sources are accepted.
    pub strict: StrictRtp,
    /// How many packets in sequence a new source must send; at least 2.
    pub probation: u32,
    /// Whether media is sent where it comes from (`rtp_symmetric`), not where SDP says.
    pub symmetric: bool,
}

impl Rules {
    /// Asterisk's default of `probation`.
    pub const DEFAULT_PROBATION: u32 = 4;

    /// The least time that the packets of a probation may take: 9 ms from packet to packet, with 5 ms of
    /// grace, so that 10 ms frames pass and a flood does not.
    fn least_time(&self) -> Duration {
        let between = u64::from(self.probation.max(2) - 1);
        Duration::from_millis(between * 9 - 5)
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self { strict: StrictRtp::Yes, probation: Self::DEFAULT_PROBATION, symmetric: false }
    }
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is of the call.
    Accept,
    /// It is of the call, and from now on media goes to this address.
    Learned(SocketAddr),
    /// It is not of the call, or not yet.
    Drop(Reason),
}

/// Why a packet is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its source must send more packets in sequence first.
    Probation,
    /// Another source is locked.
    Foreign,
}

/// Learns the source of one RTP session.
#[derive(Clone, Debug)]
pub struct Learner {
    rules: Rules,
    /// The address that SDP named.
    target: Option<SocketAddr>,
    /// Where media goes.
    destination: Option<SocketAddr>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Everything is accepted.
    Open,
    /// Sources compete until the time is over.
    Learning(Competition),
    /// One source is accepted until SDP names another address.
    Locked { source: SocketAddr },
}

/// Sources that compete.
#[derive(Clone, Copy, Debug, Default)]
struct Competition {
    /// When it began: with the first packet, or when SDP changed.
    since: Option<Instant>,
    /// The source that is accepted meanwhile.
    source: Option<SocketAddr>,
    /// The source that may be next.
    candidate: Option<Candidate>,
}

impl Competition {
    fn judge(&mut self, rules: &Rules, target: Option<SocketAddr>, packet: Arrived) -> Result<(), Reason> {
        self.since.get_or_insert(packet.now);
        // While the source is alive nobody else takes over.
        if self.source != Some(packet.from) {
            if target != Some(packet.from) && !self.passes(rules, packet) {
                return Err(Reason::Probation);
            }
            self.source = Some(packet.from);
        }
        self.candidate = None;
        Ok(())
    }

    fn passes(&mut self, rules: &Rules, packet: Arrived) -> bool {
        if let Some(candidate) = self.candidate.as_mut().filter(|candidate| candidate.address == packet.from)
        {
            return candidate.passes(rules, packet);
        }
        self.candidate = Some(Candidate::new(rules, packet));
        false
    }
}

/// What is judged of a packet.
#[derive(Clone, Copy, Debug)]
struct Arrived {
    now: Instant,
    from: SocketAddr,
    sequence: Sequence,
}

/// A source on probation.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    address: SocketAddr,
    newest: Sequence,
    missing: u32,
    /// When its second packet came; the time is taken from there.
    timed_from: Option<Instant>,
}

impl Candidate {
    fn new(rules: &Rules, first: Arrived) -> Self {
        let missing = rules.probation.max(2);
        Self { address: first.from, newest: first.sequence, missing, timed_from: None }
    }

    /// Whether its probation is passed with this packet.
    fn passes(&mut self, rules: &Rules, Arrived { now, sequence, .. }: Arrived) -> bool {
        let in_order = sequence == self.newest.next();
        self.newest = sequence;
        if in_order {
            self.missing = self.missing.saturating_sub(1);
        } else {
            self.start_again(now, rules);
        }
        let from = *self.timed_from.get_or_insert(now);
        let too_fast = now.saturating_duration_since(from) < rules.least_time();
        if self.missing == 0 && rules.strict == StrictRtp::Yes && too_fast {
            self.start_again(now, rules);
        }
        self.missing == 0
    }

    fn start_again(&mut self, now: Instant, rules: &Rules) {
        self.missing = rules.probation.max(2) - 1;
        self.timed_from = Some(now);
    }
}

impl Learner {
    /// Learns by `rules`; no address is known yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let state = match rules.strict {
            StrictRtp::No => State::Open,
            StrictRtp::Yes | StrictRtp::Seqno => State::Learning(Competition::default()),
        };
        Self { rules, target: None, destination: None, state }
    }

    /// Where media goes now; `None` before any address is known.
    #[must_use]
    pub fn destination(&self) -> Option<SocketAddr> {
        self.destination
    }

    /// The source that is accepted, once there is one.
    #[must_use]
    pub fn source(&self) -> Option<SocketAddr> {
        match self.state {
            State::Open => self.destination,
            State::Learning(competition) => competition.source,
            State::Locked { source } => Some(source),
        }
    }

    /// Whether another source can still take over.
    #[must_use]
    pub fn is_learning(&self) -> bool {
        matches!(self.state, State::Learning(_))
    }

    /// SDP names the other side's address: media goes there, and if it is new, sources are learned anew.
    pub fn set_target(&mut self, now: Instant, target: SocketAddr) {
        self.target = Some(target);
        self.destination = Some(target);
        if self.source() != Some(target) {
            self.relearn(now);
        }
    }

    /// Learns anew from `now`; the source of before is kept until another one passes.
    pub fn relearn(&mut self, now: Instant) {
        if matches!(self.state, State::Learning(_) | State::Locked { .. }) {
            let (since, source) = (Some(now), self.source());
            self.state = State::Learning(Competition { since, source, candidate: None });
        }
    }

    /// Judges an RTP packet.
    pub fn handle_packet(&mut self, now: Instant, from: SocketAddr, sequence: Sequence) -> Verdict {
        self.lock_when_over(now);
        let judged = match &mut self.state {
            State::Open => Ok(()),
            State::Locked { source } if *source == from => Ok(()),
            State::Locked { .. } => Err(Reason::Foreign),
            State::Learning(competition) => {
                competition.judge(&self.rules, self.target, Arrived { now, from, sequence })
            }
        };
        match judged {
            Ok(()) => self.accept(from),
            Err(reason) => Verdict::Drop(reason),
        }
    }

    /// Judges an RTCP packet of source `ssrc` that came on a port of its own; `media` is that of the media.
    ///
    /// Address translation may give RTCP another address than RTP (RFC 3605), so the SSRC is what counts.
    #[must_use]
    pub fn accepts_rtcp(&self, ssrc: Ssrc, media: Option<Ssrc>) -> bool {
        matches!(self.state, State::Open) || media == Some(ssrc)
    }

    fn lock_when_over(&mut self, now: Instant) {
        if let State::Learning(Competition { since: Some(since), source: Some(source), .. }) = self.state
            && now.saturating_duration_since(since) > LEARNING
        {
            self.state = State::Locked { source };
        }
    }

    fn accept(&mut self, from: SocketAddr) -> Verdict {
        if !self.rules.symmetric || self.destination == Some(from) {
            return Verdict::Accept;
        }
        self.destination = Some(from);
        Verdict::Learned(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};

    fn address(name: char) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, name as u8], 4000))
    }

    /// Packets `name:sequence`, 20 ms apart; `>x` is SDP that names x, `.` a pause of six seconds.
    /// Shows for each packet `+` accept, `x` the address learned, `-` on probation, `#` foreign.
    fn check_by(rules: Rules, step: u64, script: &str, expected: &str) {
        let (mut learner, mut now) = (Learner::new(rules), start());
        let mut shown = String::new();
        for word in script.split(' ') {
            now += ms(step);
            let first = word.chars().next().unwrap();
            match word.split_once(':') {
                Some((_, sequence)) => {
                    let sequence = Sequence(sequence.parse().unwrap());
                    shown.push(show(learner.handle_packet(now, address(first), sequence)));
                }
                None if first == '>' => learner.set_target(now, address(word.chars().nth(1).unwrap())),
                None => now += ms(6000),
            }
        }
        assert_eq!(shown, expected, "{script}");
    }

    fn show(verdict: Verdict) -> char {
        match verdict {
            Verdict::Accept => '+',
            Verdict::Drop(Reason::Probation) => '-',
            Verdict::Drop(Reason::Foreign) => '#',
            Verdict::Learned(SocketAddr::V4(address)) => char::from(address.ip().octets()[3]),
            Verdict::Learned(SocketAddr::V6(_)) => '6',
        }
    }

    fn rules() -> Rules {
        Rules { symmetric: true, ..Rules::default() }
    }

    fn check(script: &str, expected: &str) {
        check_by(rules(), 20, script, expected);
    }

    #[test]
    fn the_address_of_sdp_is_accepted_at_once() {
        check(">a a:1 a:2 a:9", "+++");
    }

    #[test]
    fn a_source_behind_translation_is_learned_after_probation() {
        check(">a b:1 b:2 b:3 b:4 b:5 b:6", "----b+");
        check(">a b:65533 b:65534 b:65535 b:0 b:1", "----b");
    }

    #[test]
    fn without_symmetric_rtp_media_still_goes_where_sdp_says() {
        check_by(Rules::default(), 20, ">a b:1 b:2 b:3 b:4 b:5 b:6", "----++");
    }

    #[test]
    fn a_source_that_jumps_is_counted_again() {
        check(">a b:1 b:2 b:7 b:8 b:9 b:10", "-----b");
    }

    #[test]
    fn a_flood_is_no_speech_unless_only_sequence_counts() {
        check_by(rules(), 1, ">a b:1 b:2 b:3 b:4 b:5 b:6 b:7 b:8 b:9", "---------");
        let seqno = Rules { strict: StrictRtp::Seqno, ..rules() };
        check_by(seqno, 1, ">a b:1 b:2 b:3 b:4 b:5 b:6", "----b+");
    }

    #[test]
    fn an_intruder_does_not_take_over_while_the_source_talks() {
        check(">a a:1 x:1 a:2 x:2 a:3 x:3 a:4 x:4 a:5 x:5 a:6 x:6", "+-+-+-+-+-+-");
    }

    #[test]
    fn two_unknown_sources_keep_each_other_out() {
        check(">a b:1 x:1 b:2 x:2 b:3 x:3 b:4 x:4 b:5 x:5 b:6 x:6", "------------");
    }

    #[test]
    fn after_five_seconds_the_source_is_locked() {
        check(">a a:1 . a:2 x:1 x:2 x:3 x:4 x:5 x:6 a:3", "++######+");
    }

    #[test]
    fn a_source_that_moves_in_time_is_followed() {
        check(">a a:1 b:2 b:3 b:4 b:5 b:6", "+----b");
    }

    #[test]
    fn a_renegotiation_opens_the_lock() {
        check(">a a:1 . a:2 >b b:1 a:3 >a a:4", "+++-+");
        check(">a a:1 . a:2 >c b:1 b:2 b:3 b:4 b:5", "++----b");
        check(">a a:1 . a:2 >a x:1", "++#");
    }

    #[test]
    fn without_strict_rtp_everything_is_accepted_and_followed() {
        check_by(Rules { strict: StrictRtp::No, ..rules() }, 20, ">a a:1 x:7 a:2", "+xa");
    }

    #[test]
    fn rtcp_is_known_by_its_source() {
        let learner = Learner::new(rules());
        assert!(learner.accepts_rtcp(Ssrc(1), Some(Ssrc(1))));
        assert!(!learner.accepts_rtcp(Ssrc(2), Some(Ssrc(1))));
        assert!(!learner.accepts_rtcp(Ssrc(2), None));
        assert!(Learner::new(Rules { strict: StrictRtp::No, ..rules() }).accepts_rtcp(Ssrc(2), None));
    }
}
