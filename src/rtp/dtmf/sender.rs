//! Presses a key for the other side: a packet for each frame, then the end three times.

use std::time::{Duration, Instant};

use super::{Digit, Event};
use crate::relay::Relay;
use crate::{ClockRate, Header, PacketError, PayloadType, Timestamp};

/// The end is sent three times against loss (RFC 4733 2.5.1.4).
const ENDS: u8 = 3;
/// The power that Asterisk states, in dBm0 below zero.
const VOLUME: u8 = 10;

/// A key to send.
#[derive(Clone, Copy, Debug)]
pub struct Tone {
    /// The key.
    pub digit: Digit,
    /// How long it is pressed; without it, until [`Sender::stop`].
    pub duration: Option<Duration>,
    /// The payload type that the other side gave to `telephone-event`.
    pub payload_type: PayloadType,
    /// The clock of that payload type.
    pub rate: ClockRate,
    /// The time between packets, usually that of the audio; brought within 10 and 200 ms.
    pub frame: Duration,
}

/// A key is being sent already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digit is still being sent")]
pub struct Busy;

/// An event packet to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Its header.
    pub header: Header,
    /// Its payload.
    pub event: Event,
}

impl Packet {
    /// Writes the packet; returns its length, 16.
    ///
    /// # Errors
    /// [`PacketError::BufferTooSmall`].
    pub fn write(&self, buffer: &mut [u8]) -> Result<usize, PacketError> {
        self.header.write_packet(&self.event.to_bytes(), buffer)
    }
}

/// Sends one key at a time. While it [is busy](Self::is_busy) the audio of the stream is withheld.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    sending: Option<Sending>,
}

#[derive(Clone, Copy, Debug)]
struct Sending {
    tone: Tone,
    started: Instant,
    /// When the next packet leaves.
    due: Instant,
    /// The start of the segment, which is its packets' timestamp.
    timestamp: Timestamp,
    /// The ticks of earlier segments.
    earlier: u32,
    phase: Phase,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// No packet left yet: the next one has the marker.
    Starting,
    Pressed,
    /// The key was released after so many ticks; so many packets still say so.
    Released {
        ticks: u32,
        left: u8,
    },
}

impl Sender {
    /// Nothing to send.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a key is being sent.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.sending.is_some()
    }

    /// Presses a key; its packets go out between those of `relay`.
    ///
    /// # Errors
    /// [`Busy`] while another key is being sent.
    pub fn start(&mut self, now: Instant, relay: &mut Relay, tone: Tone) -> Result<(), Busy> {
        if self.is_busy() {
            return Err(Busy);
        }
        let frame = tone.frame.clamp(Duration::from_millis(10), Duration::from_millis(200));
        self.sending = Some(Sending {
            tone: Tone { frame, ..tone },
            started: now,
            due: now,
            timestamp: relay.begin_event(now),
            earlier: 0,
            phase: Phase::Starting,
        });
        Ok(())
    }

    /// Releases the key: its length is from its start to `now`, one frame at least.
    pub fn stop(&mut self, now: Instant) {
        if let Some(sending) = &mut self.sending {
            let pressed = now.saturating_duration_since(sending.started);
            let longest = sending.tone.duration.unwrap_or(pressed);
            sending.tone.duration = Some(pressed.min(longest));
        }
    }

    /// When the next packet leaves.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.sending.map(|sending| sending.due)
    }

    /// The packet that is due at `now`; ask again until there is none.
    pub fn poll(&mut self, now: Instant, relay: &mut Relay) -> Option<Packet> {
        let sending = self.sending.as_mut().filter(|sending| sending.due <= now)?;
        let packet = sending.packet(now, relay);
        if matches!(sending.phase, Phase::Released { left: 0, .. }) {
            self.sending = None;
        }
        Some(packet)
    }
}

impl Sending {
    fn packet(&mut self, now: Instant, relay: &mut Relay) -> Packet {
        let marker = matches!(self.phase, Phase::Starting);
        let ticks = self.go_on(now);
        let in_segment = ticks - self.earlier;
        let Ok(duration) = u16::try_from(in_segment) else {
            return self.close_segment(relay, marker);
        };
        self.wait(now);
        let end = self.count_end();
        self.make(relay, self.timestamp, marker, end, duration)
    }

    /// The ticks that the key is down when this packet leaves; decides whether it is released.
    fn go_on(&mut self, now: Instant) -> u32 {
        if let Phase::Released { ticks, .. } = self.phase {
            return ticks;
        }
        let (rate, frame) = (self.tone.rate, self.tone.frame);
        // A tick that came late is made up in one packet, not in a burst.
        let frames = whole_frames(now.saturating_duration_since(self.started), frame).saturating_add(1);
        let down = frame.saturating_mul(frames);
        match self.tone.duration.map(|duration| duration.max(frame)) {
            Some(duration) if duration <= down => {
                let ticks = rate.ticks_in(duration).max(self.earlier);
                self.phase = Phase::Released { ticks, left: ENDS };
                ticks
            }
            _ => {
                self.phase = Phase::Pressed;
                rate.ticks_in(down)
            }
        }
    }

    /// The field is full: this packet says so, and the next one counts from its end (RFC 4733 2.5.1.3).
    fn close_segment(&mut self, relay: &mut Relay, marker: bool) -> Packet {
        let timestamp = self.timestamp;
        self.timestamp = timestamp.plus(u32::from(u16::MAX));
        self.earlier += u32::from(u16::MAX);
        self.make(relay, timestamp, marker, false, u16::MAX)
    }

