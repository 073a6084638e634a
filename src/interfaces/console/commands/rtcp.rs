//! `rtcp set debug` and `rtcp set stats`: reports about streams, told to the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::engine::{RtcpReport, TracedPackets};
use obelus_core::events::{Delivery, Event, EventKind, Listener};
use tokio::task::AbortHandle;

use super::rtp::chosen;
use crate::usage::usage;

/// Which reports are told, and the task that reads them off the bus while any is.
#[derive(Default)]
pub(super) struct Reports(Mutex<Wanted>);

#[derive(Default)]
struct Wanted {
    whole: TracedPackets,
    stats: bool,
    reader: Option<AbortHandle>,
}

impl Reports {
    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(self: &Arc<Self>, core: &Core, change: impl FnOnce(&mut Wanted)) {
        let mut wanted = self.wanted();
        change(&mut wanted);
        let wants = wanted.stats || wanted.whole != TracedPackets::None;
        if !wants {
            wanted.reader.take().iter().for_each(AbortHandle::abort);
        } else if wanted.reader.is_none() {
            let listener = core.events.listen(EventKind::Rtcp.bit(), None);
            wanted.reader = Some(tokio::spawn(read(Arc::downgrade(self), listener)).abort_handle());
        }
    }

    fn tell(&self, channel: &str, report: &RtcpReport) {
        let (whole, stats) = {
            let wanted = self.wanted();
            (wanted.whole, wanted.stats)
        };
        if whole.cover(report.remote) {
            lines(report).iter().for_each(|line| say(line));
        }
        if stats {
            say(&summary(channel, report));
        }
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        let wanted = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        wanted.reader.take().iter().for_each(AbortHandle::abort);
    }
}

async fn read(reports: Weak<Reports>, mut listener: Listener) {
    loop {
        let delivery = listener.next().await;
        let Some(reports) = reports.upgrade() else { return };
        match delivery {
            Delivery::Event(record) => {
                if let Event::Rtcp { channel, report } = &record.event {
                    reports.tell(&channel.name, report);
                }
            }
            Delivery::Lost(count) => {
                say(&format!("{count} RTCP reports were not shown, the log is too slow"))
            }
        }
    }
}

fn say(line: &str) {
    tracing::info!(target: "verbose", level = 0_u8, "{line}");
}

/// In the layout of Asterisk, which scripts read.
fn lines(report: &RtcpReport) -> Vec<String> {
    if report.is_sent { sent(report) } else { received(report) }
}

fn sent(report: &RtcpReport) -> Vec<String> {
    let kind = if report.sender.is_some() { "SR" } else { "RR" };
    let mut lines =
        vec![format!("* Sent RTCP {kind} to {}", report.remote), format!("  Our SSRC: {}", report.ssrc)];
    if let Some(sender) = report.sender {
        let at = sender.ntp.to_unix();
        lines.push(format!("  Sent(NTP): {}.{:06}", at.as_secs(), at.subsec_micros()));
        lines.push(format!("  Sent(RTP): {}", sender.timestamp.0));
        lines.push(format!("  Sent packets: {}", sender.packets));
        lines.push(format!("  Sent octets: {}", sender.octets));
    }
    if let Some(block) = report.block {
        lines.push("  Report block:".to_owned());
        lines.push(format!("    Their SSRC: {}", block.source.0));
        lines.push(format!("    Fraction lost: {}", block.fraction_lost));
        lines.push(format!("    Cumulative loss: {}", block.cumulative_lost));
        lines.push(format!("    Highest seq no: {}", block.highest_sequence));
        lines.push(format!("    IA jitter (samp): {}", block.jitter));
        lines.push(format!("    Their last SR: {}", block.last_sender_report));
        lines.push(format!("    DLSR: {:.4} (sec)", f64::from(block.delay_since) / 65536.0));
    }
    lines
}

