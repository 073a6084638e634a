//! Runs extensions on a channel: finds the priority, substitutes its arguments, runs its application, goes on.

mod blocks;
mod check;
mod dialled;
mod edit;
mod exception;
mod lint;
mod module;
mod plan;
mod stack;
mod step;

use std::sync::Arc;

pub use check::WARNINGS;
pub use edit::ChangeError;
pub use exception::Exception;
pub use lint::World;
pub use module::PbxConfig;
pub use plan::{LoadReport, LoadedPlan};
pub use stack::Stack;
pub(crate) use step::LastStep;

use crate::app::{AppError, Flow};
use crate::cause::Cause;
use crate::channel::{Channel, Interrupted, Position};
use crate::events::HandlerChange;
use crate::verbose;

/// After so many priorities without a wait the channel looks at what has happened meanwhile.
const CATCH_UP: u32 = 64;

/// After so many priorities without a wait tokio is asked whether it is the turn of other calls.
///
/// To let them run costs as much as some dozens of priorities.
const MAKE_ROOM: u32 = 4;

/// How a run through the dialplan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    /// The subroutine that was called from outside has returned.
    Returned,
    /// There is nothing more to do on this channel.
    HangUp,
}

impl Channel {
    /// Runs the dialplan from `position` until the call ends or is taken elsewhere.
    pub async fn execute(&mut self, position: Position) {
        self.executed = true;
        self.plan = self.core().dialplan.load_full();
        self.last_step = None;
        self.stack.clear();
        self.facts().in_subroutine = false;
        self.go_to(position);
        self.fall_back_to_s();
        match self.run(0).await {
            Ok(_) => self.ends_by_itself(),
            Err(Interrupted::Timeout) => self.hang_up(Cause::NORMAL_CLEARING),
            Err(Interrupted::Hangup | Interrupted::Taken) => {}
        }
    }

    /// Its far end is told a cause; the channel's own stays undefined where nobody has given one, as in Asterisk.
    fn ends_by_itself(&mut self) {
        let cause = self.facts().cause;
        self.hang_up(self.cause_for_hangup());
        self.facts().cause = cause;
    }

    /// A call to an extension that does not exist begins at `s`, as in Asterisk.
    fn fall_back_to_s(&mut self) {
        let position = self.position();
        if self.exists_here(&position) {
            return;
        }
        for context in [position.context, Arc::from("default")] {
            let start = Position::new(context, "s", 1);
            if self.exists_here(&start) {
                self.go_to(start);
                return;
            }
        }
    }

    /// Runs priorities; with `floor` above zero until the stack is lower than that.
    pub(crate) async fn run(&mut self, floor: usize) -> Result<Ran, Interrupted> {
        let mut plan = self.plan.clone();
        let mut priorities = 0_u32;
        loop {
            priorities = priorities.wrapping_add(1);
            if priorities.is_multiple_of(MAKE_ROOM) {
                tokio::task::consume_budget().await;
            }
            if priorities.is_multiple_of(CATCH_UP) {
                self.catch_up().await;
            }
            if let Some(interrupted) = self.interruption() {
                self.settle_interruption(interrupted)?;
            }
            // What runs in a priority may have taken the call to a newer plan.
            if !Arc::ptr_eq(&plan, &self.plan) {
                plan = self.plan.clone();
            }
            let flow = match self.step(&plan).await {
                Some(result) => self.settle(result)?,
                None => self.nothing_here().await?,
            };
            match flow {
                Flow::Continue => self.facts().position.priority += 1,
                Flow::Jump => {}
                Flow::Dialled(digits) => {
                    if self.collect(digits).await? == Ran::HangUp {
                        return Ok(Ran::HangUp);
                    }
                }
                Flow::Incomplete => {
                    if self.collect_behind().await? == Ran::HangUp {
                        return Ok(Ran::HangUp);
                    }
                }
                Flow::TimedOut => {
                    if self.no_digit_came() == Flow::Hangup {
                        return Ok(Ran::HangUp);
                    }
                }
                Flow::Hangup => return Ok(Ran::HangUp),
            }
            if self.stack.len() < floor {
                return Ok(Ran::Returned);
            }
        }
    }

    /// A passed time limit goes to `T`; everything else ends the run.
    fn settle_interruption(&mut self, interrupted: Interrupted) -> Result<(), Interrupted> {
        if interrupted != Interrupted::Timeout {
            return Err(interrupted);
        }
        self.timeouts.absolute = None;
        self.clear_interruption();
        if self.go_special("T", "ABSOLUTETIMEOUT") { Ok(()) } else { Err(Interrupted::Timeout) }
    }

    /// What an application's result means; a failure goes to `e` or hangs up.
    fn settle(&mut self, result: Result<Flow, AppError>) -> Result<Flow, Interrupted> {
        match result {
            Ok(flow) => Ok(flow),
            Err(AppError::Interrupted(interrupted)) => {
                self.settle_interruption(interrupted).map(|()| Flow::Jump)
            }
            Err(AppError::Failed(reason)) => {
                let position = self.position();
                let place = self.place();
                tracing::warn!(channel = %self.name(), %position, place, "{}: {reason}", self.facts().application);
                verbose!(
                    self.core(),
                    3,
                    "Spawn extension ({}, {}, {}) exited non-zero on '{}'",
                    position.context,
                    position.exten,
                    position.priority,
                    self.name()
                );
                Ok(if self.go_exception("ERROR") { Flow::Jump } else { Flow::Hangup })
            }
        }
    }

