//! One outgoing stream from changing sources: whatever is bridged, played or dialled, the receiver sees one
//! SSRC whose sequence numbers have no holes of ours and whose timestamps follow the clock.

use std::time::Instant;

use crate::{ClockRate, Header, PayloadType, Sequence, Ssrc, Timestamp};

/// A step forward of this many packets is another stream, not loss (RFC 3550 A.1).
const MAX_DROPOUT: i16 = 3000;
/// A packet this much too late is another stream, not reordering (RFC 3550 A.1).
const MAX_MISORDER: u8 = 100;
/// After so many packets of a new source the old one's stragglers cannot be on their way any more.
const STRAGGLERS: u8 = 50;
/// A source whose timestamps leave the clock by more than this, in seconds, has set them anew.
const CLOCK_SET: u32 = 10;
/// A pause in our own packets longer than so many frames starts another talk spurt.
const PAUSE: u32 = 5;

/// The outgoing side of a stream; it fits a cache line.
///
/// [`forward`](Self::forward) is for packets of others, [`originate`](Self::originate) for our own frames,
/// [`begin_event`](Self::begin_event) and [`event`](Self::event) for digits between either of them.
#[derive(Clone, Copy, Debug)]
pub struct Relay {
    origin: Origin,
    /// When the packet with `anchor` left.
    anchored: Option<Instant>,
    /// The timestamp that went out last, digits apart.
    anchor: Timestamp,
    ssrc: Ssrc,
    rate: ClockRate,
    /// The source before this one, and its newest packet.
    previous: Ssrc,
    previous_newest: Sequence,
    /// The sequence number of the next packet in order.
    next: Sequence,
    /// The ticks of a frame, as last seen.
    frame: u16,
    /// Packets of this source so far, as far as it matters.
    age: u8,
    /// How many packets back, the newest included, a late one still has its own number.
    room: u8,
    /// The next packet starts a talk spurt.
    mark: bool,
}

const _: () = assert!(size_of::<Relay>() <= 64);

/// Where the packets come from now.
#[derive(Clone, Copy, Debug)]
enum Origin {
    /// From nowhere yet, or from a source that ended.
    Nothing,
    /// From here: a file, a mixer, a tone.
    Local,
    /// From another stream, by constant differences.
    Stream(Stream),
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    ssrc: Ssrc,
    newest: Sequence,
    sequence_offset: u16,
    timestamp: Timestamp,
    timestamp_offset: u32,
}

impl Relay {
    /// A stream that starts at the random numbers given (RFC 3550 5.1); its payload's clock runs at `rate`.
    #[must_use]
    pub fn new(ssrc: Ssrc, first: Sequence, timestamp: Timestamp, rate: ClockRate) -> Self {
        Self {
            origin: Origin::Nothing,
            anchored: None,
            anchor: timestamp,
            ssrc,
            rate,
            previous: Ssrc(0),
            previous_newest: Sequence(0),
            next: first,
            frame: usual_frame(rate),
            age: STRAGGLERS,
            room: 0,
            mark: false,
        }
    }

    /// Our SSRC.
    #[must_use]
    pub fn ssrc(&self) -> Ssrc {
        self.ssrc
    }

    /// The clock that timestamps go out in.
    #[must_use]
    pub fn rate(&self) -> ClockRate {
        self.rate
    }

    /// Goes on at `now` in ticks of another codec's clock (RFC 7160 4.1: time goes on, its unit changes).
    pub fn change_rate(&mut self, now: Instant, rate: ClockRate) {
        if rate == self.rate {
            return;
        }
        self.anchor = self.at(now);
        self.anchored = Some(now);
        self.rate = rate;
        self.frame = usual_frame(rate);
        self.end_source();
    }

    /// The header under which a packet of another stream goes out; its payload type stays as it came.
    ///
    /// `None`: the packet came too late to have a place of its own, and is not sent.
    pub fn forward(&mut self, now: Instant, header: &Header) -> Option<Header> {
        match self.step(now, header) {
            Some(step) if step <= 0 => self.late(header, step.unsigned_abs()),
            Some(step) => Some(self.advance(now, header, step)),
            None if self.is_straggler(header) => None,
            None => Some(self.adopt(now, header)),
        }
    }

