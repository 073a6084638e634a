//! Session timers (RFC 4028): sessions whose other side is gone end by themselves.

use crate::header::{Name, Refresher, SessionExpires};
use crate::message::{Headers, Response};
use crate::status::StatusCode;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// How far session timers are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerMode {
    /// Not at all.
    No,
    /// When the other side knows them too.
    Yes,
    /// The other side must know them.
    Required,
    /// Also against a side that does not know them: this side refreshes.
    Always,
}

/// The wishes of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerPolicy {
    /// How far.
    pub mode: TimerMode,
    /// The interval asked for.
    pub interval: Duration,
    /// The shortest interval accepted.
    pub minimum: Duration,
}

impl Default for TimerPolicy {
    /// Yes, 1800 seconds, at least 90: Asterisk's defaults.
    fn default() -> Self {
        Self { mode: TimerMode::Yes, interval: Duration::from_secs(1800), minimum: Duration::from_secs(90) }
    }
}

/// RFC 4028 4: no interval may be shorter.
const SHORTEST: u32 = 90;

/// A running session timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SessionTimer {
    interval: u32,
    we_refresh: bool,
    refresh_at: Option<Instant>,
    expires_at: Instant,
}

/// What a due timer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimerOutput {
    /// Send a refresh.
    Refresh,
    /// Send BYE: nobody refreshed.
    Expired,
}

impl TimerPolicy {
    fn seconds(self) -> u32 {
        u32::try_from(self.interval.as_secs()).unwrap_or(u32::MAX).max(self.min_seconds())
    }

    fn min_seconds(self) -> u32 {
        u32::try_from(self.minimum.as_secs()).unwrap_or(u32::MAX).max(SHORTEST)
    }

    /// The Session-Expires and Min-SE lines of a request; `current` is the running timer's, and `min_se` what a
    /// 422 asked for.
    pub(crate) fn request_lines(
        self,
        current: Option<&SessionTimer>,
        min_se: Option<u32>,
        out: &mut Vec<u8>,
    ) {
        if self.mode == TimerMode::No && current.is_none() {
            return;
        }
        let minimum = self.min_seconds().max(min_se.unwrap_or(0));
        let seconds = current.map_or(self.seconds(), |timer| timer.interval).max(minimum);
        let refresher = match current {
            Some(timer) if timer.we_refresh => ";refresher=uac",
            Some(_) => ";refresher=uas",
            None => "",
        };
        // Writing into a Vec cannot fail.
        let _ = write!(out, "Session-Expires: {seconds}{refresher}\r\nMin-SE: {minimum}\r\n");
    }

    /// Is the interval that a request asks for too short? Gives the Min-SE of the 422 (RFC 4028 9).
    pub(crate) fn too_short(self, request: &Headers) -> Option<u32> {
        if self.mode == TimerMode::No || !request.lists(Name::Supported, "timer") {
            return None;
        }
        let asked = request.session_expires().ok()??;
        (asked.seconds < self.min_seconds()).then_some(self.min_seconds())
    }

    /// Decides the timer of a 2xx to this request and writes its lines (RFC 4028 9).
    pub(crate) fn answer(
        self,
        request: &TimerRequest,
        now: Instant,
        out: &mut Vec<u8>,
    ) -> Option<SessionTimer> {
        if self.mode == TimerMode::No {
            return None;
        }
        let minimum = self.min_seconds().max(request.min_se);
        let (seconds, refresher) = match request.session_expires {
            Some(asked) => {
                // Lowered to what we want, but never below what the caller's side can bear.
                (asked.seconds.min(self.seconds().max(minimum)), asked.refresher)
            }
            None if request.supported || self.mode == TimerMode::Always => {
                (self.seconds().max(minimum), None)
            }
            None => return None,
        };
        let seconds = seconds.max(SHORTEST);
        let refresher = match refresher {
            _ if !request.supported => Refresher::Uas,
            Some(refresher) => refresher,
            None => Refresher::Uac,
        };
        let _ = write!(out, "Session-Expires: {seconds};refresher={}\r\n", refresher.as_str());
        if refresher == Refresher::Uac {
            out.extend_from_slice(b"Require: timer\r\n");
        }
        Some(SessionTimer::start(seconds, refresher == Refresher::Uas, now))
    }

