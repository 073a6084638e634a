//! Which keys the other side presses, and for how long, from event packets that are lost, late and repeated.

use std::time::{Duration, Instant};

use super::{Digit, Event};
use crate::{ClockRate, Header, Sequence, Ssrc, Timestamp};

/// A packet is late, and not a new count, if it is no more than this many packets behind.
const LATE_PACKETS: i16 = 100;
/// Likewise in seconds of its timestamp.
const LATE_SECONDS: u32 = 10;
/// Where a duration that cannot grow further continues in another segment (RFC 4733 2.5.1.3), roughly:
/// senders stop up to a quarter below the limit.
const SEGMENT: std::ops::RangeInclusive<i32> = 0xc000..=0x1_0000;
/// From here on a duration that becomes smaller has wrapped, with senders that do not use segments.
const NEAR_WRAP: u32 = 0xf000;

/// What happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was pressed.
    Begin {
        /// The key.
        digit: Digit,
    },
    /// It was released, or no packet of it came for too long.
    End {
        /// The key.
        digit: Digit,
        /// How long it was pressed, as its sender says.
        duration: Duration,
    },
}

/// What one packet changed, in order: at most the end of a key, the begin and the end of another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes([Option<Change>; 3]);

impl Iterator for Changes {
    type Item = Change;

    fn next(&mut self) -> Option<Change> {
        self.0.iter_mut().find_map(Option::take)
    }
}

/// Follows the keys of one RTP session; its sources may change.
#[derive(Clone, Debug)]
pub struct Receiver {
    timeout: Duration,
    pressed: Option<Pressed>,
    /// The last key that ended.
    ended: Option<Place>,
}

/// A key that is down.
#[derive(Clone, Copy, Debug)]
struct Pressed {
    place: Place,
    rate: ClockRate,
    /// Ticks of earlier segments, and of wrapped durations.
    earlier: u32,
    /// Ticks of this segment.
    duration: u32,
    until: Instant,
}

/// What tells an event from others: who sends it, when it began, which key it is; and its newest packet.
#[derive(Clone, Copy, Debug)]
struct Place {
    ssrc: Ssrc,
    timestamp: Timestamp,
    digit: Digit,
    newest: Sequence,
}

impl Place {
    fn is_same(&self, other: &Self) -> bool {
        (self.ssrc, self.timestamp, self.digit) == (other.ssrc, other.timestamp, other.digit)
    }

    /// Whether `packet` was sent before the newest packet of this event.
    fn is_after(&self, packet: &Self, rate: ClockRate) -> bool {
        let packets = self.newest.since(packet.newest);
        let ticks = self.timestamp.since(packet.timestamp);
        let limit = rate.hertz().saturating_mul(LATE_SECONDS);
        let near = u32::try_from(ticks).is_ok_and(|ticks| ticks <= limit);
        self.ssrc == packet.ssrc && (0..=LATE_PACKETS).contains(&packets) && near
    }
}

impl Pressed {
    fn new(now: Instant, timeout: Duration, place: Place, rate: ClockRate, duration: u16) -> Self {
        Self { place, rate, earlier: 0, duration: u32::from(duration), until: now + timeout }
    }

    /// Whether `packet` is of this event, in this segment or the next.
    fn continues(&self, packet: &Place, marker: bool) -> bool {
        self.place.is_same(packet) || self.is_next_segment(packet, marker)
    }

    fn is_next_segment(&self, packet: &Place, marker: bool) -> bool {
        let same_key = self.place.ssrc == packet.ssrc && self.place.digit == packet.digit;
        same_key && !marker && SEGMENT.contains(&packet.timestamp.since(self.place.timestamp))
    }

    fn update(&mut self, packet: Place, duration: u16) {
        let duration = u32::from(duration);
        if packet.timestamp != self.place.timestamp {
            let ticks = packet.timestamp.since(self.place.timestamp).cast_unsigned();
            self.earlier = self.earlier.saturating_add(ticks);
            self.duration = duration;
            self.place = packet;
            return;
        }
        let is_newer = packet.newest.since(self.place.newest) > 0;
        if is_newer && self.duration > NEAR_WRAP && duration < self.duration - NEAR_WRAP / 2 {
            self.earlier = self.earlier.saturating_add(0x1_0000);
            self.duration = duration;
        }
        self.duration = self.duration.max(duration);
        if is_newer {
            self.place.newest = packet.newest;
        }
    }

    fn end(&self) -> Change {
        let ticks = self.earlier.saturating_add(self.duration);
        Change::End { digit: self.place.digit, duration: self.rate.duration_of(ticks) }
    }
}

impl Receiver {
    /// Asterisk's `dtmftimeout`, 3000 samples of 1/8000 second.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_millis(375);

    /// No key is down; a key of which no packet comes for `timeout` is released.
    #[must_use]
    pub fn new(timeout: Duration) -> Self {
        Self { timeout, pressed: None, ended: None }
    }

