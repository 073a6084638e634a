//! Reports about streams: `RTCPSent` and `RTCPReceived`.

use obelus_core::action::Lines;
use obelus_core::engine::RtcpReport;
use obelus_core::events::Event;

use super::push_channel;

/// Asterisk's name of a report.
pub(super) fn name(report: &RtcpReport) -> &'static str {
    if report.is_sent { "RTCPSent" } else { "RTCPReceived" }
}

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event) -> bool {
    let Event::Rtcp { channel, report } = event else { return false };
    push_channel(lines, "", channel);
    let local = report.local.map(|local| local.to_string()).unwrap_or_default();
    if report.is_sent {
        lines.put("To", report.remote).put("From", local);
    } else {
        let round_trip = report.round_trip.unwrap_or_default().as_secs_f64();
        lines.put("To", local).put("From", report.remote).put("RTT", format_args!("{round_trip:.4}"));
    }
    lines.put("MES", format_args!("{:.1}", report.mes));
    push_report(lines, report);
    true
}

fn push_report(lines: &mut Lines<'_>, report: &RtcpReport) {
    let kind = if report.sender.is_some() { "200(SR)" } else { "201(RR)" };
    lines.put("SSRC", format_args!("{:#010x}", report.ssrc)).put("PT", kind);
    lines.put("ReportCount", usize::from(report.block.is_some()));
    if let Some(sender) = report.sender {
        let sent = sender.ntp.to_unix();
        lines.put("SentNTP", format_args!("{}.{:06}", sent.as_secs(), sent.subsec_micros()));
        lines.put("SentRTP", sender.timestamp.0).put("SentPackets", sender.packets);
        lines.put("SentOctets", sender.octets);
    }
    let Some(block) = report.block else { return };
    lines.put("Report0SourceSSRC", format_args!("{:#010x}", block.source.0));
    lines.put("Report0FractionLost", block.fraction_lost);
    lines.put("Report0CumulativeLost", block.cumulative_lost.max(0));
    lines.put("Report0HighestSequence", block.highest_sequence & 0xffff);
    lines.put("Report0SequenceNumberCycles", block.highest_sequence >> 16);
    lines.put("Report0IAJitter", block.jitter).put("Report0LSR", block.last_sender_report);
    lines.put("Report0DLSR", format_args!("{:.4}", f64::from(block.delay_since) / 65536.0));
}
