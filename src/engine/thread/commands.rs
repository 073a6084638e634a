//! What handles ask for: new ports, commands in the rings of the ports, closing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::leg::{Leg, Now};
use super::receive::token;
use super::slab::NOBODY;
use super::{Buffers, Kind, Message, World};
use crate::command::Command;
use crate::port::Shared;
use crate::settings::DigitMode;
use crate::stats::PortStats;

impl World {
    /// Takes in ports that come to live here, and looks at those that were rung for.
    pub(super) fn take_in(&mut self, now: Now, buffers: &mut Buffers) {
        self.empty_inbox(now, buffers);
        let common = Arc::clone(&self.common);
        let Some(member) = common.crew.members.get(self.me) else { return };
        // As many as there were: ports that are rung again meanwhile wait for the next tick.
        for _ in 0..member.rung.len() {
            let Some(shared) = member.rung.pop() else { break };
            self.guarded(buffers, |world, buffers| world.look_at(&shared, now, buffers));
        }
    }

    fn empty_inbox(&mut self, now: Now, buffers: &mut Buffers) {
        let common = Arc::clone(&self.common);
        let Some(member) = common.crew.members.get(self.me) else { return };
        while let Some(message) = member.inbox.pop() {
            self.handling = NOBODY;
            self.guarded(buffers, |world, _| match message {
                Message::Open(leg) => drop(world.settle(*leg)),
                Message::OpenPair(one, other) => world.settle_pair(*one, *other),
                Message::Move(cluster) => world.welcome(*cluster, now),
            });
        }
    }

    /// Does what the handles of a port asked for.
    fn look_at(&mut self, shared: &Arc<Shared>, now: Now, buffers: &mut Buffers) {
        let mut found = self.find(shared);
        if found.is_none() && shared.home.load(Ordering::Acquire) == self.me {
            // It may have come between the look at the inbox and this.
            self.empty_inbox(now, buffers);
            found = self.find(shared);
        }
        let Some(index) = found else { return self.send_on(shared) };
        self.handling = index;
        // Cleared first: what is pushed from now on rings again.
        shared.rung.store(false, Ordering::Release);
        std::sync::atomic::fence(Ordering::SeqCst);
        let closing = shared.closing.load(Ordering::Acquire);
        // As many as fit at once: who commands without end does not hold the thread.
        for _ in 0..shared.commands.capacity() {
            let Some(command) = shared.commands.pop() else { break };
            self.obey(index, command, now);
            if self.find(shared) != Some(index) {
                // It went to another thread, and the rest of its ring with it.
                return self.send_on(shared);
            }
        }
        self.take_from_driver(index, now, buffers);
        if !shared.commands.is_empty() {
            shared.ring();
        } else if closing {
            self.close(index, now, buffers);
        }
    }

    /// Rings for a port where it lives now.
    fn send_on(&self, shared: &Arc<Shared>) {
        shared.rung.store(false, Ordering::Release);
        let elsewhere = shared.home.load(Ordering::Acquire) != self.me;
        let asked = shared.closing.load(Ordering::Acquire) || !shared.commands.is_empty();
        if elsewhere && asked && !shared.closed.load(Ordering::Acquire) {
            shared.ring();
        }
    }

