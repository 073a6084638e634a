//! What is made at frame times: plays, tones, keys, silence, and the frames of drivers that give them in bursts.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use obelus_media::silence_byte;

use super::leg::Now;
use super::{Buffers, Kind, World};
use crate::event::PortEvent;
use crate::queue::QueueItem;

/// Frames that are made up for at once after a late tick; more are left out.
const CATCH_UP: u32 = 3;

impl World {
    /// Makes a leg due at `at`, unless it is due earlier anyway.
    pub(super) fn schedule(&mut self, index: u32, at: Instant) {
        let tick = self.tick_of(at);
        let generation = self.legs.generation(index);
        let Some(leg) = self.legs.get_mut(index) else { return };
        if leg.cold.wheel_tick.is_none_or(|queued| tick < queued) {
            leg.cold.wheel_tick = Some(self.wheel.insert((index, generation), tick));
        }
    }

    /// Handles all legs that are due.
    pub(super) fn make_due(&mut self, now: Now, buffers: &mut Buffers) {
        let past = now.at.saturating_duration_since(self.common.epoch).as_micros();
        let tick_now = (past / self.common.config.tick.as_micros().max(1)) as u64;
        let mut due = std::mem::take(&mut buffers.due);
        while let Some(tick) = self.wheel.take(tick_now, &mut due) {
            for &(index, generation) in &due {
                if self.legs.generation(index) != generation {
                    continue;
                }
                let Some(leg) = self.legs.get_mut(index) else { continue };
                // Entries that an earlier one overtook are stale.
                if leg.cold.wheel_tick != Some(tick) {
                    continue;
                }
                leg.cold.wheel_tick = None;
                self.handling = index;
                self.guarded(buffers, |world, buffers| world.make_for(index, now, buffers));
            }
        }
        buffers.due = due;
    }

    fn make_for(&mut self, index: u32, now: Now, buffers: &mut Buffers) {
        self.end_key(index, now);
        self.send_events(index, now, buffers);
        self.next_key(index, now);
        self.send_events(index, now, buffers);
        self.make_frames(index, now, buffers);
        if let Some(next) = self.next_due(index) {
            self.schedule(index, next);
        }
    }

    /// When a leg has something to do next.
    fn next_due(&self, index: u32) -> Option<Instant> {
        let leg = self.legs.get(index)?;
        let keys = &leg.cold.keys;
        let next_key = keys.pause_until.filter(|_| !keys.waiting.is_empty());
        let times = [leg.cold.frame_due, keys.sender.next_timeout(), keys.release_at, next_key];
        times.into_iter().flatten().min()
    }