fn received(report: &RtcpReport) -> Vec<String> {
    let kind = if report.sender.is_some() { "200 (SR)" } else { "201 (RR)" };
    let mut lines = vec![
        format!("RTCP from {}", report.remote),
        format!("PT: {kind}"),
        format!("Reception reports: {}", usize::from(report.block.is_some())),
        format!("SSRC of sender: {}", report.ssrc),
    ];
    if let Some(sender) = report.sender {
        let at = sender.ntp.to_unix();
        lines.push(format!("NTP timestamp: {}.{:06}", at.as_secs(), at.subsec_micros()));
        lines.push(format!("RTP timestamp: {}", sender.timestamp.0));
        lines.push(format!("SPC: {}\tSOC: {}", sender.packets, sender.octets));
    }
    if let Some(block) = report.block {
        lines.push(format!("  Fraction lost: {}", block.fraction_lost));
        lines.push(format!("  Packets lost so far: {}", block.cumulative_lost));
        lines.push(format!("  Highest sequence number: {}", block.highest_sequence & 0xffff));
        lines.push(format!("  Sequence number cycles: {}", block.highest_sequence >> 16));
        lines.push(format!("  Interarrival jitter (samp): {}", block.jitter));
        lines.push(format!("  DLSR: {:.4} (sec)", f64::from(block.delay_since) / 65536.0));
        lines.push(format!("  RTT: {:.4}(sec)", report.round_trip.unwrap_or_default().as_secs_f64()));
        lines.push(format!("  MES: {:4.1}", report.mes));
    }
    lines
}

/// One line; what one side says of how it hears the other.
fn summary(channel: &str, report: &RtcpReport) -> String {
    let way = if report.is_sent { "sent to" } else { "from" };
    let mut text = format!("RTCP {way} {} ({channel}):", report.remote);
    match report.block {
        None => text.push_str(" nothing heard"),
        Some(block) => {
            let lost = f64::from(block.fraction_lost) / 2.56;
            text.push_str(&format!(
                " lost {} ({lost:.1}% lately), jitter {}, MES {:.1}",
                block.cumulative_lost, block.jitter, report.mes
            ));
        }
    }
    if let Some(round_trip) = report.round_trip {
        text.push_str(&format!(", RTT {:.4}", round_trip.as_secs_f64()));
    }
    text
}

pub(super) struct SetDebug(pub(super) Arc<Reports>);

#[async_trait]
impl CliCommand for SetDebug {
    fn syntax(&self) -> &'static str {
        "rtcp set debug {on|off|ip host[:port]}"
    }

    fn synopsis(&self) -> &'static str {
        "Enable/Disable RTCP debugging"
    }

    fn description(&self) -> &'static str {
        "Prints each report about a stream as it comes and goes; with `ip` only those of this host, and of this port."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (packets, said) = chosen(self, &call)?;
        self.0.change(call.core, |wanted| wanted.whole = packets);
        Ok(format!("RTCP Packet Debugging {said}\n"))
    }
}

pub(super) struct SetStats(pub(super) Arc<Reports>);

#[async_trait]
impl CliCommand for SetStats {
    fn syntax(&self) -> &'static str {
        "rtcp set stats {on|off}"
    }

    fn synopsis(&self) -> &'static str {
        "Enable/Disable RTCP stats"
    }

    fn description(&self) -> &'static str {
        "Prints one line for each report about a stream: what was lost, how much it jitters, how long it takes there\n\
         and back."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let stats = match call.arguments() {
            ["on"] => true,
            ["off"] => false,
            _ => return Err(usage(self)),
        };
        self.0.change(call.core, |wanted| wanted.stats = stats);
        Ok(format!("RTCP Stats {}\n", if stats { "Enabled" } else { "Disabled" }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn report(is_sent: bool) -> RtcpReport {
        RtcpReport {
            is_sent,
            local: None,
            remote: "192.0.2.1:4001".parse().expect("an address"),
            ssrc: 7,
            sender: None,
            block: Some(Default::default()),
            round_trip: (!is_sent).then_some(Duration::from_millis(20)),
            mes: 87.5,
        }
    }

    #[test]
    fn a_report_is_told_in_asterisks_words() {
        let heard = lines(&report(false));
        assert_eq!(
            heard.get(..4).expect("a head"),
            ["RTCP from 192.0.2.1:4001", "PT: 201 (RR)", "Reception reports: 1", "SSRC of sender: 7"]
        );
        assert!(
            heard.contains(&"  RTT: 0.0200(sec)".to_owned()) && heard.contains(&"  MES: 87.5".to_owned())
        );
        assert_eq!(
            lines(&report(true)).first().map(String::as_str),
            Some("* Sent RTCP RR to 192.0.2.1:4001")
        );
    }

    #[test]
    fn a_summary_is_one_line() {
        let check = |is_sent, expected: &str| assert_eq!(summary("Test/1", &report(is_sent)), expected);
        check(true, "RTCP sent to 192.0.2.1:4001 (Test/1): lost 0 (0.0% lately), jitter 0, MES 87.5");
        check(
            false,
            "RTCP from 192.0.2.1:4001 (Test/1): lost 0 (0.0% lately), jitter 0, MES 87.5, RTT 0.0200",
        );
    }
}