    /// Takes note of a packet that is not sent, such as audio during a digit: the receiver sees no loss.
    pub fn withhold(&mut self, now: Instant, header: &Header) {
        let Some(step) = self.step(now, header).filter(|step| *step > 0) else { return };
        if let Origin::Stream(stream) = &mut self.origin {
            stream.newest = header.sequence;
            stream.timestamp = header.timestamp;
            stream.sequence_offset = stream.sequence_offset.wrapping_sub(step.unsigned_abs());
            self.room = 0;
            self.mark = true;
        }
    }

    /// The header of our own next frame, of `ticks` ticks.
    ///
    /// Frames follow each other by their length, not by the clock; after a pause the clock is asked.
    pub fn originate(&mut self, now: Instant, payload_type: PayloadType, ticks: u16) -> Header {
        let goes_on = matches!(self.origin, Origin::Local) && !self.has_paused(now);
        let timestamp =
            if goes_on { self.anchor.plus(u32::from(self.frame)) } else { self.after_last_frame(now) };
        if !goes_on {
            self.end_source();
            self.origin = Origin::Local;
        }
        self.frame = ticks;
        let marker = !goes_on;
        self.anchor_at(now, timestamp);
        Header { marker, payload_type, sequence: self.take_number(), timestamp, ssrc: self.ssrc }
    }

    /// The timestamp of a digit that starts at `now`; all packets of the digit carry it (RFC 4733 2.5.1.1).
    pub fn begin_event(&mut self, now: Instant) -> Timestamp {
        let start = self.at(now);
        if !matches!(self.origin, Origin::Stream(_)) {
            // Our own frames stop for the digit; the clock tells where they go on.
            self.origin = Origin::Nothing;
            self.anchor_at(now, start);
        }
        start
    }

    /// The header of a packet of a digit; it goes between the packets of the source.
    pub fn event(&mut self, payload_type: PayloadType, timestamp: Timestamp, marker: bool) -> Header {
        let sequence = self.take_number();
        if let Origin::Stream(stream) = &mut self.origin {
            stream.sequence_offset = stream.sequence_offset.wrapping_add(1);
            self.room = 0;
        }
        Header { marker, payload_type, sequence, timestamp, ssrc: self.ssrc }
    }

    /// Says that the next packet comes from another source, even if its SSRC is the same.
    pub fn end_source(&mut self) {
        if let Origin::Stream(stream) = self.origin {
            (self.previous, self.previous_newest) = (stream.ssrc, stream.newest);
            self.age = 0;
        }
        self.origin = Origin::Nothing;
    }

    /// How far `header` is from the newest packet of the same stream; `None` for another stream.
    fn step(&self, now: Instant, header: &Header) -> Option<i16> {
        let Origin::Stream(stream) = &self.origin else { return None };
        let step = header.sequence.since(stream.newest);
        let near = (-i16::from(MAX_MISORDER)..MAX_DROPOUT).contains(&step);
        (stream.ssrc == header.ssrc && near && self.keeps_time(now, stream, header)).then_some(step)
    }

    fn keeps_time(&self, now: Instant, stream: &Stream, header: &Header) -> bool {
        let ticks = header.timestamp.since(stream.timestamp).cast_unsigned();
        let error = ticks.wrapping_sub(self.elapsed(now)).cast_signed();
        error.unsigned_abs() <= self.rate.hertz().saturating_mul(CLOCK_SET)
    }

    fn is_straggler(&self, header: &Header) -> bool {
        let behind = header.sequence.since(self.previous_newest);
        let recent = -i16::from(MAX_MISORDER)..=0;
        self.age < STRAGGLERS && self.previous == header.ssrc && recent.contains(&behind) && !self.is_idle()
    }

    fn is_idle(&self) -> bool {
        matches!(self.origin, Origin::Nothing)
    }

