//! Digits: those that come in are told and handed on, those that go out wait their turn.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use obelus_media::KeyChange;
use obelus_rtp::dtmf::{Change, Digit, Tone};
use obelus_rtp::{ClockRate, Header};

use super::leg::{Leg, Now};
use super::link::HOPS;
use super::{Buffers, Common, Kind, World};
use crate::command::Pressed;
use crate::event::PortEvent;
use crate::queue::QueueItem;
use crate::settings::DigitMode;

/// Silence between two keys of ours, at least: ITU-T Q.24 wants 40 ms to tell them apart.
const BETWEEN: Duration = Duration::from_millis(40);
/// The shortest key that receivers must know (ITU-T Q.24).
const SHORTEST: Duration = Duration::from_millis(40);
/// Keys that wait for the one that is down.
const WAITING: usize = 64;

impl World {
    /// Takes in an event packet: tells the channels on its way, and hands it on.
    pub(super) fn take_digit(
        &mut self,
        index: u32,
        rate: ClockRate,
        header: &Header,
        datagram: &mut [u8],
        payload: Range<usize>,
        now: Now,
    ) {
        // As a packet it goes to one who speaks events on the same clock and hears nothing else meanwhile.
        let packet_to = self.digit_sink(index).filter(|&sink| self.takes_events(sink, rate));
        let Some(rtp) = self.legs.get_mut(index).and_then(Leg::rtp_mut) else { return };
        let event = datagram.get(payload.clone()).unwrap_or_default();
        for change in rtp.digits.handle_packet(now.at, header, rate, event) {
            if packet_to.is_none() {
                self.pass_change(index, change, now);
            } else {
                self.tell_digit(index, change);
            }
        }
        match packet_to {
            Some(sink) => self.forward_event(sink, header, datagram, payload.len(), now),
            None => {
                let route = self.legs.get(index).map_or(super::slab::NOBODY, |leg| leg.route);
                self.withhold(route, header, now);
            }
        }
    }

    /// Looks for keys in sound that comes in. The tone itself goes on; who takes events hears those instead.
    pub(super) fn search_keys(&mut self, index: u32, payload: &[u8], now: Now, buffers: &mut Buffers) {
        let Some(detector) =
            self.legs.get_mut(index).and_then(Leg::rtp_mut).and_then(|rtp| rtp.detector.as_mut())
        else {
            return;
        };
        buffers.samples.clear();
        buffers.samples.resize(payload.len(), 0);
        let count = detector.decoder.decode(payload, &mut buffers.samples);
        // A packet holds a few blocks at most, and each of them at most an end and a beginning.
        let mut changes = [None; 8];
        let mut room = changes.iter_mut();
        detector.keys.run(buffers.samples.get(..count).unwrap_or_default(), |change| {
            if let Some(place) = room.next() {
                *place = Some(change);
            }
        });
        for change in changes.into_iter().flatten().filter_map(change_of) {
            match self.digit_sink(index).filter(|&sink| self.speaks_events(sink)) {
                Some(_) => self.pass_change(index, change, now),
                None => drop(self.tell_digit(index, change)),
            }
        }
    }

    fn speaks_events(&self, sink: u32) -> bool {
        self.legs
            .get(sink)
            .is_some_and(|leg| leg.event_format().is_some() || matches!(leg.cold.kind, Kind::Queue(_)))
    }

    fn takes_events(&self, sink: u32, rate: ClockRate) -> bool {
        self.legs.get(sink).is_some_and(|leg| {
            let speaks = matches!(leg.event_format(), Some((_, theirs)) if theirs == rate);
            speaks && leg.sends() && !leg.is_playing() && !leg.is_sending_digit()
        })
    }

    fn forward_event(
        &mut self,
        sink: u32,
        header: &Header,
        datagram: &mut [u8],
        payload_len: usize,
        now: Now,
    ) {
        let Some(leg) = self.legs.get_mut(sink) else { return };
        let Some((payload_type, _)) = leg.event_format() else { return };
        let Some(mut out) = leg.relay.forward(now.at, header) else { return };
        out.payload_type = payload_type;
        // A packet was parsed from these bytes, so a header fits.
        let _ = out.rewrite(datagram);
        if leg.transmit(now, datagram, &out, payload_len) {
            self.count_sent();
        }
    }

