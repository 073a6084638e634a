//! How SIP is spoken with an endpoint.

use std::time::Duration;

use obelus_core::conf::{Problem, Reader, is_false, is_true};
use obelus_sip::uri::UriBuf;

use crate::config::values::{flag, proxy};

/// How SIP is spoken with an endpoint.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// The proxy that requests to it go through.
    pub outbound_proxy: Option<UriBuf>,
    /// Whether provisional responses are sent reliably.
    pub reliability: Reliability,
    /// How far session timers are used.
    pub timers: TimerMode,
    /// The shortest session interval accepted.
    pub timers_minimum: Duration,
    /// The session interval asked for.
    pub timers_interval: Duration,
    /// Whether its Contact is taken to be where its packets come from.
    pub rewrite_contact: bool,
    /// Whether ringing is played as audio (183) in place of 180.
    pub inband_progress: bool,
    /// Whether media of another fork is followed before the answer.
    pub follow_early_media_fork: bool,
    /// Whether a second answer of the same fork is taken.
    pub accept_multiple_sdp_answers: bool,
    /// Whether a 183 without SDP is passed over.
    pub ignore_183_without_sdp: bool,
    /// Whether it may transfer by REFER.
    pub allow_transfer: bool,
    /// Whether it hears how a blind transfer goes on.
    pub refer_blind_progress: bool,
    /// Whether Reason goes without Q.850 causes.
    pub suppress_q850_reason: bool,
}

/// Whether provisional responses are sent reliably (RFC 3262): `100rel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliability {
    /// Never; an INVITE that requires it is refused.
    No,
    /// When the other side requires it.
    Yes,
    /// Whenever the other side can.
    PeerSupported,
    /// The other side must.
    Required,
}

/// How far session timers are used (RFC 4028): `timers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerMode {
    /// Not at all.
    No,
    /// When the other side knows them, too.
    Yes,
    /// The other side must know them.
    Required,
    /// Also where the other side does not know them.
    Always,
}

impl SessionSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> SessionSettings {
        let (timers_minimum, timers_interval) = intervals(reader);
        SessionSettings {
            outbound_proxy: proxy(reader, "outbound_proxy"),
            reliability: reliability(reader),
            timers: timers(reader),
            timers_minimum,
            timers_interval,
            rewrite_contact: flag(reader, "rewrite_contact", false),
            inband_progress: flag(reader, "inband_progress", false),
            follow_early_media_fork: flag(reader, "follow_early_media_fork", true),
            accept_multiple_sdp_answers: flag(reader, "accept_multiple_sdp_answers", false),
            ignore_183_without_sdp: flag(reader, "ignore_183_without_sdp", false),
            allow_transfer: flag(reader, "allow_transfer", true),
            refer_blind_progress: flag(reader, "refer_blind_progress", true),
            suppress_q850_reason: flag(reader, "suppress_q850_reason_headers", false),
        }
    }
}

fn reliability(reader: &mut Reader<'_>) -> Reliability {
    let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
        "peer_supported" => Some(Reliability::PeerSupported),
        "required" => Some(Reliability::Required),
        text if is_true(text) => Some(Reliability::Yes),
        text if is_false(text) => Some(Reliability::No),
        _ => None,
    };
    reader.parsed("100rel", "yes, no, peer_supported or required", parse).unwrap_or(Reliability::Yes)
}

fn timers(reader: &mut Reader<'_>) -> TimerMode {
    let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
        "required" => Some(TimerMode::Required),
        "always" | "forced" => Some(TimerMode::Always),
        text if is_true(text) => Some(TimerMode::Yes),
        text if is_false(text) => Some(TimerMode::No),
        _ => None,
    };
    reader.parsed("timers", "yes, no, required or always", parse).unwrap_or(TimerMode::Yes)
}

/// RFC 4028 4 allows no interval below 90 seconds.
fn intervals(reader: &mut Reader<'_>) -> (Duration, Duration) {
    let seconds = |reader: &mut Reader<'_>, name, default| {
        reader.duration_seconds(name, 90..=86_400).unwrap_or(Duration::from_secs(default))
    };
    let minimum = seconds(reader, "timers_min_se", 90);
    let interval = seconds(reader, "timers_sess_expires", 1800);
    if interval < minimum {
        let section = reader.section();
        let place = section.entry("timers_sess_expires").or(section.entry("timers_min_se"));
        let place = place.map_or(section.location.clone(), |entry| entry.location.clone());
        let message = format!("[{}] has `timers_sess_expires` below `timers_min_se`", section.name);
        reader.report(Problem::error(place, message));
    }
    (minimum, interval)
}
