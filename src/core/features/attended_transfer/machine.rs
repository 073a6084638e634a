//! The states of an attended transfer: what happened goes in, what is to be done comes out. A value without clock.
//!
//! The transferer has two calls: the old one with the party to be transferred, and a new one with the target. Where it
//! leaves before the target has answered, the target is called on; should it never answer, the transferer is called
//! back, then the target again, and so on (`atxfercallbackretries`).

use std::time::Duration;

use tokio::time::Instant;

/// One of the two calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// That with the party to be transferred.
    Old,
    /// That with the target.
    New,
}

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The target rings; the transferer waits in the new call.
    Calling,
    /// The target rings; the transferer is back in the old call.
    Hesitant,
    /// The transferer talks to the target.
    Consulting,
    /// The target has answered; the transferer is back in the old call.
    DoubleChecking,
    /// The transferer has left; the target still rings.
    Leaving,
    /// The transferer is called back.
    Recalling,
    /// A pause before the target is called again.
    BeforeTarget,
    /// The target is called again.
    CallingAgain,
    /// A pause before the transferer is called back.
    BeforeRecall,
    /// It is over.
    Over,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stimulus {
    /// The party to be transferred is gone.
    TransfereeGone,
    /// The transferer is gone.
    TransfererGone,
    /// `atxfercomplete`.
    Complete,
    /// `atxferabort`.
    Abort,
    /// `atxferswap`.
    Swap,
    /// The target has answered.
    TargetAnswered,
    /// The target is gone, or could not be called.
    TargetGone,
    /// Whoever was called since the transferer had left has answered.
    RecallAnswered,
    /// It has not, and will not.
    RecallGone,
    /// The time of the state is over.
    Timeout,
}

/// What is to be done, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// The transferer hears `xferfailsound`.
    FailSound,
    /// The transferer goes to this call.
    Move(Side),
    /// Those in this call who are not the transferer wait.
    Hold(Side),
    /// They do not wait any more.
    Unhold(Side),
    /// The target is hung up.
    DropTarget,
    /// The target is brought to the old call, and the transferer leaves; `ringing` where it has not answered.
    Join {
        /// The other party hears that it rings.
        ringing: bool,
    },
    /// It is told that the transfer has failed.
    TellFailure,
    /// The transferer is called back.
    Recall,
    /// The target is called again.
    CallTarget,
    /// Whoever is being called is hung up.
    DropRecall,
    /// Whoever answered the recall comes into the old call.
    Seat,
    /// The old call ends.
    EndOld,
}

/// The settings of features.conf that count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// `atxferdropcall`: nobody is called back.
    pub(super) drop_call: bool,
    /// `atxfernoanswertimeout`.
    pub(super) no_answer: Duration,
    /// `atxferloopdelay`.
    pub(super) loop_delay: Duration,
    /// `atxfercallbackretries`.
    pub(super) retries: u32,
}

/// An attended transfer.
#[derive(Debug)]
pub(super) struct Machine {
    state: State,
    rules: Rules,
    /// When the time of the state is over.
    until: Option<Instant>,
    attempts: u32,
}

impl Machine {
    /// The target has begun to ring.
    pub(super) fn new(rules: Rules, now: Instant) -> Machine {
        Machine { state: State::Calling, rules, until: Some(now + rules.no_answer), attempts: 0 }
    }

    /// Where it stands.
    pub(super) fn state(&self) -> State {
        self.state
    }

    /// When [`Stimulus::Timeout`] is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    /// Something has happened; what has no meaning in this state changes nothing.
    pub(super) fn handle(&mut self, now: Instant, stimulus: Stimulus) -> Vec<Act> {
        let (state, mut acts) = match self.state {
            State::Calling | State::Hesitant => self.unanswered(stimulus),
            State::Consulting | State::DoubleChecking => self.answered(stimulus),
            State::Leaving | State::Recalling | State::CallingAgain => self.recall(stimulus),
            State::BeforeTarget | State::BeforeRecall => self.pause(stimulus),
            State::Over => (State::Over, Vec::new()),
        };
        if state != self.state {
            tracing::debug!(from = ?self.state, to = ?state, ?stimulus, "attended transfer");
            acts.extend(entering(state));
            self.until = self.time_of(state, now);
            self.state = state;
        }
        acts
    }

    /// The time that a state has; that of the first ringing goes on while the transferer changes its mind.
    fn time_of(&self, state: State, now: Instant) -> Option<Instant> {
        match state {
            State::Calling | State::Hesitant | State::Leaving => self.until,
            State::Recalling | State::CallingAgain => Some(now + self.rules.no_answer),
            State::BeforeTarget | State::BeforeRecall => Some(now + self.rules.loop_delay),
            State::Consulting | State::DoubleChecking | State::Over => None,
        }
    }

