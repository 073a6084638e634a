//! What a channel in a bridge may do with digits, and how long it may stay.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::bridge::{Bridge, Departure};
use crate::channel::Channel;
use crate::channel_tech::LegCommand;
use crate::features::{FeaturesConf, MappedApp, Stimulus, TransferEvent};
use crate::test_event;

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
    /// The attended transfer that the channel is making: its codes are the only ones until it is over.
    transfer: Option<mpsc::UnboundedSender<TransferEvent>>,
    typed: String,
    typed_at: Option<Instant>,
}

/// What a code does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ends the call.
    HangUp,
    /// Sends the other party to an extension.
    BlindTransfer,
    /// Calls an extension, to which the other party is then given.
    AttendedTransfer,
    /// Goes on with the attended transfer that is under way.
    Transfer(Stimulus),
    /// Runs an application of `[applicationmap]`.
    Mapped(Arc<MappedApp>),
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

    /// Whether digits or prompts of ours pass the channel's audio.
    pub(super) fn need_audio(&self) -> bool {
        !self.codes.is_empty() || self.limit.is_some()
    }

    /// What the channel may do, apart from `[applicationmap]`.
    pub(crate) fn actions(&self) -> &[Action] {
        &self.actions
    }

    fn learn_codes(&mut self, channel: &Channel) {
        let conf = channel.features();
        self.digit_timeout = conf.digit_timeout;
        self.codes = if self.transfer.is_some() {
            transfer_codes(&conf)
        } else {
            let code = |action: &Action| match action {
                Action::HangUp => conf.disconnect.clone(),
                Action::BlindTransfer => conf.blind_transfer.clone(),
                Action::AttendedTransfer => conf.attended_transfer.clone(),
                Action::Transfer(_) | Action::Mapped(_) => String::new(),
            };
            let own = self.actions.iter().map(|action| (code(action), action.clone()));
            let mapped = channel.variable("DYNAMIC_FEATURES").map(|names| conf.mapped(&names));
            own.chain(mapped.into_iter().flatten().map(|(code, app)| (code, Action::Mapped(app)))).collect()
        };
        self.codes.retain(|(code, _)| !code.is_empty());
    }

    fn wants_digits(&self) -> bool {
        !self.codes.is_empty()
    }

    pub(super) async fn begin(&mut self, channel: &mut Channel) {
        self.settle_in(channel);
        if let Some(prompt) = self.limit.as_mut().and_then(|limit| limit.begin.take()) {
            channel.play_over(&prompt).await;
        }
    }

    /// The channel has come into a bridge: its digits come here first, if they may be a code.
    pub(super) fn settle_in(&mut self, channel: &Channel) {
        self.learn_codes(channel);
        if self.wants_digits()
            && let Some(port) = channel.media()
        {
            let _ = port.pass_digits(false);
        }
    }

    pub(super) fn end(&mut self, channel: &Channel) {
        if self.wants_digits()
            && let Some(port) = channel.media()
        {
            let _ = port.pass_digits(true);
        }
    }

    /// From now on the channel makes an attended transfer.
    pub(crate) fn begin_transfer(
        &mut self,
        channel: &Channel,
        transfer: mpsc::UnboundedSender<TransferEvent>,
    ) {
        self.transfer = Some(transfer);
        self.settle_in(channel);
    }

    /// The usual codes are back when the transfer is over.
    fn forget_old_transfer(&mut self, channel: &Channel) {
        if self.transfer.as_ref().is_some_and(mpsc::UnboundedSender::is_closed) {
            self.transfer = None;
            self.learn_codes(channel);
        }
    }

    /// Tells the attended transfer of a code.
    pub(super) fn tell_transfer(&self, stimulus: Stimulus) {
        if let Some(transfer) = &self.transfer {
            let _ = transfer.send(TransferEvent::Code(stimulus));
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
        self.forget_old_transfer(channel);
        if !self.wants_digits() {
            if !channel.media().is_some_and(obelus_engine::PortHandle::relays_digits) {
                bridge.show_others(channel.handle(), &LegCommand::Digit { digit, duration });
            }
            test_event!(channel.core(), "FEATURE_DETECTION", [("Result", "fail")]);
            return Pressed::Settled;
        }
        self.typed.push(digit);
        self.typed_at = Some(Instant::now());
        if let Some((_, action)) = self.codes.iter().find(|(code, _)| *code == self.typed) {
            self.typed.clear();
            self.typed_at = None;
            test_event!(
                channel.core(),
                "FEATURE_DETECTION",
                [("Result", "success"), ("Feature", action.name())]
            );
            return Pressed::Do(action.clone());
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
        test_event!(channel.core(), "FEATURE_DETECTION", [("Result", "fail")]);
    }

    /// Some time is over.
    pub(super) async fn time(&mut self, channel: &mut Channel, bridge: &Bridge) -> Option<Departure> {
        let now = Instant::now();
        if self.typed_at.is_some_and(|at| at + self.digit_timeout <= now) {
            self.pass_on(channel, bridge);
        }
        let limit = self.limit.as_mut()?;
        if limit.ends <= now {
            test_event!(channel.core(), "BRIDGE_TIMELIMIT", [("Channel1", &**channel.name())]);
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

impl Action {
    /// The feature's name in features.conf.
    #[cfg(feature = "test-events")]
    fn name(&self) -> &'static str {
        match self {
            Action::HangUp => "disconnect",
            Action::BlindTransfer => "blindxfer",
            Action::AttendedTransfer => "atxfer",
            Action::Transfer(Stimulus::Complete) => "atxfercomplete",
            Action::Transfer(Stimulus::Swap) => "atxferswap",
            Action::Transfer(_) => "atxferabort",
            Action::Mapped(_) => "unknown",
        }
    }
}

fn transfer_codes(conf: &FeaturesConf) -> Vec<(String, Action)> {
    [
        (&conf.transfer_abort, Stimulus::Abort),
        (&conf.transfer_complete, Stimulus::Complete),
        (&conf.transfer_swap, Stimulus::Swap),
    ]
    .map(|(code, stimulus)| (code.clone(), Action::Transfer(stimulus)))
    .into()
}