    fn late(&self, header: &Header, behind: u16) -> Option<Header> {
        let Origin::Stream(stream) = &self.origin else { return None };
        (behind < u16::from(self.room)).then(|| self.translate(stream, header, header.marker))
    }

    fn advance(&mut self, now: Instant, header: &Header, step: i16) -> Header {
        let Origin::Stream(mut stream) = self.origin else { return self.adopt(now, header) };
        if step == 1 {
            self.learn_frame(header.timestamp.since(stream.timestamp));
        }
        (stream.newest, stream.timestamp) = (header.sequence, header.timestamp);
        self.origin = Origin::Stream(stream);
        let room = u16::from(self.room).saturating_add(step.unsigned_abs());
        self.room = room.min(u16::from(MAX_MISORDER)) as u8;
        self.age = self.age.saturating_add(1);
        self.send(now, &stream, header, header.marker || self.mark)
    }

    /// Makes `header` the first packet of a new source, right behind what was sent last.
    fn adopt(&mut self, now: Instant, header: &Header) -> Header {
        let timestamp = self.after_last_frame(now);
        self.end_source();
        let stream = Stream {
            ssrc: header.ssrc,
            newest: header.sequence,
            sequence_offset: self.next.0.wrapping_sub(header.sequence.0),
            timestamp: header.timestamp,
            timestamp_offset: timestamp.0.wrapping_sub(header.timestamp.0),
        };
        self.origin = Origin::Stream(stream);
        self.room = 1;
        self.send(now, &stream, header, true)
    }

    fn send(&mut self, now: Instant, stream: &Stream, header: &Header, marker: bool) -> Header {
        let sent = self.translate(stream, header, marker);
        self.next = sent.sequence.next();
        self.mark = false;
        self.anchor_at(now, sent.timestamp);
        sent
    }

    fn translate(&self, stream: &Stream, header: &Header, marker: bool) -> Header {
        Header {
            marker,
            payload_type: header.payload_type,
            sequence: header.sequence.plus(stream.sequence_offset),
            timestamp: header.timestamp.plus(stream.timestamp_offset),
            ssrc: self.ssrc,
        }
    }

    fn take_number(&mut self) -> Sequence {
        let number = self.next;
        self.next = number.next();
        number
    }

    fn anchor_at(&mut self, now: Instant, timestamp: Timestamp) {
        (self.anchor, self.anchored) = (timestamp, Some(now));
    }

    fn elapsed(&self, now: Instant) -> u32 {
        self.anchored.map_or(0, |then| self.rate.ticks_in(now.saturating_duration_since(then)))
    }

    /// The outgoing clock at `now`.
    fn at(&self, now: Instant) -> Timestamp {
        self.anchor.plus(self.elapsed(now))
    }

    /// The outgoing clock at `now`, but never inside the frame that was sent last.
    fn after_last_frame(&self, now: Instant) -> Timestamp {
        match self.anchored {
            Some(_) => self.anchor.plus(self.elapsed(now).max(u32::from(self.frame))),
            None => self.anchor,
        }
    }

    fn has_paused(&self, now: Instant) -> bool {
        self.elapsed(now) > u32::from(self.frame) * PAUSE
    }

    /// Steps of up to 120 ms are frames; longer ones are silence.
    fn learn_frame(&mut self, ticks: i32) {
        let longest = self.rate.hertz() / 1000 * 120;
        if let Ok(ticks @ 1..) = u16::try_from(ticks)
            && u32::from(ticks) <= longest
        {
            self.frame = ticks;
        }
    }
}

