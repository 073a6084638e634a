//! Hooks at work: sound is opened for them, and closed again where one of them changed it.

use std::sync::atomic::Ordering;

use obelus_media::{Codec, Decoder, Encoder, MAX_SAMPLES};
use obelus_rtp::Packet;

use super::leg::{Leg, Now};
use super::link::HOPS;
use super::{Kind, World};
use crate::event::PortEvent;
use crate::hook::{HookFrame, NewHook, Way};

/// The hooks of one leg.
#[derive(Debug)]
pub(crate) struct Hooks {
    hooks: Vec<NewHook>,
    received: Option<Opened>,
    sent: Option<Opened>,
    samples: Box<[i16]>,
}

/// What opens and closes sound of one codec.
#[derive(Debug)]
struct Opened {
    codec: Codec,
    both: Option<(Decoder, Encoder)>,
}

impl Opened {
    fn new(codec: Codec) -> Self {
        let both = Decoder::new(codec).ok().zip(Encoder::new(codec).ok());
        if both.is_none() {
            tracing::warn!(%codec, "sound in this codec cannot be opened: recordings and the like miss it");
        }
        Self { codec, both }
    }
}

impl Default for Hooks {
    fn default() -> Self {
        let samples = vec![0; MAX_SAMPLES].into_boxed_slice();
        Self { hooks: Vec::new(), received: None, sent: None, samples }
    }
}

impl Hooks {
    pub(crate) fn add(&mut self, hook: NewHook) {
        self.hooks.push(hook);
    }

    /// Takes away what nobody wants any more; whether anything is left.
    pub(crate) fn tidy(&mut self) -> bool {
        self.hooks.retain(|hook| !hook.gone.load(Ordering::Acquire));
        !self.hooks.is_empty()
    }

    /// Whether a hook wants sound that goes this way.
    pub(crate) fn wants(&self, way: Way) -> bool {
        self.hooks.iter().any(|hook| hook.wants(way))
    }

    /// Shows a payload to the hooks, which may change it in place.
    fn show(
        &mut self,
        way: Way,
        codec: Codec,
        payload: &mut [u8],
        now: Now,
        mut tell: impl FnMut(PortEvent),
    ) {
        let place = if way == Way::Received { &mut self.received } else { &mut self.sent };
        if place.as_ref().is_none_or(|opened| opened.codec != codec) {
            *place = Some(Opened::new(codec));
        }
        let Some((decoder, encoder)) = place.as_mut().and_then(|opened| opened.both.as_mut()) else { return };
        let count = decoder.decode(payload, &mut self.samples);
        let Some(samples) = self.samples.get_mut(..count) else { return };
        let mut changed = false;
        let wanted =
            self.hooks.iter_mut().filter(|hook| hook.wants(way) && !hook.gone.load(Ordering::Relaxed));
        for hook in wanted {
            let mut frame = HookFrame { way, rate: codec.sample_rate(), samples, at: now.at, tell: None };
            changed |= hook.hook.take(&mut frame);
            frame.tell.into_iter().for_each(&mut tell);
        }
        if changed {
            encoder.encode(samples, payload);
        }
    }
}

impl NewHook {
    fn wants(&self, way: Way) -> bool {
        match way {
            Way::Received => self.ways.receive,
            Way::Sent => self.ways.send,
        }
    }
}

impl Leg {
    /// Shows sound to the hooks of this leg.
    pub(super) fn show(&mut self, way: Way, codec: Codec, payload: &mut [u8], now: Now) {
        let Some(mut hooks) = self.cold.hooks.take() else { return };
        hooks.show(way, codec, payload, now, |event| self.tell(event));
        self.cold.hooks = Some(hooks);
    }

    /// Shows the sound in a packet that is about to leave.
    pub(super) fn show_packet(&mut self, packet: &mut [u8], now: Now) {
        let Some(codec) = self.codec_out else { return };
        let Ok(range) = Packet::parse(packet).map(|packet| packet.payload_range()) else { return };
        if let Some(payload) = packet.get_mut(range) {
            self.show(Way::Sent, codec, payload, now);
        }
    }

    /// Tells the channel when the first hook has come or the last one has gone.
    fn tell_watched(&self) {
        let watched = self.cold.hooks.is_some();
        if self.cold.shared.facts.watched.swap(watched, Ordering::Relaxed) != watched {
            self.tell(PortEvent::Watched);
        }
    }

    fn wants(&self, way: Way) -> bool {
        self.cold.hooks.as_ref().is_some_and(|hooks| hooks.wants(way))
    }
}

impl World {
    /// Shows sound that comes in at `index` to the hooks on its way, up to the leg that sends it.
    pub(super) fn show_on_way(&mut self, index: u32, codec: Codec, payload: &mut [u8], now: Now) {
        let mut at = index;
        for _ in 0..HOPS {
            let Some(leg) = self.legs.get_mut(at) else { return };
            leg.show(Way::Received, codec, payload, now);
            let out = if leg.cold.looped { at } else { leg.cold.link };
            let Some(sink) = self.legs.get_mut(out).filter(|sink| !sink.is_playing()) else { return };
            let Kind::Pipe { other } = sink.cold.kind else { return };
            sink.show(Way::Sent, codec, payload, now);
            at = other;
        }
    }

    /// Whether hooks want sound that comes in at `index`, there or in the pipes on its way.
    pub(super) fn is_watched(&self, index: u32) -> bool {
        let mut at = index;
        for _ in 0..HOPS {
            let Some(leg) = self.legs.get(at) else { return false };
            if leg.wants(Way::Received) {
                return true;
            }
            let out = if leg.cold.looped { at } else { leg.cold.link };
            let Some(sink) = self.legs.get(out) else { return false };
            let Kind::Pipe { other } = sink.cold.kind else { return false };
            if sink.wants(Way::Sent) {
                return true;
            }
            at = other;
        }
        false
    }

    /// Notes on a leg what its packets must know of hooks.
    pub(super) fn update_hooks(&mut self, index: u32) {
        let watched = self.is_watched(index);
        if let Some(leg) = self.legs.get_mut(index) {
            let shown = leg.wants(Way::Sent);
            leg.set_hooked(watched, shown);
        }
    }

    pub(super) fn add_hook(&mut self, index: u32, hook: NewHook) {
        if let Some(leg) = self.legs.get_mut(index) {
            leg.cold.hooks.get_or_insert_default().add(hook);
            leg.tell_watched();
        }
        self.route_around(index);
    }

    pub(super) fn tidy_hooks(&mut self, index: u32) {
        if let Some(leg) = self.legs.get_mut(index)
            && leg.cold.hooks.as_mut().is_some_and(|hooks| !hooks.tidy())
        {
            leg.cold.hooks = None;
            leg.tell_watched();
        }
        self.route_around(index);
    }
}