    fn count_end(&mut self) -> bool {
        match &mut self.phase {
            Phase::Released { left, .. } => {
                *left = left.saturating_sub(1);
                true
            }
            Phase::Starting | Phase::Pressed => false,
        }
    }

    /// The next packet is due at the next whole frame after `now`.
    fn wait(&mut self, now: Instant) {
        let passed = whole_frames(now.saturating_duration_since(self.due), self.tone.frame);
        self.due += self.tone.frame.saturating_mul(passed.saturating_add(1));
    }

    fn make(
        &self,
        relay: &mut Relay,
        timestamp: Timestamp,
        marker: bool,
        end: bool,
        duration: u16,
    ) -> Packet {
        let header = relay.event(self.tone.payload_type, timestamp, marker);
        Packet { header, event: Event { code: self.tone.digit.code(), end, volume: VOLUME, duration } }
    }
}

fn whole_frames(time: Duration, frame: Duration) -> u32 {
    u32::try_from(time.as_micros() / frame.as_micros().max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::{Change, Receiver};
    use super::*;
    use crate::testing::{ms, start};
    use crate::{Sequence, Ssrc};
    use proptest::prelude::*;

    fn relay() -> Relay {
        Relay::new(Ssrc(9), Sequence(65534), Timestamp(1000), ClockRate::NARROWBAND)
    }

    fn tone(duration: Option<u64>, rate: u32) -> Tone {
        Tone {
            digit: Digit::from_char('7').unwrap(),
            duration: duration.map(ms),
            payload_type: PayloadType::from_wire(101),
            rate: ClockRate::new(rate).unwrap(),
            frame: ms(20),
        }
    }

    /// All packets until the sender is done, asked for every `step` ms; a stop at `stop`.
    fn send(tone: Tone, step: u64, stop: Option<u64>) -> Vec<(Instant, Packet)> {
        let (mut sender, mut relay, begin) = (Sender::new(), relay(), start());
        sender.start(begin, &mut relay, tone).unwrap();
        assert_eq!(sender.start(begin, &mut relay, tone), Err(Busy));
        let mut packets = Vec::new();
        for at in (0..).step_by(step as usize) {
            let now = begin + ms(at);
            if stop.is_some_and(|stop| stop <= at && stop + step > at) {
                sender.stop(now);
            }
            while let Some(packet) = sender.poll(now, &mut relay) {
                packets.push((now, packet));
            }
            if !sender.is_busy() {
                return packets;
            }
        }
        packets
    }

    fn check(duration: u64, expected: &str) {
        let show = |(_, packet): &(Instant, Packet)| {
            let mark = if packet.header.marker { "M" } else { "" };
            let end = if packet.event.end { "E" } else { "" };
            let at = packet.header.timestamp.0 - 1000;
            format!("{}{mark}{end}@{at}", packet.event.duration)
        };
        let packets = send(tone(Some(duration), 8000), 20, None);
        assert_eq!(packets.iter().map(show).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn a_key_is_sent_frame_by_frame_and_its_end_three_times() {
        check(100, "160M@0 320@0 480@0 640@0 800E@0 800E@0 800E@0");
        check(50, "160M@0 320@0 400E@0 400E@0 400E@0");
        check(1, "160ME@0 160E@0 160E@0");
    }

    #[test]
    fn a_key_may_be_held_until_it_is_released() {
        let packets = send(tone(None, 8000), 20, Some(60));
        let last = packets.last().unwrap().1;
        assert_eq!((packets.len(), last.event.duration, last.event.end), (6, 480, true));
    }

    #[test]
    fn a_late_tick_makes_up_in_one_packet() {
        let packets = send(tone(Some(200), 8000), 90, None);
        let durations: Vec<u16> = packets.iter().map(|(_, packet)| packet.event.duration).collect();
        assert_eq!(durations, [160, 800, 1600, 1600, 1600]);
    }

    #[test]
    fn a_key_longer_than_the_field_is_sent_in_segments() {
        let packets = send(tone(Some(3000), 48000), 20, None);
        let full = packets.iter().filter(|(_, packet)| packet.event.duration == u16::MAX).count();
        assert_eq!((full, packets.last().unwrap().1.header.timestamp), (2, Timestamp(1000 + 2 * 65535)));
        check_heard(packets, 48000, 3000, &[]);
    }

    /// What a receiver makes of the packets when those in `lost` do not arrive.
    fn check_heard(packets: Vec<(Instant, Packet)>, rate: u32, millis: u64, lost: &[usize]) {
        let mut receiver = Receiver::default();
        let rate = ClockRate::new(rate).unwrap();
        let mut heard = Vec::new();
        for (at, (now, packet)) in packets.into_iter().enumerate() {
            if lost.contains(&at) {
                continue;
            }
            let mut bytes = [0; 16];
            packet.write(&mut bytes).unwrap();
            let read = crate::Packet::parse(&bytes).unwrap();
            heard.extend(receiver.handle_packet(now, &read.header(), rate, read.payload()));
        }
        let digit = Digit::from_char('7').unwrap();
        assert_eq!(heard, [Change::Begin { digit }, Change::End { digit, duration: ms(millis) }]);
    }

    proptest! {
        #[test]
        fn a_receiver_hears_what_a_sender_sends(
            duration in 20u64..4000,
            rate in prop::sample::select(vec![8000u32, 16000, 24000, 32000, 48000]),
            step in 1u64..30,
            lost in prop::collection::vec(0usize..8, 0..2),
        ) {
            let packets = send(tone(Some(duration), rate), step, None);
            check_heard(packets, rate, duration, &lost);
        }
    }
}