/// 20 ms, which is what nearly everyone sends.
fn usual_frame(rate: ClockRate) -> u16 {
    u16::try_from(rate.hertz() / 50).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};
    use proptest::prelude::*;

    const PCMU: PayloadType = PayloadType::from_wire(0);
    const EVENT: PayloadType = PayloadType::from_wire(101);

    fn relay() -> Relay {
        Relay::new(Ssrc(9), Sequence(65534), Timestamp(u32::MAX - 100), ClockRate::NARROWBAND)
    }

    fn packet(ssrc: u32, sequence: u16) -> Header {
        // Continuous from 65535 to 0.
        let timestamp =
            Timestamp(ssrc * 1_000_000).plus((i32::from(sequence.cast_signed()) * 160).cast_unsigned());
        Header { ssrc: Ssrc(ssrc), sequence: Sequence(sequence), timestamp, ..Header::default() }
    }

    /// Forwards packets of `(ssrc, sequence)`, one every 20 ms, and shows what went out:
    /// sequence and timestamp from the start of the stream, `*` for the marker, `-` for nothing.
    fn check(packets: &[(u32, u16)], expected: &str) {
        let (mut relay, begin) = (relay(), start());
        let mut shown = Vec::new();
        for (at, (ssrc, sequence)) in packets.iter().enumerate() {
            let now = begin + ms(20) * at as u32;
            shown
                .push(relay.forward(now, &packet(*ssrc, *sequence)).map_or("-".to_owned(), |out| show(&out)));
        }
        assert_eq!(shown.join(" "), expected);
    }

    fn show(out: &Header) -> String {
        assert_eq!(out.ssrc, Ssrc(9));
        let sequence = out.sequence.since(Sequence(65534));
        let timestamp = out.timestamp.since(Timestamp(u32::MAX - 100));
        format!("{sequence}@{timestamp}{}", if out.marker { "*" } else { "" })
    }

    #[test]
    fn one_source_keeps_its_steps_across_the_wrap() {
        check(&[(1, 65534), (1, 65535), (1, 0), (1, 1)], "0@0* 1@160 2@320 3@480");
    }

    #[test]
    fn loss_and_reordering_are_passed_on() {
        check(&[(1, 10), (1, 13), (1, 12), (1, 14)], "0@0* 3@480 2@320 4@640");
    }

    #[test]
    fn a_change_of_source_goes_on_where_the_last_one_was() {
        check(&[(1, 10), (1, 11), (2, 500), (2, 501)], "0@0* 1@160 2@320* 3@480");
    }

    #[test]
    fn a_straggler_of_the_old_source_is_not_sent() {
        check(&[(1, 10), (1, 12), (2, 500), (1, 11), (2, 501)], "0@0* 2@320 3@480* - 4@640");
    }

    #[test]
    fn a_source_that_returns_is_followed_again() {
        check(&[(1, 10), (2, 500), (1, 11), (2, 501)], "0@0* 1@160* 2@320* 3@480*");
    }

    #[test]
    fn what_was_before_the_first_packet_of_a_source_has_no_place() {
        check(&[(1, 10), (2, 500), (2, 499), (2, 501)], "0@0* 1@160* - 2@320");
    }

    #[test]
    fn a_source_that_counts_anew_does_not_show() {
        check(&[(1, 10), (1, 20000), (1, 20001)], "0@0* 1@160* 2@320");
    }

    #[test]
    fn silence_is_as_long_outside_as_inside() {
        let (mut relay, begin) = (relay(), start());
        relay.forward(begin, &packet(1, 10)).unwrap();
        let resumed = Header { timestamp: packet(1, 10).timestamp.plus(16000), ..packet(1, 11) };
        assert_eq!(show(&relay.forward(begin + ms(2000), &resumed).unwrap()), "1@16000");
        let other = relay.forward(begin + ms(5000), &packet(2, 7)).unwrap();
        assert_eq!(show(&other), "2@40000*");
    }

    #[test]
    fn playback_follows_its_frames_and_a_pause_follows_the_clock() {
        let (mut relay, begin) = (relay(), start());
        let mut at = |millis| show(&relay.originate(begin + ms(millis), PCMU, 160));
        assert_eq!([at(0), at(21), at(39), at(1039)], ["0@0*", "1@160", "2@320", "3@8320*"]);
    }

    #[test]
    fn a_playback_follows_a_caller_and_the_caller_follows_it() {
        let (mut relay, begin) = (relay(), start());
        relay.forward(begin, &packet(1, 10)).unwrap();
        assert_eq!(show(&relay.originate(begin + ms(5), PCMU, 160)), "1@160*");
        assert_eq!(show(&relay.originate(begin + ms(25), PCMU, 160)), "2@320");
        let back = relay.forward(begin + ms(45), &packet(1, 12)).unwrap();
        assert_eq!(show(&back), "3@480*");
    }

    #[test]
    fn a_digit_goes_between_the_packets_of_a_call() {
        let (mut relay, begin) = (relay(), start());
        relay.forward(begin, &packet(1, 10)).unwrap();
        let now = begin + ms(20);
        let digit = relay.begin_event(now);
        assert_eq!(show(&relay.event(EVENT, digit, true)), "1@160*");
        relay.withhold(now, &packet(1, 11));
        assert_eq!(show(&relay.event(EVENT, digit, false)), "2@160");
        assert_eq!(relay.forward(now, &packet(1, 11)), None);
        let after = relay.forward(begin + ms(40), &packet(1, 12)).unwrap();
        assert_eq!(show(&after), "3@320*");
        assert_eq!(show(&relay.forward(begin + ms(60), &packet(1, 13)).unwrap()), "4@480");
    }

    #[test]
    fn playback_goes_on_after_a_digit() {
        let (mut relay, begin) = (relay(), start());
        relay.originate(begin, PCMU, 160);
        let digit = relay.begin_event(begin + ms(20));
        assert_eq!(show(&relay.event(EVENT, digit, true)), "1@160*");
        assert_eq!(show(&relay.originate(begin + ms(80), PCMU, 160)), "2@640*");
    }

    #[test]
    fn another_clock_goes_on_from_the_same_moment() {
        let (mut relay, begin) = (relay(), start());
        relay.originate(begin, PCMU, 160);
        relay.change_rate(begin + ms(20), ClockRate::new(48000).unwrap());
        assert_eq!(show(&relay.originate(begin + ms(20), PCMU, 960)), "1@1120*");
        assert_eq!(show(&relay.originate(begin + ms(40), PCMU, 960)), "2@2080");
    }

    proptest! {
        /// Sources come and go, packets are lost and swapped, digits go between: no number is used twice
        /// for different packets, and none is left out but those lost on the way here.
        #[test]
        fn no_number_is_used_twice(
            acts in proptest::collection::vec((0u8..8, 1u32..4, 0u16..3), 1..400)
        ) {
            let (mut relay, mut now) = (relay(), start());
            let mut counts = [1000u16, 65000, 30000, 0];
            let mut used = std::collections::HashMap::new();
            let mut lost = 0u32;
            for (at, (act, ssrc, skip)) in acts.into_iter().enumerate() {
                now += ms(20);
                let count = &mut counts[ssrc as usize - 1];
                let out = match act {
                    0 => Some(relay.originate(now, PCMU, 160)),
                    1 => {
                        let start = relay.begin_event(now);
                        Some(relay.event(EVENT, start, true))
                    }
                    2 => {
                        *count = count.wrapping_add(1);
                        relay.withhold(now, &packet(ssrc, *count));
                        None
                    }
                    3 => {
                        // If it is the first of its source, what was between it and the next one is lost.
                        lost += u32::from(skip);
                        relay.forward(now, &packet(ssrc, count.wrapping_sub(skip)))
                    }
                    _ => {
                        *count = count.wrapping_add(1 + skip);
                        lost += u32::from(skip);
                        relay.forward(now, &packet(ssrc, *count))
                    }
                };
                if let Some(out) = out {
                    let original = if act < 2 { (0, at as u16) } else if act == 3 {
                        (ssrc, counts[ssrc as usize - 1].wrapping_sub(skip))
                    } else {
                        (ssrc, counts[ssrc as usize - 1])
                    };
                    let first = *used.entry(out.sequence.0).or_insert(original);
                    prop_assert_eq!(first, original);
                }
            }
            let newest = used.keys().map(|n| i32::from(Sequence(*n).since(Sequence(65534)))).max().unwrap_or(0);
            prop_assert!(newest < used.len() as i32 + lost as i32 + 1, "{} of {}", newest, used.len());
        }
    }
}
