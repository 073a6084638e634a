//! What a channel in a bridge may do with digits, and how long it may stay.

use std::time::Duration;

use tokio::time::Instant;

use crate::bridge::{Bridge, Departure};
use crate::channel::Channel;
use crate::channel_tech::LegCommand;

/// How long the next digit of a code may take (`featuredigittimeout`).
const DIGIT_TIMEOUT: Duration = Duration::from_millis(1000);

/// What one channel may do while it is in a bridge.
#[derive(Default)]
pub struct Features {
    /// The code by which this channel's user hangs up: `*` with `H` or `h` of `Dial`.
    hangup_code: Option<&'static str>,
    /// How long the call may last, and the warnings before.
    limit: Option<Limit>,
    typed: String,
    typed_at: Option<Instant>,
}

/// A limited call: `L(x[:y[:z]])` of `Dial`.
#[derive(Clone, Debug)]
pub struct Limit {
    /// When the call ends.
    pub ends: Instant,
    /// When the next warning is played.
    pub warn_at: Option<Instant>,
    /// How often warnings are repeated.
    pub warn_every: Option<Duration>,
    /// The warning: a prompt, or `None` for the time that is left.
    pub warning: Option<String>,
    /// A prompt when the call begins.
    pub begin: Option<String>,
    /// A prompt when the time is over.
    pub end: Option<String>,
}

impl Features {
    /// A code to hang up, and a limit.
    pub fn new(hangup_code: Option<&'static str>, limit: Option<Limit>) -> Features {
        Features { hangup_code, limit, ..Features::default() }
    }

    fn wants_digits(&self) -> bool {
        self.hangup_code.is_some()
    }

    pub(super) async fn begin(&mut self, channel: &mut Channel) {
        if self.wants_digits()
            && let Some(port) = channel.media()
        {
            let _ = port.pass_digits(false);
        }
        if let Some(prompt) = self.limit.as_mut().and_then(|limit| limit.begin.take()) {
            channel.play_over(&prompt).await;
        }
    }

    pub(super) fn end(&mut self, channel: &Channel) {
        if self.wants_digits()
            && let Some(port) = channel.media()
        {
            let _ = port.pass_digits(true);
        }
    }

    /// When [`Features::time`] wants to be called.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let limit = self
            .limit
            .as_ref()
            .map(|limit| limit.warn_at.map_or(limit.ends, |warn_at| warn_at.min(limit.ends)));
        limit.into_iter().chain(self.typed_at.map(|at| at + DIGIT_TIMEOUT)).min()
    }

    /// A digit: part of a code, or for the others.
    pub(super) fn digit(
        &mut self,
        channel: &Channel,
        bridge: &Bridge,
        digit: char,
        duration: Duration,
    ) -> Option<Departure> {
        let Some(code) = self.hangup_code else {
            if !channel.media().is_some_and(obelus_engine::PortHandle::relays_digits) {
                bridge.show_others(channel.handle(), &LegCommand::Digit { digit, duration });
            }
            return None;
        };
        self.typed.push(digit);
        self.typed_at = Some(Instant::now());
        if self.typed == code {
            return Some(Departure::HangupCode);
        }
        if !code.starts_with(&self.typed) {
            self.pass_on(channel, bridge);
        }
        None
    }

    /// Digits that were no code belong to the others.
    fn pass_on(&mut self, channel: &Channel, bridge: &Bridge) {
        self.typed_at = None;
        for digit in std::mem::take(&mut self.typed).chars() {
            let duration = Duration::from_millis(100);
            bridge.show_others(channel.handle(), &LegCommand::Digit { digit, duration });
        }
    }

    /// Some time is over.
    pub(super) async fn time(&mut self, channel: &mut Channel, bridge: &Bridge) -> Option<Departure> {
        let now = Instant::now();
        if self.typed_at.is_some_and(|at| at + DIGIT_TIMEOUT <= now) {
            self.pass_on(channel, bridge);
        }
        let limit = self.limit.as_mut()?;
        if limit.ends <= now {
            return Some(Departure::TimeIsOver);
        }
        if limit.warn_at.is_some_and(|at| at <= now) {
            limit.warn_at = limit.warn_every.map(|every| now + every).filter(|at| *at < limit.ends);
            let left = limit.ends - now;
            match limit.warning.clone() {
                Some(prompt) => channel.play_over(&prompt).await,
                None => channel.say_time_left(left).await,
            }
        }
        None
    }
}