    /// Starts or stops the frame times of a leg, as there is something to be made or not.
    pub(super) fn update_frames(&mut self, index: u32, now: Now) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        let cold = &mut leg.cold;
        let paced =
            matches!(&cold.kind, Kind::Queue(queue) if queue.pace.is_some() && !queue.from_driver.is_empty());
        let wanted = cold.player.is_active() || cold.sends_silence || paced;
        match (wanted, cold.frame_due) {
            (true, None) => {
                cold.frame_due = Some(now.at);
                self.schedule(index, now.at);
            }
            (false, Some(_)) => cold.frame_due = None,
            _ => {}
        }
    }

    fn make_frames(&mut self, index: u32, now: Now, buffers: &mut Buffers) {
        let mut made = 0;
        while let Some(leg) = self.legs.get_mut(index)
            && let Some(due) = leg.cold.frame_due.filter(|due| *due <= now.at)
        {
            let frame = match &leg.cold.kind {
                Kind::Queue(queue) => queue.pace.unwrap_or(leg.frame()),
                Kind::Rtp(_) | Kind::Pipe { .. } => leg.frame(),
            };
            made += 1;
            let next = due + frame.max(Duration::from_millis(1));
            leg.cold.frame_due = Some(if made > CATCH_UP { now.at + frame } else { next });
            self.make_frame(index, frame, now, buffers);
        }
    }

    fn make_frame(&mut self, index: u32, frame: Duration, now: Now, buffers: &mut Buffers) {
        self.pace_queue(index, now, buffers);
        let Some(leg) = self.legs.get_mut(index) else { return };
        let codec = leg.own_codec();
        let mut payload = std::mem::take(&mut buffers.frame);
        payload.clear();
        let was_active = leg.cold.player.is_active();
        let made = leg.cold.player.make_frame(codec, frame, &mut buffers.samples, &mut payload);
        leg.cold.counters.missed += leg.cold.player.take_missed();
        let made = made.or_else(|| {
            let quiet = u128::from(now.ms.wrapping_sub(leg.sent_ms)) >= frame.as_millis();
            let silence = silence_byte(codec).filter(|_| leg.cold.sends_silence && !was_active && quiet)?;
            payload.resize(codec.bytes_in(frame)?, silence);
            Some(codec)
        });
        if let Some(codec) = made {
            self.output(index, codec, &mut payload, now, buffers);
        }
        buffers.frame = payload;
        self.tell_finished(index, now);
    }

    /// Tells which plays ended, and lets others be heard again.
    pub(super) fn tell_finished(&mut self, index: u32, now: Now) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        while let Some(over) = leg.cold.player.take_finished() {
            let (play, reason, position) = (over.play, over.reason, over.position);
            leg.tell(PortEvent::Finished { play, reason, position });
        }
        self.update_frames(index, now);
        self.route_around(index);
    }

    /// Gives on what the driver of a queue port handed over: all of it, or with a pace one frame at its time.
    pub(super) fn take_from_driver(&mut self, index: u32, now: Now, buffers: &mut Buffers) {
        let Some(Kind::Queue(queue)) = self.legs.get(index).map(|leg| &leg.cold.kind) else { return };
        if queue.pace.is_some() {
            return self.update_frames(index, now);
        }
        let queue = Arc::clone(queue);
        // Not more than there is room for, so that a driver that never stops does not hold the thread.
        for _ in 0..queue.from_driver.capacity() {
            let Some(item) = queue.from_driver.pop() else { return };
            self.take_item(index, item, now, buffers);
        }
    }

    fn pace_queue(&mut self, index: u32, now: Now, buffers: &mut Buffers) {
        let Some(Kind::Queue(queue)) = self.legs.get(index).map(|leg| &leg.cold.kind) else { return };
        let queue = Arc::clone(queue);
        if queue.pace.is_none() {
            return;
        }
        while let Some(item) = queue.from_driver.pop() {
            let is_frame = matches!(item, QueueItem::Frame { .. });
            self.take_item(index, item, now, buffers);
            if is_frame {
                return;
            }
        }
    }

    fn take_item(&mut self, index: u32, item: QueueItem, now: Now, buffers: &mut Buffers) {
        use obelus_rtp::dtmf::{Change, Digit};
        match item {
            QueueItem::Frame { codec, mut bytes } => {
                let Some(leg) = self.legs.get_mut(index) else { return };
                if leg.codec_in.replace(codec).is_none() {
                    leg.cold.shared.facts.heard.store(true, Ordering::Relaxed);
                }
                let route = leg.route;
                if leg.is_watched() {
                    self.show_on_way(index, codec, &mut bytes, now);
                }
                self.send_frame(route, codec, &bytes, now, buffers);
                if let Some(Kind::Queue(queue)) = self.legs.get(index).map(|leg| &leg.cold.kind) {
                    let _ = queue.spare.push(bytes);
                }
            }
            QueueItem::DigitBegin { digit } => {
                if let Some(digit) = Digit::from_char(digit) {
                    self.pass_change(index, Change::Begin { digit }, now);
                }
            }
            QueueItem::DigitEnd { digit, duration } => {
                if let Some(digit) = Digit::from_char(digit) {
                    self.pass_change(index, Change::End { digit, duration }, now);
                }
            }
        }
    }
}
