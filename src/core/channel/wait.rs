//! The one place where a channel waits: for its leg, its audio, its messages and the clock.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use obelus_engine::{FinishReason, PlayId, PortEvent, RtcpReport};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::cause::Cause;
use crate::channel::{Channel, ChannelCommand, ChannelState};
use crate::channel_tech::{LegCommand, LegEvent};
use crate::events;
use crate::media_event::MediaEvent;
use crate::verbose;

/// What a waiting channel is told.
#[derive(Debug)]
pub enum Event {
    /// A digit was pressed and released.
    Digit {
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digit: char,
        /// How long it was pressed.
        duration: Duration,
    },
    /// Something happened on the leg that the channel did not settle by itself.
    Leg(LegEvent),
    /// A play has ended.
    Finished {
        /// Which.
        play: PlayId,
        /// How.
        reason: FinishReason,
        /// How far it had come.
        position: Duration,
    },
    /// The channel's bridge has changed.
    BridgeChanged,
    /// The time is over.
    Deadline,
}

/// An event, or what was waited for beside it.
#[derive(Debug)]
pub enum Either<T> {
    /// An event of the channel.
    Event(Event),
    /// The other thing.
    Side(T),
}

/// Why a wait, and the application that waited, ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// The channel is hung up.
    #[error("the channel was hung up")]
    Hangup,
    /// Somebody wants it elsewhere.
    #[error("the channel was taken elsewhere")]
    Taken,
    /// `TIMEOUT(absolute)` is over.
    #[error("the call's time is over")]
    Timeout,
}

enum Input<T> {
    Command(Option<ChannelCommand>),
    Leg(Option<LegEvent>),
    Port(Option<PortEvent>),
    Side(T),
    Deadline,
}

impl Channel {
    /// Waits for the next event, until `deadline` at most.
    ///
    /// Do not drop this half-way: what it was settling would be lost. To wait for something else as well, use
    /// [`Channel::next_event_or`].
    pub async fn next_event(&mut self, deadline: Option<Instant>) -> Result<Event, Interrupted> {
        match self.next_event_or(deadline, std::future::pending::<Infallible>()).await? {
            Either::Event(event) => Ok(event),
            Either::Side(never) => match never {},
        }
    }

    /// Waits for `side` to its end; events that come meanwhile are passed over.
    pub async fn live_through<T>(&mut self, side: impl Future<Output = T>) -> Result<T, Interrupted> {
        let mut side = std::pin::pin!(side);
        loop {
            if let Either::Side(done) = self.next_event_or(None, side.as_mut()).await? {
                return Ok(done);
            }
        }
    }

    /// Waits for the next event or for `side`, which must be cancel safe; its result is dropped if the event comes first.
    pub async fn next_event_or<T>(
        &mut self,
        deadline: Option<Instant>,
        side: impl Future<Output = T>,
    ) -> Result<Either<T>, Interrupted> {
        let mut side = std::pin::pin!(side);
        loop {
            if let Some(interrupted) = self.interrupted {
                return Err(interrupted);
            }
            if let Some(event) = self.early.pop_front() {
                return Ok(Either::Event(event));
            }
            let at = self.timeouts.absolute.into_iter().chain(deadline).min();
            let event = match self.input(at, side.as_mut()).await {
                Input::Side(value) => return Ok(Either::Side(value)),
                input => self.settle_input(input).await,
            };
            if let Some(event) = event {
                return Ok(Either::Event(event));
            }
        }
    }