    /// Where the dialplan has no more priorities: wait for digits, fall through, or go to `i`.
    async fn nothing_here(&mut self) -> Result<Flow, Interrupted> {
        let position = self.position();
        if !self.exists_here(&Position { priority: 1, ..position.clone() }) {
            return Ok(self.invalid(&position.exten));
        }
        if !self.plan.auto_fall_through() {
            let digit = self.wait_for_digit(Some(self.timeouts.response)).await?;
            return Ok(digit.map_or(Flow::TimedOut, |digit| Flow::Dialled(digit.to_string())));
        }
        let status = self.variable("DIALSTATUS").unwrap_or_else(|| "UNKNOWN".into());
        verbose!(self.core(), 3, "Auto fallthrough, channel '{}' status is '{status}'", self.name());
        let limit = Some(std::time::Duration::from_secs(10));
        match &*status {
            "BUSY" => self.refuse(Cause::USER_BUSY, "busy", limit).await?,
            "CONGESTION" | "CHANUNAVAIL" => {
                self.refuse(Cause::NORMAL_CIRCUIT_CONGESTION, "congestion", limit).await?
            }
            _ => {}
        }
        Ok(Flow::Hangup)
    }

    /// Runs a subroutine from outside the dialplan, as `b` and `U` of `Dial` do, and comes back to where it was.
    pub async fn subroutine(&mut self, target: &str) -> Result<(), Interrupted> {
        let (position, floor) = (self.position(), self.stack.len() + 1);
        if position.context.is_empty() {
            self.plan = self.core().dialplan.load_full();
        }
        if let Err(reason) = self.gosub(target) {
            tracing::warn!(channel = %self.name(), target, reason, "no such subroutine");
            return Ok(());
        }
        let outer = std::mem::replace(&mut self.facts().in_subroutine, true);
        let ran = self.run(floor).await;
        while self.stack.len() >= floor {
            self.leave_frame();
        }
        self.go_to(position);
        self.facts().in_subroutine = outer;
        ran.map(|_| ())
    }

    /// Runs a subroutine in the middle of a priority and returns what its `Return` gave: `EVAL_SUB`.
    ///
    /// It runs on a channel that is hung up as well.
    pub async fn subroutine_value(&mut self, target: &str) -> Result<String, String> {
        let (position, floor) = (self.position(), self.stack.len() + 1);
        let (application, data) = {
            let facts = self.facts();
            (facts.application.clone(), facts.data.clone())
        };
        self.gosub(target)?;
        self.set_variable("GOSUB_RETVAL", "");
        if self.interruption().is_some() {
            self.run_hung_up(floor).await;
        } else {
            // What interrupts it interrupts the application that asked, too.
            let _ = self.run(floor).await;
        }
        let has_returned = self.stack.len() < floor;
        while self.stack.len() >= floor {
            self.leave_frame();
        }
        self.go_to(position);
        let mut facts = self.facts();
        (facts.application, facts.data) = (application, data);
        drop(facts);
        match has_returned {
            true => Ok(self.variable("GOSUB_RETVAL").map(|value| value.to_string()).unwrap_or_default()),
            false => Err(format!("the subroutine {target} did not return")),
        }
    }

    /// What the arguments of the application at a position would be, if this channel were there: `EVAL_EXTEN`.
    pub async fn arguments_at(&mut self, position: &Position) -> Option<String> {
        let plan = self.plan.clone();
        let at = {
            let facts = self.facts();
            let wanted = obelus_dialplan::Wanted::Priority(position.priority);
            plan.find(&self.core().clock, position, wanted, facts.caller.number.text())?
        };
        let step = plan.step(at)?;
        let here = std::mem::replace(&mut self.facts().position, position.clone());
        let mut text = String::new();
        self.expand(step.template, &mut text).await;
        self.facts().position = here;
        Some(text)
    }

    /// The dialplan that this channel runs on.
    pub fn plan(&self) -> &Arc<LoadedPlan> {
        &self.plan
    }

    /// Lets the extension `h` of the present context run when the channel ends, as for one that ran the dialplan.
    pub fn run_h_at_end(&mut self) {
        self.executed = true;
    }

    /// The extension `h` and the hang-up handlers of a channel that is hung up.
    pub(crate) async fn run_after_hangup(&mut self) {
        if self.hangup_handlers.is_empty() && !self.executed {
            return;
        }
        let h = Position { exten: "h".into(), priority: 1, ..self.position() };
        if self.executed && self.exists_here(&h) {
            self.go_to(h);
            self.run_hung_up(0).await;
        }
        while let Some(handler) = self.hangup_handlers.pop() {
            self.tell_of_handler(HandlerChange::Run, &handler);
            let floor = self.stack.len() + 1;
            match self.gosub(&handler) {
                Ok(()) => self.run_hung_up(floor).await,
                Err(reason) => {
                    tracing::warn!(channel = %self.name(), handler, reason, "no such hang-up handler")
                }
            }
        }
    }

    /// Runs priorities of a channel that is hung up: what needs its far end fails, the rest works.
    async fn run_hung_up(&mut self, floor: usize) {
        let plan = self.plan.clone();
        while self.stack.len() >= floor {
            tokio::task::consume_budget().await;
            match self.step(&plan).await {
                Some(Ok(Flow::Continue)) => self.facts().position.priority += 1,
                Some(Ok(Flow::Jump)) => {}
                _ => return,
            }
        }
    }
}
