//! `TIMEOUT(type)`: how long the dialplan waits, and how long the call may last.

use std::time::Duration;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};
use tokio::time::Instant;

use crate::number::{scan_float, scan_integer};

pub(crate) struct Timeout;

static HELP: Help = Help {
    synopsis: "Gets or sets timeouts on the channel. Timeout values are in seconds.",
    arguments: &[Argument::required(
        "timeouttype",
        "`absolute`, `digit` or `response`; the first letter is enough.",
    )],
    description: "absolute: how long the call may still last, whatever it does; 0 is without end. digit: the wait between two digits, 5 seconds if not set. response: the wait for the first digit, 10 seconds if not set. Seconds may have a fraction.",
    see_also: &["WaitExten"],
};

#[async_trait]
impl DialplanFunction for Timeout {
    fn name(&self) -> &'static str {
        "TIMEOUT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(TIMEOUT(digit)=3.5)\n${TIMEOUT(digit)} ${TIMEOUT(response)} ${TIMEOUT(absolute)}",
            "3.500 10.000 0",
        )]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let timeouts = channel.timeouts;
        let wait = match Kind::parse(arguments)? {
            Kind::Digit => timeouts.digit,
            Kind::Response => timeouts.response,
            Kind::Absolute => match timeouts.absolute {
                Some(at) => at.saturating_duration_since(Instant::now()),
                None => return Ok("0".to_owned()),
            },
        };
        Ok(format!("{:.3}", wait.as_secs_f64()))
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let (kind, wait) = (Kind::parse(arguments)?, seconds(value));
        let timeouts = &mut channel.timeouts;
        match kind {
            Kind::Digit => timeouts.digit = wait,
            Kind::Response => timeouts.response = wait,
            Kind::Absolute if wait.is_zero() => timeouts.absolute = None,
            Kind::Absolute => timeouts.absolute = Instant::now().checked_add(wait),
        }
        Ok(())
    }
}

enum Kind {
    Absolute,
    Digit,
    Response,
}

impl Kind {
    fn parse(text: &str) -> Result<Kind, FunctionError> {
        match text.bytes().next().map(|letter| letter.to_ascii_lowercase()) {
            Some(b'a') => Ok(Kind::Absolute),
            Some(b'd') => Ok(Kind::Digit),
            Some(b'r') => Ok(Kind::Response),
            _ => Err(FunctionError::arguments(format!(
                "`{text}` is no timeout; there are absolute, digit and response"
            ))),
        }
    }
}

/// Seconds, perhaps with a fraction; nothing and less than nothing are zero.
fn seconds(text: &str) -> Duration {
    let Some((whole @ 0.., rest)) = scan_integer(text) else { return Duration::ZERO };
    let fraction = Some(rest).filter(|rest| rest.starts_with('.')).and_then(scan_float).unwrap_or_default();
    Duration::from_secs(whole.unsigned_abs()).saturating_add(Duration::from_secs_f64(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, check, refuses};

    #[test]
    fn seconds_have_a_fraction() {
        let check = |text, expected| assert_eq!(seconds(text), Duration::from_millis(expected), "{text}");
        check("7", 7000);
        check(" 2.5s", 2500);
        check("", 0);
        check("-3", 0);
        check("x", 0);
    }

    #[tokio::test]
    async fn unknown_timeouts_are_refused() {
        check("Set(TIMEOUT(Response)=60)\n${TIMEOUT(r)}", "60.000").await;
        refuses("TIMEOUT(x)", "`x` is no timeout; there are absolute, digit and response").await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_absolute_timeout_counts_down_until_it_is_taken_away() {
        let mut bench = Bench::new();
        assert_eq!(bench.run("Set(TIMEOUT(absolute)=30)\n${TIMEOUT(absolute)}").await, "30.000");
        tokio::time::advance(Duration::from_millis(1500)).await;
        assert_eq!(bench.run("${TIMEOUT(absolute)}").await, "28.500");
        assert_eq!(bench.run("Set(TIMEOUT(absolute)=0)\n${TIMEOUT(absolute)}").await, "0");
        assert!(bench.channel.timeouts.absolute.is_none());
    }
}
