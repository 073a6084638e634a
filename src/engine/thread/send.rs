//! What goes out: frames of our own, and sound that is converted on its way.

use std::sync::Arc;
use std::time::Duration;

use obelus_media::{Codec, Transcoder};
use obelus_rtp::Header;

use super::crew::add;
use super::leg::{Leg, Now, clock_of};
use super::{Buffers, Kind, World};
use crate::hook::Way;
use crate::queue::QueueInner;

impl World {
    pub(super) fn count_sent(&self) {
        if let Some(member) = self.member() {
            add(&member.numbers.sent, 1);
        }
    }

    /// Sends a frame of ours out of a leg; out of half a pipe it comes in at the other half.
    pub(super) fn output(
        &mut self,
        index: u32,
        codec: Codec,
        payload: &mut [u8],
        now: Now,
        buffers: &mut Buffers,
    ) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        match leg.cold.kind {
            Kind::Pipe { other } => {
                leg.show(Way::Sent, codec, payload, now);
                self.show_on_way(other, codec, payload, now);
                let Some(route) = self.legs.get(other).map(|other| other.route) else { return };
                self.send_frame(route, codec, payload, now, buffers);
            }
            Kind::Rtp(_) | Kind::Queue(_) => self.send_frame(index, codec, payload, now, buffers),
        }
    }

    /// Sends a frame out of a leg that is no pipe.
    pub(super) fn send_frame(
        &mut self,
        index: u32,
        codec: Codec,
        payload: &[u8],
        now: Now,
        buffers: &mut Buffers,
    ) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        match &leg.cold.kind {
            Kind::Pipe { .. } => {}
            Kind::Queue(queue) => {
                let queue = Arc::clone(queue);
                let given = if leg.is_shown() {
                    leg.give_shown(&queue, codec, payload, now, buffers)
                } else if queue.codec == codec {
                    queue.give_frame(codec, payload)
                } else {
                    buffers.converted.clear();
                    leg.convert(codec, queue.codec, payload, buffers)
                        && queue.give_frame(queue.codec, &buffers.converted)
                };
                if !given {
                    leg.cold.counters.unsent += 1;
                }
            }
            Kind::Rtp(_) if !leg.sends() || leg.is_sending_digit() => {}
            Kind::Rtp(_) if leg.codec_out == Some(codec) => {
                if leg.originate(codec, payload, now, &mut buffers.out) {
                    self.count_sent();
                }
            }
            Kind::Rtp(_) => self.send_converted(index, None, codec, payload, now, buffers),
        }
    }

    /// Converts a payload to the codec of an RTP leg and sends it.
    ///
    /// With the header of the packet that it came in, and clocks that agree, losses stay visible to the receiver.
    pub(super) fn send_converted(
        &mut self,
        index: u32,
        header: Option<&Header>,
        codec: Codec,
        payload: &[u8],
        now: Now,
        buffers: &mut Buffers,
    ) {
        let Some(leg) = self.legs.get_mut(index) else { return };
        let Some(to) = leg.codec_out else { return };
        buffers.converted.clear();
        if !leg.convert(codec, to, payload, buffers) {
            return;
        }
        let converted = std::mem::take(&mut buffers.converted);
        let sent = match header.filter(|_| clock_of(codec) == clock_of(to)) {
            Some(header) => leg.forward_payload(header, &converted, now, &mut buffers.out),
            None => leg.originate(to, &converted, now, &mut buffers.out),
        };
        buffers.converted = converted;
        if sent {
            self.count_sent();
        }
    }
}

impl Leg {
    /// Converts into `buffers.converted`; `false` if there is no way, which is said once.
    fn convert(&mut self, from: Codec, to: Codec, payload: &[u8], buffers: &mut Buffers) -> bool {
        let fits = |transcoder: &Transcoder| transcoder.from() == from && transcoder.to() == to;
        if self.cold.no_way == Some((from, to)) {
            return false;
        }
        if !self.cold.transcoder.as_ref().is_some_and(fits) {
            match Transcoder::new(from, to) {
                Ok(transcoder) => self.cold.transcoder = Some(transcoder),
                Err(error) => {
                    tracing::warn!(%from, %to, %error, "two ports are connected that cannot hear each other");
                    self.cold.no_way = Some((from, to));
                    return false;
                }
            }
        }
        let Some(transcoder) = &mut self.cold.transcoder else { return false };
        transcoder.run(payload, &mut buffers.scratch, &mut buffers.converted);
        !buffers.converted.is_empty()
    }

    /// Gives a frame to a driver after hooks have seen it.
    fn give_shown(
        &mut self,
        queue: &QueueInner,
        codec: Codec,
        payload: &[u8],
        now: Now,
        buffers: &mut Buffers,
    ) -> bool {
        buffers.converted.clear();
        if queue.codec == codec {
            buffers.converted.extend_from_slice(payload);
        } else if !self.convert(codec, queue.codec, payload, buffers) {
            return false;
        }
        self.show(Way::Sent, queue.codec, &mut buffers.converted, now);
        queue.give_frame(queue.codec, &buffers.converted)
    }

    /// Sends a payload of ours as the next packet.
    pub(super) fn originate(&mut self, codec: Codec, payload: &[u8], now: Now, out: &mut [u8]) -> bool {
        let header = self.relay.originate(now.at, self.type_out, ticks_of(codec, payload.len()));
        self.send_packet(&header, payload, now, out)
    }

    /// Sends a payload in the place of the packet that it came in.
    fn forward_payload(&mut self, header: &Header, payload: &[u8], now: Now, out: &mut [u8]) -> bool {
        let Some(mut header) = self.relay.forward(now.at, header) else { return false };
        header.payload_type = self.type_out;
        self.send_packet(&header, payload, now, out)
    }

    pub(super) fn send_packet(&mut self, header: &Header, payload: &[u8], now: Now, out: &mut [u8]) -> bool {
        let Ok(len) = header.write_packet(payload, out) else {
            self.cold.counters.unsent += 1;
            return false;
        };
        self.transmit(now, out.get_mut(..len).unwrap_or_default(), header, payload.len())
    }
}

/// The length of a payload on its RTP clock; 20 ms where the bytes do not tell.
fn ticks_of(codec: Codec, bytes: usize) -> u16 {
    let per_second = codec.bytes_in(Duration::from_secs(1)).filter(|&bytes| bytes > 0);
    let clock = codec.clock_rate() as usize;
    let ticks = per_second.map_or(clock / 50, |per_second| bytes * clock / per_second);
    u16::try_from(ticks).unwrap_or(u16::MAX)
}
