//! `type = system`: timers and habits of the SIP stack, fixed while it runs.

use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{ConfiguredSection, Location, OptionHelp, Reader};

use super::objects::{ObjectType, Source, Unserved, served, unserved};
use super::values::{self, flag};

/// Timers and habits of the SIP stack.
#[derive(Clone, Debug)]
pub struct System {
    /// The section's name.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// T1 of RFC 3261: the first wait before a message is sent again.
    pub timer_t1: Duration,
    /// Timer B of RFC 3261: how long an INVITE waits for a first response.
    pub timer_b: Duration,
    /// Whether endpoints may follow media to another fork.
    pub follow_early_media_fork: bool,
    /// Whether endpoints may take a second answer from the same fork.
    pub accept_multiple_sdp_answers: bool,
    /// Whether our Via goes without `rport` (RFC 3581).
    pub disable_rport: bool,
}

impl ObjectType for System {
    const TYPE: &'static str = "system";
    const UNSERVED: &'static [Unserved] = &[
        unserved("disable_tcp_switch", &["yes"], "Requests that are too large for a datagram stay on UDP."),
        unserved("compact_headers", &["no"], "Headers are written with their long names."),
        unserved("taskpool_minimum_size", &["4"], "There is no thread pool to size."),
        unserved("taskpool_initial_size", &["4"], "There is no thread pool to size."),
        unserved("taskpool_auto_increment", &["1"], "There is no thread pool to size."),
        unserved("taskpool_idle_timeout", &["60"], "There is no thread pool to size."),
        unserved("taskpool_max_size", &["50"], "There is no thread pool to size."),
        unserved("threadpool_initial_size", &["4"], "There is no thread pool to size."),
        unserved("threadpool_auto_increment", &["1"], "There is no thread pool to size."),
        unserved("threadpool_idle_timeout", &["60"], "There is no thread pool to size."),
        unserved("threadpool_max_size", &["50"], "There is no thread pool to size."),
    ];

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

impl ConfiguredSection for System {
    const OPTIONS: &'static [OptionHelp] = &[
        served(
            "timer_t1",
            "500",
            "Milliseconds until a message is sent again for the first time, 100 at least.",
        ),
        served(
            "timer_b",
            "32000",
            "Milliseconds until an INVITE without any response is given up; 64 times `timer_t1` at least.",
        ),
        served("follow_early_media_fork", "yes", "Endpoints may follow early media to another fork."),
        served("accept_multiple_sdp_answers", "no", "Endpoints may take a second answer from the same fork."),
        served("disable_rport", "no", "Via goes without `rport` (RFC 3581)."),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<System> {
        values::unserved(reader, System::UNSERVED);
        let defaults = System::default();
        let timer_t1 = reader.duration_milliseconds("timer_t1", 100..=10_000).unwrap_or(defaults.timer_t1);
        let timer_b = reader.duration_milliseconds("timer_b", 6_400..=640_000).unwrap_or(defaults.timer_b);
        Some(System {
            name: reader.section().name.clone(),
            source: Source::of(reader.section()),
            timer_t1,
            timer_b: timer_b.max(timer_t1 * 64),
            follow_early_media_fork: flag(reader, "follow_early_media_fork", true),
            accept_multiple_sdp_answers: flag(reader, "accept_multiple_sdp_answers", false),
            disable_rport: flag(reader, "disable_rport", false),
        })
    }
}

impl Default for System {
    fn default() -> System {
        System {
            name: Arc::from("system"),
            source: Source::at(Location::new("pjsip.conf", 0)),
            timer_t1: Duration::from_millis(500),
            timer_b: Duration::from_secs(32),
            follow_early_media_fork: true,
            accept_multiple_sdp_answers: false,
            disable_rport: false,
        }
    }
}
