//! What is looked at ten times a second: reports, silence of the other side, keep-alives, numbers to show.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use obelus_rtp::rtcp::CompoundWriter;
use obelus_rtp::{Header, PayloadType};

use super::leg::{Leg, Now};
use super::{Buffers, Common, SWEEP, World};
use crate::event::{PortEvent, RtcpReport};

/// The noise level of a keep-alive, in dBov below zero: as quiet as can be said (RFC 3389 3.1).
const QUIET: [u8; 1] = [127];

impl World {
    /// Looks at the legs whose turn it is: some in each tick, or all of them now and then.
    pub(super) fn sweep(&mut self, now: Now, buffers: &mut Buffers, is_ticking: bool) {
        let end = self.legs.end();
        if is_ticking {
            let ticks = (SWEEP.as_micros() / self.common.config.tick.as_micros().max(1)).max(1) as u32;
            for _ in 0..end.div_ceil(ticks) {
                self.swept = if self.swept + 1 < end { self.swept + 1 } else { 0 };
                self.sweep_leg(self.swept, now, buffers);
            }
            self.next_sweep = now.at + SWEEP;
        } else if now.at >= self.next_sweep {
            self.next_sweep = now.at + SWEEP;
            (0..end).for_each(|index| self.sweep_leg(index, now, buffers));
        }
    }

    fn sweep_leg(&mut self, index: u32, now: Now, buffers: &mut Buffers) {
        if self.legs.get(index).is_some() {
            self.handling = index;
            self.guarded(buffers, |world, buffers| world.look_after(index, now, buffers));
        }
    }

    fn look_after(&mut self, index: u32, now: Now, buffers: &mut Buffers) {
        let Some(rtp) = self.legs.get_mut(index).and_then(Leg::rtp_mut) else { return };
        if let Some(change) = rtp.digits.handle_timeout(now.at) {
            self.pass_change(index, change, now);
        }
        let common = std::sync::Arc::clone(&self.common);
        let Some(leg) = self.legs.get_mut(index) else { return };
        leg.send_report(&common, now, buffers);
        leg.judge_silence(now);
        leg.keep_alive(now, buffers);
        leg.cold.shared.publish(leg.stats());
    }
}

impl Leg {
    /// Sends the RTCP report that is due.
    fn send_report(&mut self, common: &Common, now: Now, buffers: &mut Buffers) {
        let ntp = common.wall.at(now.at);
        let Some(rtp) = self.rtp_mut().filter(|rtp| rtp.settings.rtcp) else { return };
        let Some(report) = rtp.session.poll_report(now.at, ntp) else { return };
        let reports = rtp.reports_rtcp || common.crew.wants_reports();
        if let Ok(len) = report.write(&common.cname, &mut buffers.out) {
            self.send_control(buffers.out.get(..len).unwrap_or_default());
        }
        if reports && let Some(remote) = self.control_destination() {
            let report = RtcpReport::sent(&report, self.control_address(), remote);
            self.tell(PortEvent::Rtcp(Box::new(report)));
        }
    }

    /// The last report and a goodbye (RFC 3550 6.6); nothing if nothing was ever sent or received.
    pub(super) fn say_goodbye(&mut self, common: &Common, now: Now, buffers: &mut Buffers) {
        let (ntp, ssrc) = (common.wall.at(now.at), self.relay.ssrc());
        let Some(rtp) = self.rtp_mut().filter(|rtp| rtp.settings.rtcp) else { return };
        if rtp.session.next_timeout().is_none() {
            return;
        }
        let report = rtp.session.report(now.at, ntp);
        let mut writer = CompoundWriter::new(&mut buffers.out);
        let written = writer
            .report(report.ssrc, report.sender.as_ref(), report.block.as_slice())
            .and_then(|writer| writer.cname(ssrc, &common.cname))
            .and_then(|writer| writer.bye(&[ssrc], ""))
            .map(|writer| writer.len());
        if let Ok(len) = written {
            self.send_control(buffers.out.get(..len).unwrap_or_default());
        }
    }

    /// The socket that reports leave by.
    fn control_socket(&self) -> Option<&UdpSocket> {
        let rtp = self.rtp_ref()?;
        rtp.control.as_ref().filter(|_| !rtp.settings.rtcp_mux).or(self.socket.as_ref())
    }

    pub(super) fn control_address(&self) -> Option<SocketAddr> {
        self.control_socket()?.local_addr().ok()
    }

    fn send_control(&mut self, report: &[u8]) {
        let Some(destination) = self.control_destination() else { return };
        if self.control_socket().is_some_and(|socket| socket.send_to(report, destination).is_err()) {
            self.cold.counters.unsent += 1;
        }
    }

    /// Tells once that no packet comes.
    fn judge_silence(&mut self, now: Now) {
        let since = Duration::from_millis(now.ms.wrapping_sub(self.received_ms).into());
        let listens = self.listens();
        let Some(rtp) = self.rtp_mut() else { return };
        let on_hold = rtp.on_hold || !listens;
        let limit = if on_hold { rtp.settings.timeout_on_hold } else { rtp.settings.timeout };
        if !rtp.silence_told && limit.is_some_and(|limit| since >= limit) {
            rtp.silence_told = true;
            self.tell(PortEvent::NoRtp { since, on_hold });
        }
    }

    /// Breaks a long silence of ours with a packet of comfort noise.
    fn keep_alive(&mut self, now: Now, buffers: &mut Buffers) {
        let quiet = Duration::from_millis(now.ms.wrapping_sub(self.sent_ms).into());
        let Some(every) = self.rtp_ref().and_then(|rtp| rtp.settings.keepalive) else { return };
        if quiet < every || self.destination.is_none() {
            return;
        }
        let noise = PayloadType::from_wire(obelus_media::COMFORT_NOISE_PAYLOAD_TYPE);
        let header: Header = self.relay.originate(now.at, noise, 160);
        self.send_packet(&header, &QUIET, now, &mut buffers.out);
    }
}
