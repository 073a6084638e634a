//! What comes from the network: RTP to whom the port is connected to, digits to the channel, RTCP to the counts.

use std::io;
use std::net::SocketAddr;
use std::ops::Range;

use obelus_media::Codec;
use obelus_rtp::rtcp::{Compound, RtcpPacket};
use obelus_rtp::{Header, Kind as DatagramKind, Packet, classify};

use super::leg::{Now, clock_of};
use super::slab::NOBODY;
use super::{Buffers, Kind, World};
use crate::event::{PortEvent, RtcpReport};
use crate::settings::Payload;

/// The token under which a leg's socket is waited for; its RTCP socket has the lowest bit set.
pub(super) fn token(index: u32, generation: u32, is_control: bool) -> u64 {
    // The top bit stays clear, so that no token is the bell's.
    (u64::from(generation & 0x3fff_ffff) << 33) | (u64::from(index) << 1) | u64::from(is_control)
}

/// A packet of sound.
struct Voice<'a> {
    header: &'a Header,
    datagram: &'a mut [u8],
    /// Where in the datagram the sound is.
    payload: Range<usize>,
    codec: Codec,
}

impl World {
    /// Takes one datagram from the socket with this token.
    pub(super) fn readable(&mut self, socket: u64, now: Now, buffers: &mut Buffers) {
        let index = ((socket >> 1) & u64::from(u32::MAX)) as u32;
        let is_control = socket & 1 != 0;
        if token(index, self.legs.generation(index), is_control) != socket {
            return;
        }
        self.handling = index;
        let mut packet = std::mem::take(&mut buffers.packet);
        let taken = self.take_datagram(index, is_control, &mut packet);
        if let Ok((len, from)) = taken
            && let Some(datagram) = packet.get_mut(..len)
        {
            match classify(datagram) {
                DatagramKind::Rtp if !is_control => self.handle_rtp(index, datagram, from, now, buffers),
                DatagramKind::Rtcp => self.handle_rtcp(index, datagram, from, is_control, now),
                _ => self.count_unknown(index),
            }
        }
        buffers.packet = packet;
    }

    fn take_datagram(
        &self,
        index: u32,
        is_control: bool,
        packet: &mut [u8],
    ) -> io::Result<(usize, SocketAddr)> {
        let leg = self.legs.get(index).ok_or(io::ErrorKind::NotFound)?;
        let socket = match &leg.cold.kind {
            Kind::Rtp(rtp) if is_control => rtp.control.as_ref(),
            _ => leg.socket.as_ref(),
        };
        // The address is asked for even of a connected socket: what came before it was may still lie in it.
        socket.ok_or(io::ErrorKind::NotFound)?.recv_from(packet)
    }

    fn count_unknown(&mut self, index: u32) {
        if let Some(leg) = self.legs.get_mut(index) {
            leg.cold.counters.unknown += 1;
        }
    }

