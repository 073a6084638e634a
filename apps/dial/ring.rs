//! The part of `Dial` until somebody answers.

use std::time::Duration;

use obelus_core::app::{AppError, Arguments, Flow};
use obelus_core::caller_id::Party;
use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, Either, Event, HungUp, Interrupted, Redirecting};
use obelus_core::channel_tech::LegCommand;
use obelus_core::dial::{Caller, Dialing, Outgoing, Progress, Status};
use obelus_core::verbose;
use tokio::time::Instant;

use super::options::{self, Digits, Timeouts};
use super::set_times;

/// How ringing ended.
pub(super) enum Rung {
    /// Somebody answered.
    Answered(Box<Outgoing>),
    /// Nobody did.
    Nobody(Status),
    /// The caller left by a digit.
    Left(Flow),
}

/// One run of ringing.
struct Ringing<'a> {
    arguments: &'a Arguments,
    dialing: Dialing,
    began: Instant,
    answer_by: Option<Instant>,
    progress_by: Option<Instant>,
    rang: bool,
    progressed: bool,
    /// The call that was placed last.
    placed: Option<usize>,
}

pub(super) async fn ring(channel: &mut Channel, arguments: &Arguments) -> Result<Rung, AppError> {
    let timeouts = Timeouts::parse(arguments.text(1)).map_err(AppError::Failed)?;
    let caller = caller(channel, arguments, timeouts.answer).map_err(AppError::Failed)?;
    let now = Instant::now();
    let mut ringing = Ringing {
        arguments,
        dialing: Dialing::new(channel.core(), caller),
        began: now,
        answer_by: timeouts.answer.map(|timeout| now + timeout),
        progress_by: timeouts.progress.map(|timeout| now + timeout),
        rang: false,
        progressed: false,
        placed: None,
    };
    ringing.place_all(channel).await;
    if ringing.dialing.ringing() == 0 {
        return Ok(ringing.nobody(channel));
    }
    ringing.introduce(channel).await;
    ringing.indicate_at_once(channel).await;
    let rung = ringing.wait(channel).await;
    if arguments.option('m') {
        channel.stop_music();
    }
    if let Err(interrupted) = &rung {
        ringing.caller_is_gone(channel, interrupted);
    }
    rung
}

fn caller(channel: &Channel, arguments: &Arguments, timeout: Option<Duration>) -> Result<Caller, String> {
    let predial = arguments.option_value('b').map(|target| target.replace('^', ","));
    Ok(Caller { party: options::shown_caller(channel, arguments)?, timeout, predial, ..Caller::of(channel) })
}