    fn unanswered(&self, stimulus: Stimulus) -> (State, Vec<Act>) {
        let hesitant = self.state == State::Hesitant;
        match stimulus {
            Stimulus::TransfereeGone => {
                (State::Over, vec![Act::FailSound, Act::TellFailure, Act::DropTarget, Act::EndOld])
            }
            Stimulus::Complete | Stimulus::TransfererGone => {
                let next = if self.rules.drop_call { State::Over } else { State::Leaving };
                (next, vec![Act::Unhold(Side::Old), Act::Join { ringing: true }])
            }
            Stimulus::TargetAnswered if hesitant => (State::DoubleChecking, Vec::new()),
            Stimulus::TargetAnswered => (State::Consulting, Vec::new()),
            Stimulus::TargetGone | Stimulus::Timeout | Stimulus::Abort => {
                let mut acts = vec![Act::FailSound, Act::DropTarget];
                if !hesitant {
                    acts.extend([Act::Move(Side::Old), Act::Unhold(Side::Old)]);
                }
                (State::Over, acts)
            }
            Stimulus::Swap if hesitant => (State::Calling, vec![Act::Hold(Side::Old), Act::Move(Side::New)]),
            Stimulus::Swap => (State::Hesitant, vec![Act::Move(Side::Old), Act::Unhold(Side::Old)]),
            Stimulus::RecallAnswered | Stimulus::RecallGone => (self.state, Vec::new()),
        }
    }

    fn answered(&self, stimulus: Stimulus) -> (State, Vec<Act>) {
        let consulting = self.state == State::Consulting;
        let (here, there) = if consulting { (Side::New, Side::Old) } else { (Side::Old, Side::New) };
        match stimulus {
            // The transferer and the target go on talking.
            Stimulus::TransfereeGone if consulting => (State::Over, vec![Act::FailSound, Act::EndOld]),
            Stimulus::TransfereeGone => {
                (State::Over, vec![Act::FailSound, Act::TellFailure, Act::DropTarget, Act::EndOld])
            }
            Stimulus::Complete | Stimulus::TransfererGone => {
                (State::Over, vec![Act::Unhold(there), Act::Join { ringing: false }])
            }
            Stimulus::TargetGone if consulting => {
                (State::Over, vec![Act::DropTarget, Act::Move(Side::Old), Act::Unhold(Side::Old)])
            }
            Stimulus::TargetGone => (State::Over, vec![Act::FailSound, Act::DropTarget]),
            Stimulus::Abort => {
                let mut acts = vec![Act::FailSound, Act::DropTarget];
                if consulting {
                    acts.extend([Act::Move(Side::Old), Act::Unhold(Side::Old)]);
                }
                (State::Over, acts)
            }
            Stimulus::Swap => {
                let next = if consulting { State::DoubleChecking } else { State::Consulting };
                (next, vec![Act::Hold(here), Act::Move(there), Act::Unhold(there)])
            }
            Stimulus::Timeout
            | Stimulus::TargetAnswered
            | Stimulus::RecallAnswered
            | Stimulus::RecallGone => (self.state, Vec::new()),
        }
    }

    fn recall(&mut self, stimulus: Stimulus) -> (State, Vec<Act>) {
        match stimulus {
            Stimulus::TransfereeGone => (State::Over, vec![Act::DropRecall, Act::EndOld]),
            Stimulus::RecallAnswered if self.state == State::Recalling => (State::Over, vec![Act::Seat]),
            Stimulus::RecallAnswered => (State::Over, Vec::new()),
            Stimulus::RecallGone | Stimulus::Timeout => {
                let next = self.next_call();
                let mut acts = vec![Act::DropRecall];
                if next == State::Over {
                    acts.push(Act::EndOld);
                }
                (next, acts)
            }
            Stimulus::TransfererGone
            | Stimulus::Complete
            | Stimulus::Abort
            | Stimulus::Swap
            | Stimulus::TargetAnswered
            | Stimulus::TargetGone => (self.state, Vec::new()),
        }
    }

    /// Who is called when the one that is called now does not answer.
    fn next_call(&mut self) -> State {
        let waits = !self.rules.loop_delay.is_zero();
        match self.state {
            State::Recalling => {
                self.attempts += 1;
                match self.attempts >= self.rules.retries {
                    true => State::Over,
                    false if waits => State::BeforeTarget,
                    false => State::CallingAgain,
                }
            }
            State::CallingAgain if waits => State::BeforeRecall,
            _ => State::Recalling,
        }
    }

    fn pause(&self, stimulus: Stimulus) -> (State, Vec<Act>) {
        let next = if self.state == State::BeforeTarget { State::CallingAgain } else { State::Recalling };
        match stimulus {
            Stimulus::TransfereeGone => (State::Over, vec![Act::EndOld]),
            Stimulus::Timeout => (next, vec![Act::Unhold(Side::Old)]),
            _ => (self.state, Vec::new()),
        }
    }
}