    fn handle_rtp(
        &mut self,
        index: u32,
        datagram: &mut [u8],
        from: SocketAddr,
        now: Now,
        buffers: &mut Buffers,
    ) {
        let Ok(view) = Packet::parse(datagram) else { return self.count_unknown(index) };
        let (header, payload) = (view.header(), view.payload_range());
        if now.traced {
            self.common.crew.trace.received(from, &header, payload.len());
        }
        let Some(leg) = self.legs.get_mut(index) else { return };
        if !leg.accepts(now, from, &header) {
            return;
        }
        leg.received_ms = now.ms;
        let codec_before = leg.codec_in;
        let meaning = leg.payload(header.payload_type);
        let codec_changed = leg.codec_in != codec_before;
        let rate = match meaning {
            Payload::Voice(codec) => clock_of(codec),
            Payload::Digits(rate) => rate,
            Payload::Noise | Payload::Unknown => {
                leg.codec_in.map_or(obelus_rtp::ClockRate::NARROWBAND, clock_of)
            }
        };
        let (route, listens, watched) = (leg.route, leg.listens(), leg.is_watched());
        let Some(rtp) = leg.rtp_mut() else { return };
        let _ = rtp.session.handle_received(now.at, &header, rate, payload.len());
        let detects = rtp.detector.is_some();
        if rtp.silence_told {
            rtp.silence_told = false;
            leg.tell(PortEvent::RtpResumed);
        }
        if codec_changed {
            self.retell_path(index);
        }
        match meaning {
            _ if !listens => {}
            Payload::Voice(codec) => {
                if detects {
                    self.search_keys(index, datagram.get(payload.clone()).unwrap_or_default(), now, buffers);
                }
                if watched && let Some(sound) = datagram.get_mut(payload.clone()) {
                    self.show_on_way(index, codec, sound, now);
                }
                self.forward(route, Voice { header: &header, datagram, payload, codec }, now, buffers);
            }
            Payload::Digits(rate) => self.take_digit(index, rate, &header, datagram, payload, now),
            Payload::Noise => self.withhold(route, &header, now),
            Payload::Unknown => self.count_unknown(index),
        }
    }

    /// Lets a packet pass unheard without a hole in what the receiver counts.
    pub(super) fn withhold(&mut self, route: u32, header: &Header, now: Now) {
        if let Some(sink) = self.legs.get_mut(route) {
            sink.relay.withhold(now.at, header);
        }
    }

    /// Hands sound on to where it goes.
    fn forward(&mut self, route: u32, voice: Voice<'_>, now: Now, buffers: &mut Buffers) {
        let Voice { header, datagram, payload, codec } = voice;
        if route == NOBODY {
            return;
        }
        let Some(sink) = self.legs.get_mut(route) else { return };
        if !sink.sends() {
            if let Kind::Queue(_) = sink.cold.kind {
                let payload = datagram.get(payload).unwrap_or_default();
                self.send_frame(route, codec, payload, now, buffers);
            }
            return;
        }
        if sink.is_sending_digit() {
            sink.relay.withhold(now.at, header);
            return;
        }
        if sink.codec_out != Some(codec) {
            let payload = datagram.get(payload).unwrap_or_default();
            self.send_converted(route, Some(header), codec, payload, now, buffers);
            return;
        }
        let Some(mut out) = sink.relay.forward(now.at, header) else { return };
        out.payload_type = sink.type_out;
        // A packet was parsed from these bytes, so a header fits.
        let _ = out.rewrite(datagram);
        if sink.transmit(now, datagram, &out, payload.len()) {
            self.count_sent();
        }
    }

    fn handle_rtcp(&mut self, index: u32, datagram: &[u8], from: SocketAddr, is_control: bool, now: Now) {
        let Ok(compound) = Compound::parse(datagram) else { return self.count_unknown(index) };
        let ntp = self.common.wall.at(now.at);
        let Some(leg) = self.legs.get_mut(index) else { return };
        let destination = leg.destination;
        let Some(rtp) = leg.rtp_mut() else { return };
        let media = rtp.session.receiver().source();
        let mut told = Vec::new();
        for packet in compound.packets() {
            let (RtcpPacket::SenderReport { ssrc, .. } | RtcpPacket::ReceiverReport { ssrc, .. }) = &packet
            else {
                continue;
            };
            // On the media's own port the address tells who it is.
            let known =
                if is_control { rtp.learner.accepts_rtcp(*ssrc, media) } else { Some(from) == destination };
            if !known && media.is_some() {
                continue;
            }
            if is_control && known && rtp.settings.rules.0.symmetric {
                rtp.control_source = Some(from);
            }
            if let Some(report) = rtp.session.handle_rtcp(now.at, ntp, &packet)
                && (rtp.reports_rtcp || self.common.crew.wants_reports())
            {
                told.push(report);
            }
        }
        for report in told {
            let report = RtcpReport::received(&report, leg.control_address(), from);
            leg.tell(PortEvent::Rtcp(Box::new(report)));
        }
    }
}