    fn obey(&mut self, index: u32, command: Command, now: Now) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        match command {
            Command::Configure(settings) => {
                leg.configure(now, *settings);
                self.retell_path(index);
                self.route_around(index);
            }
            Command::Connect { join, other } => self.connect(index, join, other, now),
            Command::Disconnect => self.disconnect(index, now),
            Command::Play { play, source, options } => {
                leg.cold.player.play(play, source, &options);
                self.tell_finished(index, now);
            }
            Command::StopPlay(play) => {
                leg.cold.player.stop(play);
                self.tell_finished(index, now);
            }
            Command::Pause(on) => leg.cold.player.pause(on),
            Command::Seek(seek) => leg.cold.player.seek(seek),
            Command::LoopBack(on) => {
                leg.cold.looped = on;
                self.route_around(index);
            }
            Command::Press(digit, pressed) => self.press(index, digit, pressed, now),
            Command::Release => self.release_key(index, now),
            Command::SendSilence(on) => {
                leg.cold.sends_silence = on;
                self.update_frames(index, now);
            }
            Command::ReportDigits(on) => leg.cold.reports_digits = on,
            Command::PassDigits(on) => {
                leg.cold.passes_digits = on;
                self.route_around(index);
            }
            Command::ReportRtcp(on) => {
                if let Some(rtp) = leg.rtp_mut() {
                    rtp.reports_rtcp = on;
                }
            }
            Command::Hold(on) => {
                leg.received_ms = now.ms;
                if let Some(rtp) = leg.rtp_mut() {
                    rtp.on_hold = on;
                }
            }
            Command::Hook(hook) => self.add_hook(index, hook),
            Command::Unhook => self.tidy_hooks(index),
            #[cfg(test)]
            Command::Fail => panic!("a test asked for it"),
            #[cfg(test)]
            Command::Answer(sender) => sender.send(()).unwrap(),
        }
    }

    /// Gives a leg a place here and waits for its sockets.
    pub(super) fn settle(&mut self, leg: Leg) -> u32 {
        let shared = Arc::clone(&leg.cold.shared);
        let index = self.legs.insert(leg);
        shared.slot.store(index as usize, Ordering::Release);
        shared.home.store(self.me, Ordering::Release);
        // Whoever looked for it here too early is answered now.
        if !shared.commands.is_empty() || shared.closing.load(Ordering::Acquire) {
            shared.ring();
        }
        if let Err(error) = self.listen(index) {
            tracing::error!(%error, "a media port cannot be waited for and hears nothing");
        }
        index
    }

    fn settle_pair(&mut self, one: Leg, other: Leg) {
        let (one, other) = (self.settle(one), self.settle(other));
        for (of, to) in [(one, other), (other, one)] {
            if let Some(leg) = self.legs.get_mut(of) {
                leg.cold.kind = Kind::Pipe { other: to };
            }
        }
    }

    fn listen(&self, index: u32) -> std::io::Result<()> {
        let generation = self.legs.generation(index);
        let Some(leg) = self.legs.get(index) else { return Ok(()) };
        if let Some(socket) = &leg.socket {
            self.epoll.add(socket, token(index, generation, false))?;
        }
        match leg.rtp_ref().and_then(|rtp| rtp.control.as_ref()) {
            Some(control) => self.epoll.add(control, token(index, generation, true)),
            None => Ok(()),
        }
    }

    /// Takes a leg's sockets out of the wait; closing them would as well, but a leg may move.
    pub(super) fn unlisten(&self, leg: &Leg) {
        let control = leg.rtp_ref().and_then(|rtp| rtp.control.as_ref());
        for socket in leg.socket.iter().chain(control) {
            if let Err(error) = self.epoll.remove(socket) {
                tracing::debug!(%error, "a media port was not waited for");
            }
        }
    }

    /// Ends a leg: its plays are told as stopped, its peer is left alone, its last numbers are shown.
    pub(super) fn close(&mut self, index: u32, now: Now, buffers: &mut Buffers) {
        // Its last way is shown in its last numbers.
        let path = self.legs.get(index).map(|leg| leg.cold.path).unwrap_or_default();
        self.disconnect(index, now);
        let common = Arc::clone(&self.common);
        if let Some(leg) = self.legs.get_mut(index) {
            leg.cold.player.stop(None);
            leg.say_goodbye(&common, now, buffers);
        }
        self.tell_finished(index, now);
        let Some(mut leg) = self.legs.remove(index) else { return };
        self.unlisten(&leg);
        // Who hears of the end finds the numbers free.
        drop(leg.socket.take());
        drop(leg.rtp_mut().and_then(|rtp| rtp.control.take()));
        match &leg.cold.kind {
            Kind::Pipe { other } => {
                if let Some(half) = self.legs.get_mut(*other) {
                    half.cold.kind = Kind::Pipe { other: NOBODY };
                }
                self.route_around(*other);
            }
            Kind::Queue(queue) => queue.close(),
            Kind::Rtp(_) => {}
        }
        common.crew.give_room();
        leg.cold.shared.publish_final(PortStats { path, ..leg.stats() });
        while let Some(command) = leg.cold.shared.commands.pop() {
            if let Command::Connect { join, .. } = command {
                join.cancel();
            }
        }
    }

    pub(super) fn close_all(&mut self, buffers: &mut Buffers) {
        let now = self.common.now();
        self.empty_inbox(now, buffers);
        for index in 0..self.legs.end() {
            self.handling = index;
            self.guarded(buffers, |world, buffers| world.close(index, now, buffers));
        }
    }

    /// Shows what a port can do with digits.
    pub(super) fn tell_facts(&self, index: u32) {
        let Some(leg) = self.legs.get(index) else { return };
        let facts = &leg.cold.shared.facts;
        let (sends, receives) = match &leg.cold.kind {
            Kind::Pipe { .. } | Kind::Queue(_) => (true, true),
            Kind::Rtp(rtp) => {
                let sends = rtp.settings.digits != DigitMode::Signalled;
                // Digits are sent and received by the same agreement.
                (sends, sends)
            }
        };
        facts.sends_digits.store(sends, Ordering::Relaxed);
        facts.relays_digits.store(receives && self.hands_digits_on(index), Ordering::Relaxed);
    }

    /// Whether somebody can press the digits that come in here.
    fn hands_digits_on(&self, index: u32) -> bool {
        let sink = self.digit_sink(index).and_then(|sink| self.legs.get(sink));
        sink.is_some_and(|sink| match &sink.cold.kind {
            Kind::Rtp(rtp) => rtp.settings.digits != DigitMode::Signalled,
            Kind::Queue(_) => true,
            Kind::Pipe { .. } => false,
        })
    }
}