    /// Takes in a `telephone-event` packet whose payload type runs at `rate`.
    ///
    /// Payloads that are too short and events that are no keys change nothing.
    pub fn handle_packet(
        &mut self,
        now: Instant,
        header: &Header,
        rate: ClockRate,
        payload: &[u8],
    ) -> Changes {
        let Some(event) = Event::parse(payload) else { return Changes::default() };
        let Some(digit) = Digit::from_code(event.code) else { return Changes::default() };
        let place = Place { ssrc: header.ssrc, timestamp: header.timestamp, digit, newest: header.sequence };
        if self.is_over(&place, rate) {
            return Changes::default();
        }
        let (mut before, mut begin) = (None, None);
        match &mut self.pressed {
            Some(pressed) if pressed.continues(&place, header.marker) => {
                pressed.update(place, event.duration);
                pressed.until = now + self.timeout;
            }
            pressed => {
                before = pressed.as_ref().map(Pressed::end);
                begin = Some(Change::Begin { digit });
                *pressed = Some(Pressed::new(now, self.timeout, place, rate, event.duration));
            }
        }
        let end = if event.end { self.release() } else { None };
        Changes([before, begin, end])
    }

    /// Whether the packet is a repetition of an event that ended, or a late one of before.
    fn is_over(&self, packet: &Place, rate: ClockRate) -> bool {
        if self.ended.is_some_and(|ended| ended.is_same(packet) || ended.is_after(packet, rate)) {
            return true;
        }
        let pressed = self.pressed.filter(|pressed| !pressed.place.is_same(packet));
        pressed.is_some_and(|pressed| pressed.place.is_after(packet, rate))
    }

    fn release(&mut self) -> Option<Change> {
        let pressed = self.pressed.take()?;
        self.ended = Some(pressed.place);
        Some(pressed.end())
    }

    /// The key that is down now.
    #[must_use]
    pub fn pressed(&self) -> Option<Digit> {
        self.pressed.map(|pressed| pressed.place.digit)
    }

    /// When the key that is down is released if nothing more comes.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.pressed.map(|pressed| pressed.until)
    }

    /// Releases a key whose end was lost.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Change> {
        if self.next_timeout()? <= now { self.release() } else { None }
    }
}

