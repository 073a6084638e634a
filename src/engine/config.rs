//! How the engine is set up.

use std::time::Duration;

use crate::error::EngineError;

/// The engine's configuration: threads and ticks from the daemon's settings, ports from `rtp.conf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineConfig {
    /// Media threads; 0 is one for each core.
    pub threads: usize,
    /// Keep each thread on one core.
    pub pin: bool,
    /// How often packets are taken and frames are made, 1 to 5 ms.
    pub tick: Duration,
    /// With fewer ports than this on a thread, or less traffic than half of so many have, every packet wakes it
    /// instead of the tick.
    pub event_driven_below: usize,
    /// Ports that a thread takes before the next one is used: a thread without ports sleeps, and calls that stay on
    /// one thread need not move.
    pub fill_first: usize,
    /// SCHED_FIFO priority of the threads where the system permits it; `None` asks for none.
    pub real_time_priority: Option<i32>,
    /// Ports that may be open at the same time.
    pub max_ports: usize,
    /// The first UDP port for RTP (`rtpstart`).
    pub rtp_start: u16,
    /// The last one (`rtpend`).
    pub rtp_end: u16,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            threads: 0,
            pin: true,
            tick: Duration::from_millis(2),
            event_driven_below: 10,
            fill_first: 128,
            real_time_priority: Some(10),
            max_ports: 20_000,
            rtp_start: 10_000,
            rtp_end: 20_000,
        }
    }
}

impl EngineConfig {
    /// Says what makes no sense.
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        let tick = Duration::from_millis(1)..=Duration::from_millis(5);
        if !tick.contains(&self.tick) {
            return Err(EngineError::Config(format!("a tick of {:?} is not between 1 and 5 ms", self.tick)));
        }
        if self.max_ports == 0 {
            return Err(EngineError::Config("no media port may be open".to_owned()));
        }
        check_range(self.rtp_start, self.rtp_end)
    }
}

/// A range that holds at least one even port; the one after it may lie beyond.
pub(crate) fn check_range(start: u16, end: u16) -> Result<(), EngineError> {
    let even = u32::from(start).next_multiple_of(2);
    if start == 0 || even > u32::from(end) {
        let text = format!("rtpstart={start} and rtpend={end} leave no room for a pair of ports");
        return Err(EngineError::Config(text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(config: &EngineConfig, expected: Option<&str>) {
        let found = config.check().err().map(|error| error.to_string());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn the_defaults_make_sense() {
        check(&EngineConfig::default(), None);
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let slow = EngineConfig { tick: Duration::from_millis(20), ..EngineConfig::default() };
        check(&slow, Some("media engine: a tick of 20ms is not between 1 and 5 ms"));
        let narrow = EngineConfig { rtp_start: 10_001, rtp_end: 10_001, ..EngineConfig::default() };
        let expected = "media engine: rtpstart=10001 and rtpend=10001 leave no room for a pair of ports";
        check(&narrow, Some(expected));
        check(&EngineConfig { rtp_start: 10_001, rtp_end: 10_002, ..EngineConfig::default() }, None);
    }
}