    /// The leg at which a digit that comes in at `index` leaves, unless somebody on the way keeps it.
    pub(super) fn digit_sink(&self, index: u32) -> Option<u32> {
        let mut at = index;
        for _ in 0..HOPS {
            let leg = self.legs.get(at).filter(|leg| leg.cold.passes_digits)?;
            let out = if leg.cold.looped { at } else { leg.cold.link };
            match self.legs.get(out)?.cold.kind {
                Kind::Pipe { other } => at = other,
                Kind::Rtp(_) | Kind::Queue(_) => return Some(out),
            }
        }
        None
    }

    /// Tells a digit to every channel that it passes, and returns the leg at which it leaves.
    pub(super) fn tell_digit(&self, index: u32, change: Change) -> Option<u32> {
        let mut at = index;
        for _ in 0..HOPS {
            let leg = self.legs.get(at)?;
            if leg.cold.reports_digits {
                leg.tell(event_of(change));
            }
            if !leg.cold.passes_digits {
                return None;
            }
            let out = if leg.cold.looped { at } else { leg.cold.link };
            match self.legs.get(out)?.cold.kind {
                Kind::Pipe { other } => at = other,
                Kind::Rtp(_) | Kind::Queue(_) => return Some(out),
            }
        }
        None
    }

    /// Tells a digit, and presses or releases it where it leaves.
    pub(super) fn pass_change(&mut self, index: u32, change: Change, now: Now) {
        match (self.tell_digit(index, change), change) {
            (Some(sink), Change::Begin { digit }) => self.press(sink, digit, Pressed::UntilReleased, now),
            (Some(sink), Change::End { .. }) => self.release_key(sink, now),
            (None, _) => {}
        }
    }

    /// Presses a key for whom listens at a leg, or lets it wait for the one that is down.
    pub(super) fn press(&mut self, index: u32, digit: Digit, pressed: Pressed, now: Now) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        match &leg.cold.kind {
            Kind::Pipe { other } => {
                let other = *other;
                // What is pressed into half a pipe comes in at the other half.
                let sink = self.tell_digit(other, Change::Begin { digit });
                if let Pressed::For(duration) = pressed {
                    self.tell_digit(other, Change::End { digit, duration });
                } else {
                    self.hold_key(index, digit, now);
                }
                if let Some(sink) = sink {
                    self.press(sink, digit, pressed, now);
                }
            }
            Kind::Queue(queue) => {
                queue.give(QueueItem::DigitBegin { digit: digit.to_char() });
                if let Pressed::For(duration) = pressed {
                    queue.give(QueueItem::DigitEnd { digit: digit.to_char(), duration });
                } else {
                    leg.cold.keys.held = Some((digit, now.at));
                }
            }
            Kind::Rtp(_) => {
                if leg.cold.keys.waiting.len() < WAITING {
                    leg.cold.keys.waiting.push_back((digit, pressed));
                }
                self.next_key(index, now);
            }
        }
    }

    fn hold_key(&mut self, index: u32, digit: Digit, now: Now) {
        if let Some(leg) = self.legs.get_mut(index) {
            leg.cold.keys.held = Some((digit, now.at));
        }
    }

    /// Releases the key that was pressed last.
    pub(super) fn release_key(&mut self, index: u32, now: Now) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        let held = leg.cold.keys.held.take();
        let end = held.map(|(digit, since)| (digit, now.at.saturating_duration_since(since)));
        match &leg.cold.kind {
            Kind::Pipe { other } => {
                let other = *other;
                if let Some((digit, duration)) = end {
                    self.pass_change(other, Change::End { digit, duration }, now);
                }
            }
            Kind::Queue(queue) => {
                if let Some((digit, duration)) = end {
                    queue.give(QueueItem::DigitEnd { digit: digit.to_char(), duration });
                }
            }
            Kind::Rtp(_) => {
                if let Some((_, pressed)) = leg.cold.keys.waiting.back_mut() {
                    // It was over before its turn came.
                    *pressed = Pressed::For(SHORTEST);
                } else if leg.cold.keys.sender.is_busy() {
                    leg.cold.keys.sender.stop(now.at);
                } else if leg.cold.player.is_pressing() {
                    leg.cold.keys.release_at = Some(now.at);
                }
                self.schedule(index, now.at);
            }
        }
    }

    /// Presses the key that has waited longest, if none is down; its packets and frames are made when due.
    pub(super) fn next_key(&mut self, index: u32, now: Now) {
        let common = Arc::clone(&self.common);
        let Some(leg) = self.legs.get_mut(index) else { return };
        let keys = &mut leg.cold.keys;
        if keys.sender.is_busy() || leg.cold.player.is_pressing() {
            return;
        }
        let at = keys.pause_until.unwrap_or(now.at);
        if keys.waiting.is_empty() {
            return;
        }
        if at > now.at {
            self.schedule(index, at);
            return;
        }
        if let Some((digit, pressed)) = keys.waiting.pop_front() {
            leg.begin_key(&common, digit, pressed, now);
            self.update_frames(index, now);
            self.route_around(index);
            self.schedule(index, now.at);
        }
    }

    /// Ends the key that sounds in band when its time is over.
    pub(super) fn end_key(&mut self, index: u32, now: Now) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        let keys = &mut leg.cold.keys;
        if keys.release_at.is_some_and(|at| at <= now.at) {
            keys.release_at = None;
            keys.pause_until = Some(now.at + BETWEEN);
            leg.cold.player.release();
            self.update_frames(index, now);
            self.route_around(index);
        }
    }

    /// Sends the event packets that are due.
    pub(super) fn send_events(&mut self, index: u32, now: Now, buffers: &mut Buffers) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        let was_busy = leg.is_sending_digit();
        let mut sent = 0;
        while let Some(packet) = leg.cold.keys.sender.poll(now.at, &mut leg.relay) {
            if let Ok(len) = packet.write(&mut buffers.out)
                && leg.transmit(now, buffers.out.get_mut(..len).unwrap_or_default(), &packet.header, 4)
            {
                sent += 1;
            }
        }
        leg.update_sending_digit();
        if was_busy && !leg.is_sending_digit() {
            leg.cold.keys.pause_until = Some(now.at + BETWEEN);
        }
        (0..sent).for_each(|_| self.count_sent());
    }
}

