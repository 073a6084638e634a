//! Joining: links between legs, the routes that follow from them, and moves from thread to thread.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::leg::{Leg, Now};
use super::slab::NOBODY;
use super::{Kind, Message, World};
use crate::command::Join;
use crate::port::Shared;
use crate::stats::MediaPath;

/// Pipes that a packet passes at most; a ring of pipes ends here.
pub(super) const HOPS: usize = 32;

/// Legs that move together, since they are linked or halves of one pipe.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// Each with the index that the others know it by.
    legs: Vec<(u32, Leg)>,
}

impl World {
    /// A leg has come to an agreement to be joined.
    pub(super) fn connect(&mut self, index: u32, join: Arc<Join>, other: Arc<Shared>, now: Now) {
        self.disconnect(index, now);
        let Some(leg) = self.legs.get_mut(index) else { return join.cancel() };
        let is_second = join.arrive();
        leg.cold.pending = Some((join, other));
        if is_second {
            self.complete(index, now);
        }
    }

    /// Links a leg with the one that waits for it, or goes to where that one lives.
    fn complete(&mut self, index: u32, now: Now) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        let Some((join, other)) = leg.cold.pending.clone() else { return };
        let gone = other.closed.load(Ordering::Acquire);
        if join.is_cancelled() || gone {
            leg.cold.pending = None;
            return;
        }
        match self.find(&other) {
            Some(peer) => self.link_pending(index, peer, &join),
            None if other.home.load(Ordering::Acquire) != self.me => self.emigrate(index, &other, now),
            // It is on its way to this thread, and completes the join when it arrives.
            None => {}
        }
    }

    fn link_pending(&mut self, index: u32, peer: u32, join: &Arc<Join>) {
        let waits =
            |leg: &Leg| leg.cold.pending.as_ref().is_some_and(|(pending, _)| Arc::ptr_eq(pending, join));
        let both = [index, peer].iter().all(|&of| self.legs.get(of).is_some_and(waits));
        for (of, to) in [(index, peer), (peer, index)] {
            if let Some(leg) = self.legs.get_mut(of).filter(|leg| waits(leg)) {
                leg.cold.pending = None;
                if both {
                    leg.cold.link = to;
                }
            }
        }
        self.route_around(index);
    }

    /// Parts a leg from whom it is linked with, and calls off what it was going to be joined with.
    pub(super) fn disconnect(&mut self, index: u32, now: Now) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        if let Some((join, _)) = leg.cold.pending.take() {
            join.cancel();
        }
        let peer = std::mem::replace(&mut leg.cold.link, NOBODY);
        if peer == NOBODY {
            return;
        }
        if let Some(other) = self.legs.get_mut(peer) {
            other.cold.link = NOBODY;
        }
        for side in [index, peer] {
            self.let_go(side, now);
            self.route_around(side);
        }
    }

    /// A key that the peer held down is released.
    fn let_go(&mut self, index: u32, now: Now) {
        let Some(leg) = self.legs.get(index) else { return };
        if leg.cold.keys.sender.is_busy() || leg.cold.player.is_pressing() {
            self.release_key(index, now);
        }
        if let Some(leg) = self.legs.get_mut(index) {
            leg.relay.end_source();
        }
    }

    /// The legs that are linked with this one, directly or through pipes, itself included.
    fn cluster_of(&self, index: u32) -> Vec<u32> {
        let mut found = vec![index];
        let mut next = 0;
        while let Some(&at) = found.get(next) {
            next += 1;
            let Some(leg) = self.legs.get(at) else { continue };
            let half = if let Kind::Pipe { other } = leg.cold.kind { other } else { NOBODY };
            for neighbour in [leg.cold.link, half] {
                if self.legs.get(neighbour).is_some() && !found.contains(&neighbour) {
                    found.push(neighbour);
                }
            }
        }
        found
    }

    /// Finds the ways of sound and digits anew for a leg and all that it is linked with.
    pub(super) fn route_around(&mut self, index: u32) {
        for at in self.cluster_of(index) {
            let route = self.route_of(at);
            let Some(leg) = self.legs.get_mut(at) else { continue };
            if leg.route != route {
                leg.route = route;
            }
            self.update_hooks(at);
            self.retell_path(at);
            self.tell_facts(at);
        }
    }

    /// The leg at which sound that comes in at `index` goes out; nobody while that one plays something itself.
    fn route_of(&self, index: u32) -> u32 {
        let mut at = index;
        for _ in 0..HOPS {
            let Some(leg) = self.legs.get(at) else { return NOBODY };
            let out = if leg.cold.looped { at } else { leg.cold.link };
            match self.legs.get(out) {
                Some(sink) if sink.is_playing() => return NOBODY,
                Some(sink) => match sink.cold.kind {
                    Kind::Pipe { other } => at = other,
                    Kind::Rtp(_) | Kind::Queue(_) => return out,
                },
                None => return NOBODY,
            }
        }
        NOBODY
    }

    /// Says how the sound of a leg goes on, for its numbers.
    pub(super) fn retell_path(&mut self, index: u32) {
        let Some(leg) = self.legs.get(index) else { return };
        let to = self.legs.get(leg.route).map(|sink| sink.codec_out);
        let from = leg.codec_in.or(leg.codec_out);
        let path = match (from, to) {
            (_, None) => MediaPath::Nowhere,
            (Some(from), Some(Some(to))) if from != to => match obelus_media::Transcoder::cost(from, to) {
                Ok(_) => MediaPath::Transcode { from, to },
                Err(_) => MediaPath::NoPath { from, to },
            },
            _ => MediaPath::Relay,
        };
        // What hooks look at is no bare relay, though it goes the same way.
        let sink = self
            .legs
            .get(leg.route)
            .filter(|sink| path == MediaPath::Relay && !leg.is_watched() && !sink.is_shown());
        leg.cold.shared.facts.set_relays_to(sink.map(|sink| &sink.cold.shared));
        if let Some(leg) = self.legs.get_mut(index) {
            leg.cold.path = path;
        }
        self.let_pipes_hear(index);
    }

    /// The halves of pipes that a leg's voice comes out of have heard it, though its packets pass them by.
    fn let_pipes_hear(&self, index: u32) {
        let mut at = self.legs.get(index).filter(|leg| leg.codec_in.is_some());
        for _ in 0..HOPS {
            let sink = at.and_then(|leg| self.legs.get(leg.cold.link));
            let Some(Kind::Pipe { other }) = sink.map(|sink| &sink.cold.kind) else { return };
            at = self.legs.get(*other);
            if let Some(half) = at {
                half.cold.shared.facts.heard.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Goes with all linked legs to the thread on which `other` lives.
    fn emigrate(&mut self, index: u32, other: &Arc<Shared>, now: Now) {
        let home = other.home.load(Ordering::Acquire);
        let mut legs = Vec::new();
        for at in self.cluster_of(index) {
            if let Some(mut leg) = self.legs.remove(at) {
                self.unlisten(&leg);
                leg.cold.wheel_tick = None;
                legs.push((at, leg));
            }
        }
        // Said before they leave: nobody but their new home may change it afterwards. Who looks for them there
        // too early is answered when they arrive.
        legs.iter().for_each(|(_, leg)| leg.cold.shared.home.store(home, Ordering::Release));
        let common = Arc::clone(&self.common);
        let cluster = Box::new(Cluster { legs });
        let sent = match common.crew.members.get(home) {
            Some(member) => member.send(Message::Move(cluster)),
            None => Err(Message::Move(cluster)),
        };
        if let Err(Message::Move(cluster)) = sent {
            // The engine stops; they are closed with the others of this thread.
            self.take_back(*cluster, now);
        }
    }

    /// Legs that come from another thread.
    pub(super) fn welcome(&mut self, cluster: Cluster, now: Now) {
        for index in self.take_back(cluster, now) {
            self.handling = index;
            let pending = self.legs.get(index).and_then(|leg| leg.cold.pending.as_ref());
            if pending.is_some_and(|(join, _)| join.is_complete()) {
                self.complete(index, now);
            }
        }
    }

    /// Gives legs places here, and returns where.
    fn take_back(&mut self, cluster: Cluster, now: Now) -> Vec<u32> {
        let Cluster { legs } = cluster;
        let moved: Vec<(u32, u32)> = legs.into_iter().map(|(old, leg)| (old, self.settle(leg))).collect();
        let place = |old: u32| moved.iter().find(|(known, _)| *known == old).map_or(NOBODY, |&(_, new)| new);
        for &(_, index) in &moved {
            let Some(leg) = self.legs.get_mut(index) else { continue };
            leg.cold.link = place(leg.cold.link);
            if let Kind::Pipe { other } = &mut leg.cold.kind {
                *other = place(*other);
            }
            self.schedule(index, now.at);
        }
        let places: Vec<u32> = moved.iter().map(|&(_, index)| index).collect();
        places.iter().for_each(|&index| self.route_around(index));
        places
    }
}