    /// Does something that takes its time, such as a look-up elsewhere, without leaving the channel deaf.
    ///
    /// Messages are carried out at once; events are kept for whoever waits next. A hang-up does not cut `work` short,
    /// so that it also serves the dialplan of a channel that is hung up; what must end early limits its own time.
    pub async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            let event = match self.input(None, work.as_mut()).await {
                Input::Side(value) => return value,
                input => self.settle_input(input).await,
            };
            self.early.extend(event);
        }
    }

    async fn input<T>(&mut self, at: Option<Instant>, side: impl Future<Output = T>) -> Input<T> {
        let leg_over = self.leg_over;
        let Channel { mailbox, leg, port_events, .. } = self;
        let port = async {
            match port_events {
                Some(events) => events.recv().await,
                None => std::future::pending().await,
            }
        };
        let deadline = async {
            match at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        // Every branch is cancel safe: bounded queues, a timer, and `side` by its contract.
        tokio::select! {
            biased;
            command = mailbox.recv() => Input::Command(command),
            event = leg.next_event(), if !leg_over => Input::Leg(event),
            event = port => Input::Port(event),
            value = side => Input::Side(value),
            () = deadline => Input::Deadline,
        }
    }

    /// Does what an input asks for; returns what only a waiting application can settle.
    async fn settle_input<T>(&mut self, input: Input<T>) -> Option<Event> {
        let event = self.event_of(input).await;
        match event {
            Some(Event::Digit { digit, .. }) => {
                self.store_digit(digit, true).await;
                self.choose_music(digit).await;
            }
            Some(Event::Finished { play, reason, position }) => {
                self.music_finished(play, reason, position).await;
            }
            _ => {}
        }
        event
    }

    async fn event_of<T>(&mut self, input: Input<T>) -> Option<Event> {
        match input {
            Input::Command(Some(command)) => self.command(command).await,
            // The mailbox is never closed while `self.handle` holds a sender; `Side` is its caller's.
            Input::Command(None) | Input::Side(_) => None,
            Input::Leg(Some(event)) => self.leg_event(event),
            Input::Leg(None) => self.leg_is_over(),
            Input::Port(Some(event)) => self.port_event(event),
            Input::Port(None) => self.port_is_closed(),
            Input::Deadline => self.deadline(),
        }
    }

    /// Behaves as if the far end had pressed a digit.
    pub fn receive_digit(&mut self, digit: char, duration: Option<Duration>) {
        let event = self.pressed(digit, duration.unwrap_or_default(), true);
        self.keep(event);
    }

    /// Keeps an event for whoever waits next.
    pub(crate) fn keep(&mut self, event: Event) {
        self.early.push_back(event);
    }

    /// Why the channel does not wait any more, if so.
    pub(crate) fn interruption(&self) -> Option<Interrupted> {
        self.interrupted
    }

    pub(crate) fn clear_interruption(&mut self) {
        self.interrupted = None;
    }

    fn deadline(&mut self) -> Option<Event> {
        if self.timeouts.absolute.is_some_and(|at| at <= Instant::now()) {
            self.interrupted = Some(Interrupted::Timeout);
            return None;
        }
        Some(Event::Deadline)
    }

    fn leg_is_over(&mut self) -> Option<Event> {
        self.leg_over = true;
        self.ended(Cause::NORMAL_CLEARING, "");
        None
    }

    fn port_is_closed(&mut self) -> Option<Event> {
        self.port_events = None;
        None
    }

    async fn command(&mut self, command: ChannelCommand) -> Option<Event> {
        match command {
            ChannelCommand::Hangup(cause) => {
                self.ended(cause, "");
                None
            }
            ChannelCommand::Then(work) => {
                self.pending.push_back(work);
                self.interrupted.get_or_insert(Interrupted::Taken);
                None
            }
            ChannelCommand::Run(work) => {
                work(self).await;
                None
            }
            ChannelCommand::Show(command) => {
                self.show(command).await;
                None
            }
            ChannelCommand::BridgeChanged => Some(Event::BridgeChanged),
        }
    }

    /// The far end has hung up: whoever is in the bridge is told by whom. A half of a Local channel only passes it on.
    fn note_hangup_source(&self) {
        let bridge = {
            let facts = self.facts();
            if facts.other_half.is_some() {
                return;
            }
            facts.bridge.clone()
        };
        let name = self.name();
        self.facts().hung_up_by(name);
        let bridge = bridge.and_then(|id| self.core.bridges.find(&id));
        for member in bridge.iter().flat_map(crate::bridge::Bridge::members) {
            member.facts().hung_up_by(name);
        }
    }

    pub(super) fn leg_event(&mut self, event: LegEvent) -> Option<Event> {
        self.tell_observer(&event);
        match &event {
            LegEvent::Hangup(ended) => {
                let cause = ended.cause;
                self.publish_with(events::EventKind::HangupRequest, |channel| events::Event::HangupRequest {
                    channel,
                    cause,
                });
                self.leg_over = true;
                self.note_hangup_source();
                self.ended(ended.cause, &ended.technical);
                return None;
            }
            LegEvent::Ringing => self.set_state(ChannelState::Ringing),
            LegEvent::Answered => self.set_state(ChannelState::Up),
            LegEvent::Hold(held) => self.held(*held),
            LegEvent::Connected(party) => self.far_end_is(party),
            LegEvent::Flash => self.tell_of_media(MediaEvent::Flash),
            LegEvent::Digit { digit, duration } => return Some(self.pressed(*digit, *duration, true)),
            _ => {}
        }
        Some(Event::Leg(event))
    }

    fn port_event(&mut self, event: PortEvent) -> Option<Event> {
        match event {
            PortEvent::Rtcp(report) => {
                self.tell_of_report(*report);
                None
            }
            PortEvent::DigitBegin { digit } => {
                self.publish_with(events::EventKind::DigitBegin, |channel| events::Event::DigitBegin {
                    channel,
                    digit,
                    received: true,
                });
                None
            }
            PortEvent::DigitEnd { digit, duration } => Some(self.pressed(digit, duration, false)),
            PortEvent::Finished { play, reason, position } => {
                Some(Event::Finished { play, reason, position })
            }
            PortEvent::Watched => Some(Event::BridgeChanged),
            PortEvent::Talking { on, duration } => {
                self.talking(on, duration);
                None
            }
            PortEvent::NoRtp { since, on_hold } => {
                tracing::warn!(channel = %self.name(), ?since, on_hold, "no RTP for too long, hanging up");
                self.publish_soft_hangup(Cause::REQUESTED_CHAN_UNAVAIL);
                self.ended(Cause::REQUESTED_CHAN_UNAVAIL, "RTP timeout");
                None
            }
            _ => None,
        }
    }

    /// A port that listens everywhere has the address that signalling told.
    fn tell_of_report(&self, mut report: RtcpReport) {
        if let Some(local) = report.local.as_mut().filter(|local| local.ip().is_unspecified())
            && let Some(told) = self.leg.property("rtp,src").and_then(|told| told.parse::<SocketAddr>().ok())
        {
            local.set_ip(told.ip());
        }
        let report = |channel| events::Event::Rtcp { channel, report: report.into() };
        self.publish_with(events::EventKind::Rtcp, report);
    }

    fn talking(&self, on: bool, duration: Duration) {
        let what = if on { MediaEvent::TalkingStart } else { MediaEvent::TalkingStop { duration } };
        verbose!(self.core(), 4, "{} is now {}", self.name(), if on { "talking" } else { "silent" });
        self.tell_of_media(what);
    }

    /// Tells what happened to the channel's audio.
    pub fn tell_of_media(&self, what: MediaEvent) {
        self.publish_with(events::EventKind::Media, |channel| events::Event::Media { channel, what });
    }

    /// A digit is over; where it did not come through RTP, its beginning has not been told yet.
    fn pressed(&mut self, digit: char, duration: Duration, whole: bool) -> Event {
        if whole {
            self.publish_with(events::EventKind::DigitBegin, |channel| events::Event::DigitBegin {
                channel,
                digit,
                received: true,
            });
        }
        self.publish_with(events::EventKind::DigitEnd, |channel| events::Event::DigitEnd {
            channel,
            digit,
            duration,
            received: true,
        });
        Event::Digit { digit, duration }
    }

    /// Tells whoever rings this channel. A full queue means a flood: provisional events are dropped then, an answer ends the call.
    fn tell_observer(&mut self, event: &LegEvent) {
        let Some(observer) = &self.observer else { return };
        let sent = observer.try_send((self.observed_as, event.clone()));
        let too_many = matches!(sent, Err(mpsc::error::TrySendError::Full(_)));
        if too_many && matches!(event, LegEvent::Answered) {
            self.ended(Cause::SWITCH_CONGESTION, "");
        }
    }

    /// Waits, whatever happens meanwhile; digits are lost, as with Asterisk's `Wait`.
    pub async fn wait(&mut self, duration: Duration) -> Result<(), Interrupted> {
        let deadline = Instant::now() + duration;
        while !matches!(self.next_event(Some(deadline)).await?, Event::Deadline) {}
        Ok(())
    }

    /// Does something to the leg; failures are logged, as the call goes on.
    pub(crate) async fn tell(&mut self, command: LegCommand) {
        if self.leg_over {
            return;
        }
        if let Err(error) = self.leg.handle(command).await {
            tracing::warn!(channel = %self.name(), %error, "the channel driver refused");
        }
    }
}
