//! Attended transfers by digits: two calls of one channel become one between the others.
//!
//! A task of its own leads the transfer. It is told who leaves either bridge, what the target does and which codes are
//! pressed, asks the [`Machine`] what that means, and moves the channels between the bridges.

mod machine;
mod outcome;

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

use crate::Core;
use crate::bridge::{Action, Bridge, Features, Seat};
use crate::caller_id::Party;
use crate::cause::Cause;
use crate::channel::{BoxFuture, Channel, ChannelCommand, ChannelHandle, Interrupted, Position, device_of};
use crate::channel_tech::{LegCommand, LegEvent};
use crate::dial::{Caller, Dialing, Progress};
use crate::verbose;
pub use machine::Stimulus;
use machine::{Act, Machine, Rules, Side, State};
use outcome::publish;
pub(in crate::features) use outcome::{Parties, publish_to};

/// What the task of a transfer is told.
#[derive(Debug)]
pub enum TransferEvent {
    /// The transferer has pressed a code.
    Code(Stimulus),
    /// A channel has left a bridge for good, or never came to it.
    Left {
        /// The bridge.
        bridge: Arc<str>,
        /// The channel, as far as the seat was meant for one.
        channel: Option<ChannelHandle>,
    },
}

/// How many events of a rung target may wait.
const EVENTS: usize = 64;

/// A transfer under way.
struct Transfer {
    core: Arc<Core>,
    transferer: ChannelHandle,
    /// What the transferer may do in a bridge, for when it is called back.
    actions: Vec<Action>,
    old: Bridge,
    new: Bridge,
    transferee: ChannelHandle,
    target: Option<ChannelHandle>,
    place: Position,
    caller: Caller,
    /// Whom the transferer talked to, as it is shown when it is called back.
    old_party: Party,
    xfer_sound: String,
    fail_sound: String,
    told: mpsc::UnboundedReceiver<TransferEvent>,
    legs: mpsc::Receiver<(usize, LegEvent)>,
    leg_sender: mpsc::Sender<(usize, LegEvent)>,
    /// How many targets have been called.
    called: usize,
    /// The call back to the transferer.
    recall: Option<Dialing>,
    answered: Option<usize>,
    machine: Machine,
}

impl Channel {
    /// Asks for a number, calls it, and leaves the rest to the codes of attended transfers.
    ///
    /// Boxed, as whoever is called takes part in bridges itself.
    pub(crate) fn attended_transfer<'a>(
        &'a mut self,
        bridge: &'a Bridge,
        features: &'a mut Features,
    ) -> BoxFuture<'a, Result<(), Interrupted>> {
        Box::pin(self.transfer_to_asked(bridge, features))
    }

    async fn transfer_to_asked(
        &mut self,
        bridge: &Bridge,
        features: &mut Features,
    ) -> Result<(), Interrupted> {
        let Some(other) = bridge.other(self.handle()) else { return Ok(()) };
        let (sender, told) = mpsc::unbounded_channel();
        if !bridge.watch(sender.clone()) {
            verbose!(self.core(), 3, "{}: the other party makes a transfer already", self.name());
            return Ok(());
        }
        verbose!(self.core(), 3, "Channel {}: Started DTMF attended transfer.", self.name());
        let _ = other.show(LegCommand::Hold(true));
        bridge.suspend(self.handle());
        let begun = match self.ask_target().await {
            Ok(Some(place)) => self.begin_transfer(bridge, features, place, (sender, told)).await,
            Ok(None) => Ok(false),
            Err(interrupted) => Err(interrupted),
        };
        // Who makes the transfer leaves this bridge for the target's.
        if !matches!(begun, Ok(true)) {
            bridge.unwatch();
            bridge.resume(self.handle());
            let _ = other.show(LegCommand::Hold(false));
        }
        if bridge.other(self.handle()).is_none() {
            bridge.dissolve();
        }
        begun.map(|_| ())
    }

    /// Calls the target and goes to it; says whether there is one.
    async fn begin_transfer(
        &mut self,
        old: &Bridge,
        features: &mut Features,
        place: Position,
        (sender, told): (mpsc::UnboundedSender<TransferEvent>, mpsc::UnboundedReceiver<TransferEvent>),
    ) -> Result<bool, Interrupted> {
        let Some(transferee) = old.other(self.handle()) else { return Ok(false) };
        let conf = self.features();
        let new = Bridge::new(self.core(), "");
        new.watch(sender.clone());
        let (leg_sender, legs) = mpsc::channel(EVENTS);
        let rules = Rules {
            drop_call: conf.transfer_drop_call,
            no_answer: conf.transfer_no_answer_timeout,
            loop_delay: conf.transfer_loop_delay,
            retries: conf.transfer_callback_retries,
        };
        let old_party = self.facts().connected.clone();
        let mut transfer = Transfer {
            core: self.core().clone(),
            transferer: self.handle().clone(),
            actions: features.actions().to_vec(),
            old: old.clone(),
            new: new.clone(),
            transferee,
            target: None,
            place,
            caller: Caller { codecs: self.codecs(), ..Caller::of(self) },
            old_party,
            xfer_sound: conf.transfer_sound.clone(),
            fail_sound: conf.transfer_fail_sound.clone(),
            told,
            legs,
            leg_sender,
            called: 0,
            recall: None,
            answered: None,
            machine: Machine::new(rules, Instant::now()),
        };
        if !transfer.call_target(|channel| new.seat_for(channel)).await {
            new.unwatch();
            new.dissolve();
            self.play(&conf.transfer_fail_sound, "").await?;
            return Ok(false);
        }
        features.begin_transfer(self, sender);
        old.send_to(self.handle(), new.seat_for(self.handle()), None);
        let span = tracing::info_span!("transfer", transferer = %self.name());
        tokio::spawn(transfer.lead().instrument(span));
        Ok(true)
    }
}