impl Ringing<'_> {
    async fn place_all(&mut self, channel: &mut Channel) {
        for destination in self.arguments.text(0).split('&').map(str::trim).filter(|text| !text.is_empty()) {
            self.place(channel, destination).await;
        }
    }

    async fn place(&mut self, channel: &mut Channel, destination: &str) {
        match self.dialing.place(destination).await {
            Ok(index) => {
                self.placed = Some(index);
                let Some(call) = self.dialing.call(index) else { return };
                self.keep_caller_id(channel, call);
                verbose!(
                    channel.core(),
                    3,
                    "Called {}",
                    destination.split_once('/').map_or(destination, |(_, rest)| rest)
                );
            }
            Err(error) => {
                channel.facts().cause = error.cause;
                tracing::warn!(channel = %channel.name(), destination, cause = %error.cause, reason = %error, "unable to create a channel");
            }
        }
    }

    /// Who calls a single party learns at once who that is, so that the first response can say it.
    async fn introduce(&mut self, channel: &mut Channel) {
        if self.arguments.option('I') || self.dialing.ringing() != 1 {
            return;
        }
        let Some(call) = self.placed.and_then(|index| self.dialing.call(index)) else { return };
        if let Some(party) = told_of(call) {
            channel.connected_to(party).await;
        }
    }

    /// `o`: the called channel has the caller's identity as its own.
    fn keep_caller_id(&self, channel: &Channel, call: &Outgoing) {
        if self.arguments.option('o') {
            let party = self.arguments.option_value('o').map(obelus_core::caller_id::Party::parse);
            call.handle.facts().caller = party.unwrap_or_else(|| channel.facts().caller.clone());
        }
    }

    async fn indicate_at_once(&mut self, channel: &mut Channel) {
        if let Some(tone) = self.arguments.option_value('r') {
            channel.show(LegCommand::Progress).await;
            if let Err(reason) = channel.play_tone(tone) {
                tracing::warn!(channel = %channel.name(), tone, reason, "no such tone");
            }
        } else if self.arguments.option('m') {
            channel.show(LegCommand::Progress).await;
            channel.start_music_of(self.arguments.option_value('m').unwrap_or_default()).await;
        } else if self.arguments.option('r') || self.arguments.option('R') {
            channel.ring().await;
        }
    }

    async fn wait(&mut self, channel: &mut Channel) -> Result<Rung, AppError> {
        loop {
            let deadline = self.answer_by.into_iter().chain(self.progress_by).min();
            match channel.next_event_or(deadline, self.dialing.next()).await? {
                Either::Event(Event::Deadline) => return Ok(self.time_is_over(channel)),
                Either::Event(Event::Digit { digit, .. }) => {
                    if let Some(flow) = self.digit(channel, digit) {
                        self.cancel();
                        return Ok(Rung::Left(flow));
                    }
                }
                Either::Event(_) => {}
                Either::Side((index, Progress::Answered)) => {
                    return Ok(self.answered(channel, index).await);
                }
                Either::Side((index, progress)) => {
                    self.progress(channel, index, progress).await;
                    if self.dialing.ringing() == 0 {
                        return Ok(self.nobody(channel));
                    }
                }
            }
        }
    }

    async fn progress(&mut self, channel: &mut Channel, index: usize, progress: Progress) {
        let name = self.dialing.call(index).map(|call| call.handle.name().clone()).unwrap_or_default();
        match progress {
            Progress::Ringing => {
                verbose!(channel.core(), 3, "{name} is ringing");
                self.ringing(channel).await;
            }
            Progress::Progress => {
                verbose!(channel.core(), 3, "{name} is making progress passing it to {}", channel.name());
                self.early_audio(channel, index).await;
            }
            Progress::Proceeding => {
                verbose!(channel.core(), 3, "{name} is proceeding passing it to {}", channel.name());
                channel.show(LegCommand::Proceeding).await;
            }
            Progress::Ended(ended) => {
                verbose!(channel.core(), 3, "{name} ended: {}", ended.cause);
                let hung_up = HungUp { cause: ended.cause, technical: ended.technical.into() };
                channel.remember_cause(&name, hung_up);
            }
            Progress::Connected(party) if !self.arguments.option('I') && self.dialing.ringing() == 1 => {
                channel.connected_to(party).await;
            }
            Progress::Redirecting(redirecting) if !self.arguments.option('I') => {
                channel.show(LegCommand::Redirecting(redirecting)).await;
            }
            Progress::Forward { address, redirecting } => {
                self.forward(channel, &name, &address, *redirecting).await
            }
            Progress::Connected(_) | Progress::Redirecting(_) | Progress::Answered => {}
        }
    }

    async fn ringing(&mut self, channel: &mut Channel) {
        self.progress_by = None;
        if !std::mem::replace(&mut self.rang, true) {
            set_times(channel, "RINGTIME", self.began.elapsed());
            let hears_else = self.arguments.option_value('r').is_some() || self.arguments.option('m');
            if !hears_else {
                channel.ring().await;
            }
        }
    }

    /// Audio before the answer reaches the caller only from a single called party.
    async fn early_audio(&mut self, channel: &mut Channel, index: usize) {
        self.progress_by = None;
        if !std::mem::replace(&mut self.progressed, true) {
            set_times(channel, "PROGRESSTIME", self.began.elapsed());
        }
        let Some(call) = self.dialing.call(index) else { return };
        if let Some(Ok(digits)) = self.arguments.option_value('D').map(Digits::parse)
            && !digits.progress.is_empty()
        {
            let _ = call
                .handle
                .run(move |callee| Box::pin(async move { callee.send_digits(&digits.progress).await }))
                .await;
        }
        if self.dialing.ringing() > 1 || self.arguments.option('r') || self.arguments.option('m') {
            return;
        }
        channel.stop_tone();
        channel.show(LegCommand::Progress).await;
        if let (Some(own), Some(Some(theirs))) =
            (channel.media(), self.dialing.call(index).map(|call| call.port.clone()))
        {
            let _ = own.connect(&theirs);
        }
    }

    async fn forward(&mut self, channel: &mut Channel, name: &str, address: &str, redirecting: Redirecting) {
        if self.arguments.option('i') {
            verbose!(channel.core(), 3, "{name} prevented from being forwarded to '{address}'");
            return;
        }
        verbose!(channel.core(), 3, "Now forwarding {} to '{address}' (thanks to {name})", channel.name());
        channel.set_variable("FORWARDERNAME", name);
        if self.arguments.option('z') {
            self.answer_by = None;
        }
        // `f` alone: a forwarded call shows the number that was dialled here, not the caller's.
        let dialled = self.arguments.option('f') && self.arguments.option_value('f').is_none();
        let shown = dialled.then(|| Party::new("", &channel.position().exten));
        let before = channel.facts().redirecting.as_ref().map_or(0, |redirecting| redirecting.count);
        let redirecting = Redirecting { count: before + 1, ..redirecting };
        self.dialing.redirect(shown, redirecting.clone());
        let destination =
            if address.contains('/') { address.to_owned() } else { local_address(channel, address) };
        self.place(channel, &destination).await;
        // Who calls several parties at once is not told where one of them went.
        if self.dialing.ringing() == 1 && !self.arguments.option('I') {
            channel.redirecting_is(redirecting).await;
        }
    }

    /// A digit of the waiting caller: `d` leaves by an extension, `H` hangs up.
    fn digit(&self, channel: &mut Channel, digit: char) -> Option<Flow> {
        if self.arguments.option('d') && channel.exit_by_digit(digit) {
            return Some(Flow::Jump);
        }
        (self.arguments.option('H') && digit == '*').then_some(Flow::Hangup)
    }

    async fn answered(&mut self, channel: &mut Channel, index: usize) -> Rung {
        let losers = options::losers_cause(self.arguments).unwrap_or(Cause::ANSWERED_ELSEWHERE);
        channel.stop_tone();
        // Before `DialEnd`, which shows it.
        let party = self.dialing.call(index).filter(|_| !self.arguments.option('I')).and_then(told_of);
        if let Some(party) = party {
            channel.connected_to(party).await;
        }
        match self.dialing.take_undecided(index, losers) {
            Some(winner) => {
                verbose!(channel.core(), 3, "{} answered {}", winner.handle.name(), channel.name());
                Rung::Answered(Box::new(winner))
            }
            None => self.nobody(channel),
        }
    }

    fn nobody(&mut self, channel: &mut Channel) -> Rung {
        channel.stop_tone();
        let status = self.dialing.outcome().status();
        set_times(channel, "DIALEDTIME", self.began.elapsed());
        verbose!(
            channel.core(),
            2,
            "Everyone is busy/congested at this time ({})",
            self.dialing.outcome().counts()
        );
        Rung::Nobody(status)
    }

    fn time_is_over(&mut self, channel: &mut Channel) -> Rung {
        let no_progress = self.progress_by.is_some_and(|at| at <= Instant::now());
        self.cancel_with("NOANSWER");
        channel.stop_tone();
        set_times(channel, "DIALEDTIME", self.began.elapsed());
        verbose!(channel.core(), 3, "Nobody picked up in {} ms", self.began.elapsed().as_millis());
        Rung::Nobody(if no_progress { Status::ChanUnavail } else { Status::NoAnswer })
    }

    fn caller_is_gone(&mut self, channel: &mut Channel, error: &AppError) {
        self.cancel();
        set_times(channel, "DIALEDTIME", self.began.elapsed());
        channel.set_variable("DIALSTATUS", Status::Cancel.word());
        if *error == AppError::Interrupted(Interrupted::Hangup) {
            verbose!(channel.core(), 3, "Caller {} hung up while it rang", channel.name());
        }
    }

    fn cancel(&mut self) {
        self.cancel_with("CANCEL");
    }

    fn cancel_with(&mut self, status: &'static str) {
        let cause =
            if self.arguments.option('c') { Cause::ANSWERED_ELSEWHERE } else { Cause::NORMAL_CLEARING };
        self.dialing.cancel(cause, status);
    }
}

/// Who the caller is told that it has reached.
pub(super) fn told_of(call: &Outgoing) -> Option<Party> {
    let facts = call.handle.facts();
    let is_known = facts.caller.number.value.is_some() && !facts.caller_is_assumed;
    is_known.then(|| facts.caller.clone())
}

/// A forwarded call goes through the dialplan: `Local/number@context`, in `FORWARD_CONTEXT` if that is set.
fn local_address(channel: &Channel, number: &str) -> String {
    let context = channel.variable("FORWARD_CONTEXT").unwrap_or_else(|| channel.position().context);
    match number.contains('@') {
        true => format!("Local/{number}"),
        false => format!("Local/{number}@{context}"),
    }
}