impl Leg {
    /// The payload type and clock of events that we send.
    fn event_format(&self) -> Option<(obelus_rtp::PayloadType, ClockRate)> {
        match self.rtp_ref()?.settings.digits {
            DigitMode::Events { payload_type, rate } => Some((payload_type, rate)),
            DigitMode::InBand | DigitMode::Signalled => None,
        }
    }

    fn begin_key(&mut self, common: &Common, digit: Digit, pressed: Pressed, now: Now) {
        let duration = match pressed {
            Pressed::For(duration) => Some(duration.max(SHORTEST)),
            Pressed::UntilReleased => None,
        };
        let frame = self.frame();
        let Some(rtp) = self.rtp_ref() else { return };
        match rtp.settings.digits {
            DigitMode::Events { payload_type, rate } if self.sends() => {
                let tone = Tone { digit, duration, payload_type, rate, frame };
                // Nothing is being sent, or this key would still wait.
                let _ = self.cold.keys.sender.start(now.at, &mut self.relay, tone);
                self.update_sending_digit();
            }
            DigitMode::InBand => {
                let Some(tone) = common.keys.get(usize::from(digit.code())) else { return };
                let codec = self.own_codec();
                if self.cold.player.press(tone, codec) {
                    self.cold.keys.release_at = duration.map(|duration| now.at + duration);
                }
            }
            DigitMode::Events { .. } | DigitMode::Signalled => {}
        }
    }
}

fn change_of(change: KeyChange) -> Option<Change> {
    Some(match change {
        KeyChange::Begin { key } => Change::Begin { digit: Digit::from_char(key)? },
        KeyChange::End { key, duration } => Change::End { digit: Digit::from_char(key)?, duration },
    })
}

fn event_of(change: Change) -> PortEvent {
    match change {
        Change::Begin { digit } => PortEvent::DigitBegin { digit: digit.to_char() },
        Change::End { digit, duration } => PortEvent::DigitEnd { digit: digit.to_char(), duration },
    }
}
