//! `pjsip show channelstats`: how the audio of every call fares.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use obelus_core::channel::ChannelHandle;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::engine::Statistics;

/// A channel that is busy for so long is left out.
const PATIENCE: Duration = Duration::from_millis(500);

const HEAD: &str = "                                             ...........Receive......... .........Transmit..........\n \
    BridgeId ChannelId ........ UpTime.. Codec.   Count    Lost Pct  Jitter   Count    Lost Pct  Jitter RTT....\n \
    =================";

pub(super) struct ShowChannelStats;

#[async_trait]
impl CliCommand for ShowChannelStats {
    fn syntax(&self) -> &'static str {
        "pjsip show channelstats"
    }

    fn synopsis(&self) -> &'static str {
        "Show PJSIP Channel Stats"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let mut channels = call.core.channels.all();
        channels.retain(|channel| channel.technology() == "PJSIP");
        channels.sort_by(|one, other| one.name().cmp(other.name()));
        if channels.is_empty() {
            return Ok("No objects found.\n\n".to_owned());
        }
        let mut out = format!("\n{HEAD}\n\n");
        let now = call.core.clock.now().into();
        for channel in &channels {
            out.push_str(&line(channel, now).await);
        }
        let _ = writeln!(out, "\nObjects found: {}\n", channels.len());
        Ok(out)
    }
}

async fn line(channel: &ChannelHandle, now: SystemTime) -> String {
    let asked = channel.run(|channel| {
        Box::pin(async move {
            let codec = channel.codec().map(|codec| codec.name()).unwrap_or_default();
            channel.media().map(|port| (codec, port.stats().rtp))
        })
    });
    let name = channel.name();
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(Some((codec, statistics)))) => {
            let up = now.duration_since(channel.created().into()).unwrap_or_default();
            let bridge = channel.facts().bridge.clone().unwrap_or_default();
            row(&bridge, name.trim_start_matches("PJSIP/"), up, codec, &statistics)
        }
        Ok(Ok(None)) => format!(" {name} no audio streams\n"),
        Ok(Err(_)) | Err(_) => format!(" {name} not valid\n"),
    }
}

fn row(bridge: &str, name: &str, up: Duration, codec: &str, statistics: &Statistics) -> String {
    let seconds = up.as_secs();
    let up = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let receive =
        Side { count: statistics.received, lost: statistics.lost, jitter: statistics.local_jitter.last() };
    let send = Side {
        count: statistics.sent,
        lost: statistics.remote_loss.last() as u32,
        jitter: statistics.remote_jitter.last(),
    };
    let round_trip = statistics.round_trip.mean().min(999.999);
    format!(" {bridge:>8.8} {name:<18.18} {up:<8.8} {codec:<6.6} {receive} {send} {round_trip:7.3}\n")
}

/// One direction.
struct Side {
    count: u32,
    lost: u32,
    jitter: f64,
}

impl std::fmt::Display for Side {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Side { count, lost, jitter } = *self;
        let share = (u64::from(lost) * 100).checked_div(count.into()).unwrap_or_default();
        write!(formatter, "{} {} {share:>3} {:7.3}", short(count), short(lost), jitter.min(999.999))
    }
}

/// Large numbers in thousands.
fn short(number: u32) -> String {
    if number > 100_000 { format!("{:>6}K", number / 1000) } else { format!("{number:>6} ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_stand_below_their_heads() {
        let statistics = Statistics { received: 250, sent: 123_456, lost: 5, ..Statistics::default() };
        let row = row("0123456789", "alice-00000001", Duration::from_secs(3665), "ulaw", &statistics);
        let expected = " 01234567 alice-00000001     01:01:05 ulaw      250       5    2   0.000    123K      0    0   0.000   0.000\n";
        assert_eq!(row, expected);
    }
}