    /// Reads the timer from a 2xx to our request (RFC 4028 7.2).
    pub(crate) fn agreed(self, response: &Response, now: Instant) -> Option<SessionTimer> {
        match response.session_expires() {
            Ok(Some(SessionExpires { seconds, refresher })) if self.mode != TimerMode::No => {
                let we_refresh = refresher != Some(Refresher::Uas);
                Some(SessionTimer::start(seconds.max(SHORTEST), we_refresh, now))
            }
            Ok(None) if self.mode == TimerMode::Always => {
                Some(SessionTimer::start(self.seconds(), true, now))
            }
            Ok(_) | Err(_) => None,
        }
    }
}

/// What a request says about timers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimerRequest {
    supported: bool,
    session_expires: Option<SessionExpires>,
    min_se: u32,
}

impl TimerRequest {
    pub(crate) fn of(request: &Headers) -> Self {
        Self {
            supported: request.lists(Name::Supported, "timer") || request.lists(Name::Require, "timer"),
            session_expires: request.session_expires().ok().flatten(),
            min_se: request.number(Name::MinSe).ok().flatten().unwrap_or(0),
        }
    }
}

/// The Min-SE of a 422, with which the request can be sent again.
pub(crate) fn min_se_of(response: &Response) -> Option<u32> {
    if response.status() != StatusCode::SESSION_INTERVAL_TOO_SMALL {
        return None;
    }
    response.number(Name::MinSe).ok()?
}

impl SessionTimer {
    fn start(interval: u32, we_refresh: bool, now: Instant) -> Self {
        let whole = Duration::from_secs(interval.into());
        // RFC 4028 10: the BYE goes out a little before the interval ends.
        let margin = Duration::from_secs(u64::from(interval / 3).min(32));
        Self {
            interval,
            we_refresh,
            refresh_at: we_refresh.then(|| now + whole / 2),
            expires_at: now + whole - margin,
        }
    }

    /// A refresh passed: the interval begins again.
    pub(crate) fn restart(&mut self, now: Instant) {
        *self = Self::start(self.interval, self.we_refresh, now);
    }

    /// Takes a longer interval for the next refresh; `false` when it is none.
    pub(crate) fn lengthen(&mut self, min_se: u32) -> bool {
        let longer = min_se > self.interval;
        self.interval = self.interval.max(min_se);
        longer
    }

    pub(crate) fn next_timeout(&self) -> Instant {
        self.refresh_at.map_or(self.expires_at, |at| at.min(self.expires_at))
    }