impl Default for Receiver {
    fn default() -> Self {
        Self::new(Self::DEFAULT_TIMEOUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};
    use proptest::prelude::*;

    /// A packet: SSRC, sequence, timestamp, key, duration; `M` marks the first, `E` the last ones.
    fn packet(text: &str) -> (Header, [u8; 4]) {
        let mut words = text.split(' ');
        let mut number = || words.next().unwrap().parse::<u32>().unwrap();
        let (ssrc, sequence, timestamp) = (Ssrc(number()), Sequence(number() as u16), Timestamp(number()));
        let code = Digit::from_char(words.next().unwrap().chars().next().unwrap()).unwrap().code();
        let duration = words.next().unwrap().parse().unwrap();
        let flag = words.next().unwrap_or_default();
        let header = Header { marker: flag == "M", ssrc, sequence, timestamp, ..Header::default() };
        (header, Event { code, end: flag == "E", volume: 10, duration }.to_bytes())
    }

    fn show(change: Change) -> String {
        match change {
            Change::Begin { digit } => format!("{digit}+"),
            Change::End { digit, duration } => format!("{digit}-{}", duration.as_millis()),
        }
    }

    /// Receives packets 20 ms apart, then waits; `.` in the list is a pause of a second.
    fn check_at(rate: u32, packets: &[&str], expected: &str) {
        let (mut receiver, mut now) = (Receiver::default(), start());
        let rate = ClockRate::new(rate).unwrap();
        let mut shown = Vec::new();
        for text in packets.iter().chain(&["."]) {
            now += if *text == "." { ms(1000) } else { ms(20) };
            shown.extend(receiver.handle_timeout(now).map(show));
            if *text != "." {
                let (header, payload) = packet(text);
                shown.extend(receiver.handle_packet(now, &header, rate, &payload).map(show));
            }
        }
        assert_eq!(shown.join(" "), expected, "{packets:?}");
    }

    fn check(packets: &[&str], expected: &str) {
        check_at(8000, packets, expected);
    }

    #[test]
    fn a_key_is_pressed_and_released_once() {
        check(
            &["1 1 0 5 160 M", "1 2 0 5 320", "1 3 0 5 480 E", "1 4 0 5 480 E", "1 5 0 5 480 E"],
            "5+ 5-60",
        );
    }

    #[test]
    fn each_clock_has_its_own_ticks() {
        for (rate, ticks) in [(8000, 800), (16000, 1600), (24000, 2400), (32000, 3200), (48000, 4800)] {
            check_at(rate, &["1 1 0 # 1 M", &format!("1 2 0 # {ticks} E")], "#+ #-100");
        }
    }

    #[test]
    fn a_lost_begin_is_made_up_from_the_end() {
        check(&["1 3 0 * 480 E", "1 4 0 * 480 E"], "*+ *-60");
    }

    #[test]
    fn a_lost_end_is_made_up_by_time() {
        check(&["1 1 0 A 160 M", "1 2 0 A 320", ".", "1 9 0 A 1600", "1 10 0 A 1600 E"], "A+ A-40");
    }

    #[test]
    fn the_same_key_twice_is_two_keys() {
        check(
            &["1 1 0 1 160 M", "1 2 0 1 320 E", "1 3 0 1 320 E", "1 4 900 1 160 M", "1 5 900 1 320 E"],
            "1+ 1-40 1+ 1-40",
        );
    }

    #[test]
    fn another_key_releases_one_whose_end_was_lost() {
        check(&["1 1 0 1 160 M", "1 5 900 2 160 M", "1 6 900 2 320 E"], "1+ 1-20 2+ 2-40");
    }

    #[test]
    fn a_key_that_begins_at_its_predecessors_time_is_another_key() {
        check(&["1 1 7 1 160 E", "1 2 7 2 160 E", "1 3 7 2 160 E"], "1+ 1-20 2+ 2-20");
    }

    #[test]
    fn late_and_swapped_packets_do_not_press_again() {
        check(&["1 1 0 5 160 M", "1 3 0 5 480 E", "1 2 0 5 320", "1 4 0 5 480 E"], "5+ 5-60");
        check(&["1 10 900 6 160 M", "1 2 0 5 320", "1 3 0 5 320 E", "1 11 900 6 320 E"], "6+ 6-40");
        check(&["1 2 0 5 320", "1 1 0 5 160 M", "1 3 0 5 400 E"], "5+ 5-50");
    }

    #[test]
    fn the_counters_wrap() {
        check(
            &[
                "1 65534 4294967200 5 160 M",
                "1 65535 4294967200 5 320 E",
                "1 0 4294967200 5 320 E",
                "1 1 700 6 160 E",
            ],
            "5+ 5-40 6+ 6-20",
        );
    }

    #[test]
    fn another_source_starts_afresh() {
        check(&["1 900 5000 5 160 E", "2 1 0 5 160 M", "2 2 0 5 320 E"], "5+ 5-20 5+ 5-40");
        check(&["1 900 50000 5 160 E", "1 20000 400000000 6 160 E"], "5+ 5-20 6+ 6-20");
    }

    #[test]
    fn a_key_held_longer_than_the_field_goes_on_in_segments() {
        check(&["1 1 0 5 160 M", "1 2 0 5 65535", "1 3 65535 5 160", "1 4 65535 5 465 E"], "5+ 5-8250");
    }

    #[test]
    fn a_duration_that_wraps_goes_on_growing() {
        check(&["1 1 0 5 160 M", "1 2 0 5 65440", "1 3 0 5 64", "1 4 0 5 464 E"], "5+ 5-8250");
    }

    #[test]
    fn the_flash_is_an_event_like_others_and_tones_are_none() {
        check(&["1 1 0 ! 160 E"], "!+ !-20");
        let mut receiver = Receiver::default();
        let fax = Event { code: 36, end: false, volume: 0, duration: 1 }.to_bytes();
        for payload in [&fax[..], &fax[..3], &[]] {
            let (header, rate) = (Header::default(), ClockRate::NARROWBAND);
            assert_eq!(receiver.handle_packet(start(), &header, rate, payload).count(), 0);
        }
    }

    proptest! {
        /// Begins and ends alternate, whatever comes.
        #[test]
        fn a_key_is_pressed_before_it_is_released(
            packets in proptest::collection::vec((0u32..2, 0u16..8, 0u32..4, 0u8..3, any::<u16>(), any::<bool>()), 0..200)
        ) {
            let (mut receiver, mut now, mut down) = (Receiver::default(), start(), None);
            for (ssrc, sequence, timestamp, code, duration, end) in packets {
                now += ms(u64::from(duration % 400));
                let event = Event { code, end, volume: 0, duration };
                let (ssrc, sequence) = (Ssrc(ssrc), Sequence(sequence));
                let timestamp = Timestamp(timestamp * 20_000);
                let header = Header { marker: end, ssrc, sequence, timestamp, ..Header::default() };
                let timed_out = receiver.handle_timeout(now);
                let changes = receiver.handle_packet(now, &header, ClockRate::NARROWBAND, &event.to_bytes());
                for change in timed_out.into_iter().chain(changes) {
                    match change {
                        Change::Begin { digit } => prop_assert_eq!(down.replace(digit), None),
                        Change::End { digit, .. } => prop_assert_eq!(down.take(), Some(digit)),
                    }
                }
                prop_assert_eq!(receiver.pressed(), down);
            }
        }
    }
}
