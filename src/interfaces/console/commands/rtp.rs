//! `rtp show settings`, `rtp set debug`.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::engine::{ThreadStats, TracedPackets};

use super::text::yes_no;
use crate::usage::usage;

pub(super) struct ShowSettings;

#[async_trait]
impl CliCommand for ShowSettings {
    fn syntax(&self) -> &'static str {
        "rtp show settings"
    }

    fn synopsis(&self) -> &'static str {
        "Display RTP settings"
    }

    fn description(&self) -> &'static str {
        "Shows the ports for audio, and how the threads do that carry it: a late tick of 20 ms is heard."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (start, end) = call.core.engine.port_range();
        let mut text = "\n\nGeneral Settings:\n----------------\n".to_owned();
        let _ = writeln!(text, "  Port start:      {start}\n  Port end:        {end}");
        text.push_str("\nMedia Threads:\n--------------\n");
        text.push_str(&row([
            "Thread",
            "Ports",
            "Ticks",
            "Late",
            "Latest",
            "Received",
            "Sent",
            "Faults",
            "Real-time",
        ]));
        for (number, stats) in call.core.engine.stats().iter().enumerate() {
            push_thread(&mut text, number, stats);
        }
        Ok(text)
    }
}

fn push_thread(text: &mut String, number: usize, stats: &ThreadStats) {
    let latest = format!("{:.1}ms", stats.latest.as_secs_f64() * 1000.0);
    let [number, ports] = [number, stats.ports].map(|count| count.to_string());
    let [ticks, late, received, sent, faults] =
        [stats.ticks, stats.late, stats.received, stats.sent, stats.faults].map(|count| count.to_string());
    let real_time = yes_no(stats.real_time);
    text.push_str(&row([&number, &ports, &ticks, &late, &latest, &received, &sent, &faults, real_time]));
}

fn row([thread, ports, ticks, late, latest, received, sent, faults, real_time]: [&str; 9]) -> String {
    format!(
        "  {thread:>6} {ports:>6} {ticks:>12} {late:>8} {latest:>9} {received:>14} {sent:>14} {faults:>6} {real_time}\n"
    )
}

pub(super) struct SetDebug;

#[async_trait]
impl CliCommand for SetDebug {
    fn syntax(&self) -> &'static str {
        "rtp set debug {on|off|ip host[:port]}"
    }

    fn synopsis(&self) -> &'static str {
        "Enable/Disable RTP debugging"
    }

    fn description(&self) -> &'static str {
        "Prints each RTP packet as it comes and goes; with `ip` only those of this host, and of this port."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (packets, said) = chosen(self, &call)?;
        call.core.engine.trace(packets);
        Ok(format!("RTP Packet Debugging {said}\n"))
    }
}

/// Which packets `on`, `off` or `ip host[:port]` are, and what is said of it.
pub(super) fn chosen(
    command: &dyn CliCommand,
    call: &CliCall<'_>,
) -> Result<(TracedPackets, String), CliError> {
    match call.arguments() {
        ["on"] => Ok((TracedPackets::All, "Enabled".to_owned())),
        ["off"] => Ok((TracedPackets::None, "Disabled".to_owned())),
        ["ip", far] => {
            let (host, port) = host_and_port(far).ok_or_else(|| {
                CliError::failed(format!("Failed to lookup address '{far}': give an IP address"))
            })?;
            Ok((TracedPackets::Of(host, port), format!("Enabled for address: {far}")))
        }
        _ => Err(usage(command)),
    }
}

/// `192.0.2.1`, `192.0.2.1:4000`, `2001:db8::1`, `[2001:db8::1]:4000`.
fn host_and_port(text: &str) -> Option<(IpAddr, Option<u16>)> {
    let whole = text.parse::<SocketAddr>().map(|far| (far.ip(), Some(far.port())));
    whole.or_else(|_| text.parse().map(|host| (host, None))).ok()
}