    /// The time of [`Self::next_timeout`] has come.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Option<TimerOutput> {
        if self.expires_at <= now {
            return Some(TimerOutput::Expired);
        }
        if self.refresh_at.is_some_and(|at| at <= now) {
            self.refresh_at = None;
            return Some(TimerOutput::Refresh);
        }
        None
    }

    #[cfg(test)]
    fn parts(&self) -> (u32, bool) {
        (self.interval, self.we_refresh)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test needs some instant to start from")]
mod tests {
    use super::*;
    use crate::message::{Limits, Message, parse};

    fn headers(start: &str, lines: &str) -> Message {
        parse(format!("{start}\r\n{lines}\r\n\r\n").into(), &Limits::default()).unwrap()
    }

    fn policy(mode: TimerMode) -> TimerPolicy {
        TimerPolicy { mode, ..TimerPolicy::default() }
    }

    /// What we answer to a request with these lines.
    fn check(mode: TimerMode, lines: &str, expected: Option<(u32, bool)>, written: &str) {
        let message = headers("INVITE sip:a SIP/2.0", lines);
        let mut out = Vec::new();
        let timer = policy(mode).answer(&TimerRequest::of(message.headers()), Instant::now(), &mut out);
        assert_eq!(timer.map(|timer| timer.parts()), expected, "{lines}");
        assert_eq!(String::from_utf8(out).unwrap(), written, "{lines}");
    }

    #[test]
    fn a_callee_lets_a_caller_that_can_do_the_refreshing() {
        let require = "Session-Expires: 600;refresher=uac\r\nRequire: timer\r\n";
        check(TimerMode::Yes, "Supported: timer\r\nSession-Expires: 600", Some((600, false)), require);
        check(
            TimerMode::Yes,
            "Supported: timer\r\nx: 600;refresher=uas",
            Some((600, true)),
            "Session-Expires: 600;refresher=uas\r\n",
        );
        check(
            TimerMode::Yes,
            "Supported: timer\r\nx: 7200",
            Some((1800, false)),
            "Session-Expires: 1800;refresher=uac\r\nRequire: timer\r\n",
        );
        check(
            TimerMode::Yes,
            "Supported: timer\r\nx: 7200\r\nMin-SE: 3600",
            Some((3600, false)),
            "Session-Expires: 3600;refresher=uac\r\nRequire: timer\r\n",
        );
    }

    #[test]
    fn a_caller_without_timers_is_refreshed_or_left_alone() {
        check(TimerMode::Yes, "Subject: x", None, "");
        check(TimerMode::Always, "Subject: x", Some((1800, true)), "Session-Expires: 1800;refresher=uas\r\n");
        check(
            TimerMode::Yes,
            "Session-Expires: 600",
            Some((600, true)),
            "Session-Expires: 600;refresher=uas\r\n",
        );
        check(TimerMode::No, "Supported: timer\r\nSession-Expires: 600", None, "");
    }

    #[test]
    fn too_short_an_interval_is_refused_when_the_caller_understands() {
        let short = headers("INVITE sip:a SIP/2.0", "Supported: timer\r\nSession-Expires: 60");
        assert_eq!(policy(TimerMode::Yes).too_short(short.headers()), Some(90));
        assert_eq!(policy(TimerMode::No).too_short(short.headers()), None);
        let old = headers("INVITE sip:a SIP/2.0", "Session-Expires: 60");
        assert_eq!(policy(TimerMode::Yes).too_short(old.headers()), None);
    }

    #[test]
    fn a_caller_refreshes_unless_the_answer_says_otherwise() {
        let agreed = |mode, lines| match headers("SIP/2.0 200 OK", lines) {
            Message::Response(response) => {
                policy(mode).agreed(&response, Instant::now()).map(|timer| timer.parts())
            }
            Message::Request(_) => panic!("a response"),
        };
        assert_eq!(agreed(TimerMode::Yes, "Session-Expires: 600;refresher=uas"), Some((600, false)));
        assert_eq!(agreed(TimerMode::Yes, "Session-Expires: 600"), Some((600, true)));
        assert_eq!(agreed(TimerMode::Yes, "Subject: x"), None);
        assert_eq!(agreed(TimerMode::Always, "Subject: x"), Some((1800, true)));
    }

    #[test]
    fn the_refresh_is_due_at_half_and_the_end_a_little_before() {
        let now = Instant::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let mut timer = SessionTimer::start(1800, true, now);
        assert_eq!(timer.next_timeout(), at(900));
        assert_eq!(timer.handle_timeout(at(900)), Some(TimerOutput::Refresh));
        assert_eq!(timer.next_timeout(), at(1768));
        timer.restart(at(901));
        assert_eq!(timer.next_timeout(), at(1801));
        let mut other = SessionTimer::start(90, false, now);
        assert_eq!(other.handle_timeout(at(59)), None);
        assert_eq!(other.handle_timeout(at(60)), Some(TimerOutput::Expired));
    }

    #[test]
    fn requests_name_the_running_refresher() {
        let now = Instant::now();
        let written = |current: Option<SessionTimer>, min_se| {
            let mut out = Vec::new();
            policy(TimerMode::Yes).request_lines(current.as_ref(), min_se, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(None, None), "Session-Expires: 1800\r\nMin-SE: 90\r\n");
        assert_eq!(written(None, Some(3600)), "Session-Expires: 3600\r\nMin-SE: 3600\r\n");
        assert_eq!(
            written(Some(SessionTimer::start(600, false, now)), None),
            "Session-Expires: 600;refresher=uas\r\nMin-SE: 90\r\n"
        );
    }
}