impl Transfer {
    async fn lead(mut self) {
        while self.machine.state() != State::Over {
            let stimulus = self.stimulus().await;
            let Some(stimulus) = stimulus else { continue };
            for act in self.machine.handle(Instant::now(), stimulus) {
                if !self.act(act).await {
                    // A call that cannot be made is one that nobody answers.
                    let more = self.machine.handle(Instant::now(), Stimulus::RecallGone);
                    for act in more {
                        self.act(act).await;
                    }
                    break;
                }
            }
        }
        self.end();
    }

    /// The next thing that means something.
    async fn stimulus(&mut self) -> Option<Stimulus> {
        let deadline = self.machine.deadline();
        let over = async {
            match deadline {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let recall = async {
            match &mut self.recall {
                Some(recall) => recall.next().await,
                None => std::future::pending().await,
            }
        };
        // All branches are cancel safe: queues and a timer.
        tokio::select! {
            biased;
            Some((call, event)) = self.legs.recv() => self.of_target(call, &event),
            (call, progress) = recall => self.of_recall(call, &progress),
            Some(told) = self.told.recv() => self.of_bridge(told),
            () = over => Some(Stimulus::Timeout),
        }
    }

    fn recalls(&self) -> bool {
        matches!(
            self.machine.state(),
            State::Leaving
                | State::Recalling
                | State::CallingAgain
                | State::BeforeTarget
                | State::BeforeRecall
        )
    }

    fn of_target(&self, call: usize, event: &LegEvent) -> Option<Stimulus> {
        let answered = call == self.called && matches!(event, LegEvent::Answered);
        answered.then(|| if self.recalls() { Stimulus::RecallAnswered } else { Stimulus::TargetAnswered })
    }

    fn of_recall(&mut self, call: usize, progress: &Progress) -> Option<Stimulus> {
        match progress {
            Progress::Answered => {
                self.answered = Some(call);
                Some(Stimulus::RecallAnswered)
            }
            Progress::Ended(_) | Progress::Forward { .. } => Some(Stimulus::RecallGone),
            _ => None,
        }
    }

    fn of_bridge(&self, told: TransferEvent) -> Option<Stimulus> {
        let (bridge, channel) = match told {
            TransferEvent::Code(stimulus) => return Some(stimulus),
            TransferEvent::Left { bridge, channel } => (bridge, channel),
        };
        let (is_old, channel) = (bridge == *self.old.id(), channel?);
        // Somebody who was hung up already need not be missed.
        if channel == self.transferee && is_old {
            Some(Stimulus::TransfereeGone)
        } else if Some(&channel) == self.target.as_ref() {
            Some(if self.recalls() { Stimulus::RecallGone } else { Stimulus::TargetGone })
        } else {
            (channel == self.transferer && !self.recalls()).then_some(Stimulus::TransfererGone)
        }
    }

    fn bridge(&self, side: Side) -> &Bridge {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    /// Does one thing; `false` where a call cannot be made.
    async fn act(&mut self, act: Act) -> bool {
        match act {
            Act::FailSound => play_to(&self.transferer, &self.fail_sound),
            Act::Move(side) => {
                let from = if side == Side::Old { &self.new } else { &self.old };
                from.send_to(&self.transferer, self.bridge(side).seat_for(&self.transferer), None);
            }
            Act::Hold(side) => self.hold(side, true),
            Act::Unhold(side) => self.hold(side, false),
            Act::DropTarget => self.drop_target(),
            Act::Join { ringing } => self.join(ringing),
            Act::TellFailure => publish(&self.core, &self.parties(), None),
            Act::Recall => return self.recall().await,
            Act::CallTarget => {
                let old = self.old.clone();
                return self.call_target(|channel| old.seat_for(channel)).await;
            }
            Act::DropRecall => {
                self.recall = None;
                self.drop_target();
            }
            Act::Seat => self.seat_recalled(),
            Act::EndOld => self.old.dissolve(),
        }
        true
    }

    fn hold(&self, side: Side, held: bool) {
        for member in self.bridge(side).members() {
            if member != self.transferer {
                let _ = member.show(LegCommand::Hold(held));
            }
        }
    }

    fn drop_target(&mut self) {
        if let Some(target) = self.target.take() {
            target.hangup(Cause::NORMAL_CLEARING);
        }
    }

    fn parties(&self) -> Parties {
        Parties {
            transferers: [self.transferer.clone(), self.transferer.clone()],
            bridges: [Some(self.old.clone()), Some(self.new.clone())],
            transferee: Some(self.transferee.clone()),
            target: self.target.clone(),
            external: false,
        }
    }

    /// The others are together, the transferer is out.
    fn join(&self, ringing: bool) {
        let parties = self.parties();
        if let Some(target) = &self.target {
            self.new.send_to(target, self.old.seat_for(target), Some(&self.transferee));
            if !ringing {
                play_to(target, &self.xfer_sound);
            }
        }
        self.old.send_out(&self.transferer);
        self.new.send_out(&self.transferer);
        if let Some(transferee) = parties.transferee.as_ref().filter(|_| ringing) {
            let _ = transferee.show(LegCommand::Ringing);
        }
        publish(&self.core, &parties, Some(&self.old));
    }

    /// Calls the target, which takes its seat at once; says whether there is one to call.
    async fn call_target(&mut self, seat_for: impl FnOnce(&ChannelHandle) -> Seat) -> bool {
        let destination = format!("Local/{}@{}", self.place.exten, self.place.context);
        let mut channel = match self.core.request(&destination, &self.caller).await {
            Ok(channel) => channel,
            Err(error) => {
                tracing::warn!(destination, %error, "attended transfer: the target cannot be called");
                return false;
            }
        };
        for name in ["TRANSFERERNAME", "ATTENDEDTRANSFER"] {
            channel.set_variable(name, self.transferer.name().clone());
        }
        channel.set_variable("BLINDTRANSFER", "");
        self.called += 1;
        channel.observe(self.leg_sender.clone(), self.called);
        self.target = Some(channel.handle().clone());
        let seat = seat_for(channel.handle());
        channel.spawn(Box::new(move |channel| {
            Box::pin(async move {
                match channel.call(None).await {
                    Ok(()) => {
                        let _ = channel.join(seat, Features::default()).await;
                    }
                    Err(error) => channel.call_failed(&error),
                }
            })
        }));
        true
    }

    async fn recall(&mut self) -> bool {
        let facts = self.transferer.snapshot().facts;
        let caller = Caller { party: self.old_party.clone(), channel: None, ..self.caller.clone() };
        let mut dialing = Dialing::new(&self.core, caller);
        let placed = dialing.place(device_of(self.transferer.name())).await;
        if let Err(error) = &placed {
            tracing::warn!(transferer = %self.transferer.name(), %error, "the transferer cannot be called back");
            return false;
        }
        if let Some(call) = placed.ok().and_then(|index| dialing.call(index)) {
            call.handle.facts().caller = facts.caller;
        }
        for member in self.old.members() {
            let _ = member.show(LegCommand::Ringing);
        }
        self.recall = Some(dialing);
        true
    }

    fn seat_recalled(&mut self) {
        let answered =
            self.answered.and_then(|index| self.recall.as_mut()?.take(index, Cause::NORMAL_CLEARING));
        let Some(outgoing) = answered else { return self.old.dissolve() };
        let (seat, features) =
            (self.old.seat_for(&outgoing.handle), Features::new(self.actions.clone(), None));
        for member in self.old.members() {
            quiet(&member);
        }
        let joined = outgoing.release(move |channel| {
            Box::pin(async move {
                let _ = channel.join(seat, features).await;
            })
        });
        if joined.is_err() {
            self.old.dissolve();
        }
    }

    /// The bridges are like others again; what was told too late counts all the same.
    fn end(mut self) {
        self.old.unwatch();
        self.new.unwatch();
        while let Ok(told) = self.told.try_recv() {
            let TransferEvent::Left { bridge, channel: Some(channel) } = told else { continue };
            if channel == self.transferee || Some(&channel) == self.target.as_ref() {
                let over = if bridge == *self.old.id() { &self.old } else { &self.new };
                over.dissolve();
            }
        }
        for bridge in [&self.old, &self.new] {
            match bridge.members().first() {
                Some(member) => bridge.optimize(member),
                None => bridge.dissolve(),
            }
        }
    }
}

/// A prompt, over whatever the channel hears.
fn play_to(channel: &ChannelHandle, sound: &str) {
    if sound.is_empty() {
        return;
    }
    let sound = sound.to_owned();
    let work = ChannelCommand::Run(Box::new(move |channel| {
        Box::pin(async move { channel.play_over(&sound).await })
    }));
    let _ = channel.send(work);
}

/// Ends the ringing tone that the channel hears.
fn quiet(channel: &ChannelHandle) {
    let _ = channel.send(ChannelCommand::Run(Box::new(|channel| Box::pin(async { channel.stop_tone() }))));
}
