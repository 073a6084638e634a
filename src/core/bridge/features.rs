//! What a channel in a bridge may do with digits, and how long it may stay.

use std::time::Duration;

use tokio::time::Instant;

use crate::bridge::{Bridge, Departure};
use crate::channel::Channel;
use crate::channel_tech::LegCommand;

/// What one channel may do while it is in a bridge.
#[derive(Default)]
pub struct Features {
    /// What the channel's codes may do.
    actions: Vec<Action>,
    /// Codes and what they do.
    codes: Vec<(String, Action)>,
    /// Between two digits of a code.
    digit_timeout: Duration,
    /// How long the call may last, and the warnings before.
    limit: Option<Limit>,
    typed: String,
    typed_at: Option<Instant>,
}

/// What a code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ends the call.
    HangUp,
    /// Sends the other party to an extension.
    BlindTransfer,
}

/// What came of a digit.
pub(super) enum Pressed {
    /// Nothing more to do.
    Settled,
    /// A code is complete.
    Do(Action),
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
    /// Some actions by the codes that the channel has for them, and a limit.
    pub fn new(actions: Vec<Action>, limit: Option<Limit>) -> Features {
        Features { actions, limit, ..Features::default() }
    }

    fn learn_codes(&mut self, channel: &Channel) {
        let conf = channel.features();
        let code = |action: &Action| match action {
            Action::HangUp => (conf.disconnect.clone(), *action),
            Action::BlindTransfer => (conf.blind_transfer.clone(), *action),
        };
        self.codes = self.actions.iter().map(code).filter(|(code, _)| !code.is_empty()).collect();
        self.digit_timeout = conf.digit_timeout;
    }

    fn wants_digits(&self) -> bool {
        !self.codes.is_empty()
    }

    pub(super) async fn begin(&mut self, channel: &mut Channel) {
        self.learn_codes(channel);
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
        limit.into_iter().chain(self.typed_at.map(|at| at + self.digit_timeout)).min()
    }

    /// A digit: part of a code, or for the others.
    pub(super) fn digit(
        &mut self,
        channel: &Channel,
        bridge: &Bridge,
        digit: char,
        duration: Duration,
    ) -> Pressed {
        if !self.wants_digits() {
            if !channel.media().is_some_and(obelus_engine::PortHandle::relays_digits) {
                bridge.show_others(channel.handle(), &LegCommand::Digit { digit, duration });
            }
            return Pressed::Settled;
        }
        self.typed.push(digit);
        self.typed_at = Some(Instant::now());
        if let Some((_, action)) = self.codes.iter().find(|(code, _)| *code == self.typed) {
            self.typed.clear();
            self.typed_at = None;
            return Pressed::Do(*action);
        }
        if !self.codes.iter().any(|(code, _)| code.starts_with(&self.typed)) {
            self.pass_on(channel, bridge);
        }
        Pressed::Settled
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
        if self.typed_at.is_some_and(|at| at + self.digit_timeout <= now) {
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