/// What every way into a state does.
fn entering(state: State) -> Option<Act> {
    match state {
        State::Recalling => Some(Act::Recall),
        State::CallingAgain => Some(Act::CallTarget),
        State::BeforeTarget | State::BeforeRecall => Some(Act::Hold(Side::Old)),
        State::Calling
        | State::Hesitant
        | State::Consulting
        | State::DoubleChecking
        | State::Leaving
        | State::Over => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: Rules = Rules {
        drop_call: false,
        no_answer: Duration::from_secs(15),
        loop_delay: Duration::from_secs(10),
        retries: 2,
    };

    fn check(rules: Rules, happens: &[Stimulus], last: &[Act], state: State) {
        let now = Instant::now();
        let mut machine = Machine::new(rules, now);
        let acts = happens.iter().map(|stimulus| machine.handle(now, *stimulus)).last();
        assert_eq!((acts.as_deref(), machine.state()), (Some(last), state), "{happens:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_target_answers_and_is_given_the_call() {
        check(RULES, &[Stimulus::TargetAnswered], &[], State::Consulting);
        for leaves in [Stimulus::TransfererGone, Stimulus::Complete] {
            check(
                RULES,
                &[Stimulus::TargetAnswered, leaves],
                &[Act::Unhold(Side::Old), Act::Join { ringing: false }],
                State::Over,
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_transfer_that_comes_to_nothing_brings_the_old_call_back() {
        for (happens, first) in [
            (&[Stimulus::TargetGone][..], &[Act::FailSound, Act::DropTarget][..]),
            (&[Stimulus::Timeout], &[Act::FailSound, Act::DropTarget]),
            (&[Stimulus::TargetAnswered, Stimulus::TargetGone], &[Act::DropTarget]),
            (&[Stimulus::TargetAnswered, Stimulus::Abort], &[Act::FailSound, Act::DropTarget]),
        ] {
            let back = [Act::Move(Side::Old), Act::Unhold(Side::Old)];
            check(RULES, happens, &[first, &back[..]].concat(), State::Over);
        }
        check(RULES, &[Stimulus::Swap, Stimulus::Abort], &[Act::FailSound, Act::DropTarget], State::Over);
    }

    #[tokio::test(start_paused = true)]
    async fn the_transferer_goes_to_and_fro() {
        check(RULES, &[Stimulus::Swap], &[Act::Move(Side::Old), Act::Unhold(Side::Old)], State::Hesitant);
        check(
            RULES,
            &[Stimulus::Swap, Stimulus::Swap],
            &[Act::Hold(Side::Old), Act::Move(Side::New)],
            State::Calling,
        );
        check(RULES, &[Stimulus::Swap, Stimulus::TargetAnswered], &[], State::DoubleChecking);
        check(
            RULES,
            &[Stimulus::TargetAnswered, Stimulus::Swap],
            &[Act::Hold(Side::New), Act::Move(Side::Old), Act::Unhold(Side::Old)],
            State::DoubleChecking,
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_early_is_called_back() {
        let left = [Stimulus::TransfererGone];
        check(RULES, &left, &[Act::Unhold(Side::Old), Act::Join { ringing: true }], State::Leaving);
        let again = [left[0], Stimulus::RecallGone];
        check(RULES, &again, &[Act::DropRecall, Act::Recall], State::Recalling);
        let waits = [left[0], Stimulus::Timeout, Stimulus::RecallGone];
        check(RULES, &waits, &[Act::DropRecall, Act::Hold(Side::Old)], State::BeforeTarget);
        check(
            RULES,
            &[left[0], Stimulus::Timeout, Stimulus::RecallGone, Stimulus::Timeout],
            &[Act::Unhold(Side::Old), Act::CallTarget],
            State::CallingAgain,
        );
        check(RULES, &[left[0], Stimulus::Timeout, Stimulus::RecallAnswered], &[Act::Seat], State::Over);
        let given_up = Rules { retries: 1, ..RULES };
        check(
            given_up,
            &[left[0], Stimulus::Timeout, Stimulus::RecallGone],
            &[Act::DropRecall, Act::EndOld],
            State::Over,
        );
        let dropped = Rules { drop_call: true, ..RULES };
        check(dropped, &left, &[Act::Unhold(Side::Old), Act::Join { ringing: true }], State::Over);
    }

    const ALL: [Stimulus; 10] = [
        Stimulus::TransfereeGone,
        Stimulus::TransfererGone,
        Stimulus::Complete,
        Stimulus::Abort,
        Stimulus::Swap,
        Stimulus::TargetAnswered,
        Stimulus::TargetGone,
        Stimulus::RecallAnswered,
        Stimulus::RecallGone,
        Stimulus::Timeout,
    ];

    proptest! {
        /// Whatever happens, who waits is told the end of it: each hold has its unhold or the end of the call.
        #[test]
        fn nobody_waits_for_ever(happens in prop::collection::vec(prop::sample::select(&ALL[..]), 0..40)) {
            let now = Instant::now();
            let mut machine = Machine::new(RULES, now);
            let mut old_waits = true;
            for stimulus in happens {
                for act in machine.handle(now, stimulus) {
                    match act {
                        Act::Hold(Side::Old) => old_waits = true,
                        Act::Unhold(Side::Old) | Act::EndOld => old_waits = false,
                        _ => {}
                    }
                }
            }
            prop_assert!(machine.state() != State::Over || !old_waits);
            let timed = !matches!(
                machine.state(),
                State::Over | State::Consulting | State::DoubleChecking
            );
            prop_assert_eq!(machine.deadline().is_some(), timed);
        }
    }
}
