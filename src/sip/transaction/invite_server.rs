//! The INVITE server transaction (RFC 3261 17.2.1, RFC 6026).

use super::Timing;
use super::output::{Output, Outputs, Resend};
use crate::status::StatusCode;
use std::time::Instant;

/// An INVITE that came, until its ACK did.
#[derive(Debug, Clone)]
pub struct InviteServer {
    state: State,
    reliable: bool,
    outputs: Outputs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No final response yet; at `trying_at` 100 Trying is sent unless something else was.
    Proceeding {
        trying_at: Option<Instant>,
    },
    /// A failure was sent; sent again (Timer G) until the ACK comes or patience ends (Timer H).
    Completed {
        resend: Option<Resend>,
        give_up_at: Instant,
    },
    /// The ACK came; repeated ones are absorbed (Timer I).
    Confirmed {
        until: Instant,
    },
    /// A 2xx was sent; the dialog repeats it, repeated INVITEs are absorbed, ACKs pass (Timer L).
    Accepted {
        until: Instant,
    },
    Terminated,
}

impl InviteServer {
    /// Starts the transaction.
    #[must_use]
    pub fn new(now: Instant, timing: &Timing, reliable: bool) -> Self {
        let state = State::Proceeding { trying_at: Some(now + timing.trying_after) };
        Self { state, reliable, outputs: Outputs::default() }
    }

    /// The same INVITE came again.
    pub fn handle_request(&mut self) {
        match self.state {
            // Nothing was sent yet: 100 Trying is what keeps the sender calm.
            State::Proceeding { trying_at: Some(_) } => {
                self.outputs.add(Output::Trying);
                self.state = State::Proceeding { trying_at: None };
            }
            State::Proceeding { trying_at: None } | State::Completed { .. } => self.outputs.add(Output::Send),
            State::Confirmed { .. } | State::Accepted { .. } | State::Terminated => {}
        }
    }

    /// An ACK with the INVITE's branch came.
    pub fn handle_ack(&mut self, now: Instant, timing: &Timing) {
        self.state = match self.state {
            State::Completed { .. } if self.reliable => State::Terminated,
            State::Completed { .. } => State::Confirmed { until: now + timing.t4 },
            State::Accepted { until } => {
                self.outputs.add(Output::Deliver);
                State::Accepted { until }
            }
            other => other,
        };
    }

    /// The user answers; the stored response must be this one when the output is polled.
    ///
    /// Gives `false`, and does nothing, when the transaction has its final response already. Repeated 2xx of
    /// the dialog are let through.
    pub fn handle_reply(&mut self, now: Instant, status: StatusCode, timing: &Timing) -> bool {
        self.state = match self.state {
            State::Proceeding { .. } if status.is_provisional() => State::Proceeding { trying_at: None },
            State::Proceeding { .. } if status.is_success() => {
                State::Accepted { until: now + timing.patience() }
            }
            // Who has proved nothing gets a challenge once, whatever becomes of it (RFC 3261 26.3.2.4).
            State::Proceeding { .. } => State::Completed {
                resend: Resend::after(timing.t1, now, self.reliable || status == StatusCode::UNAUTHORIZED),
                give_up_at: now + timing.patience(),
            },
            State::Accepted { until } if status.is_success() => State::Accepted { until },
            State::Accepted { .. }
            | State::Completed { .. }
            | State::Confirmed { .. }
            | State::Terminated => {
                return false;
            }
        };
        self.outputs.add(Output::Send);
        true
    }

    /// A response could not be sent.
    pub fn handle_transport_error(&mut self) {
        // RFC 6026 7.1: with a 2xx sent, the dialog goes on trying.
        if !matches!(self.state, State::Accepted { .. }) {
            self.outputs.add(Output::TransportFailed);
            self.state = State::Terminated;
        }
    }

    /// The time of [`Self::next_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Instant, timing: &Timing) {
        self.state = match self.state {
            State::Proceeding { trying_at: Some(at) } if at <= now => {
                self.outputs.add(Output::Trying);
                State::Proceeding { trying_at: None }
            }
            State::Completed { give_up_at, .. } if give_up_at <= now => {
                self.outputs.add(Output::TimedOut);
                State::Terminated
            }
            State::Completed { resend: Some(resend), give_up_at } if resend.at <= now => {
                self.outputs.add(Output::Send);
                State::Completed {
                    resend: Resend::after(timing.next_wait(resend.wait), now, false),
                    give_up_at,
                }
            }
            State::Confirmed { until } | State::Accepted { until } if until <= now => State::Terminated,
            waiting => waiting,
        };
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Proceeding { trying_at } => trying_at,
            State::Completed { resend, give_up_at } => {
                Some(resend.map_or(give_up_at, |resend| resend.at.min(give_up_at)))
            }
            State::Confirmed { until } | State::Accepted { until } => Some(until),
            State::Terminated => None,
        }
    }

    /// The next thing to do; drain after every `handle_*`.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.take()
    }

    /// Is the final response still to be sent?
    #[must_use]
    pub fn is_proceeding(&self) -> bool {
        matches!(self.state, State::Proceeding { .. })
    }

    /// Is nothing more expected?
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }
}

#[cfg(test)]
mod tests {
    use super::super::output::script::{drain, run, start};
    use super::*;
    use Output::{Deliver, Send, TimedOut, TransportFailed, Trying};

    fn reply(machine: &mut InviteServer, now: Instant, code: u16) -> Vec<Output> {
        machine.handle_reply(now, StatusCode::new(code).unwrap(), &Timing::default());
        drain(|| machine.poll())
    }

    fn check(machine: &mut InviteServer, start: Instant, expected: &[(u64, &[Output])]) {
        let happened = run(machine, start, InviteServer::next_timeout, |machine, at| {
            machine.handle_timeout(at, &Timing::default());
            drain(|| machine.poll())
        });
        let happened: Vec<_> = happened.iter().map(|(at, outputs)| (*at, &outputs[..])).collect();
        assert_eq!(happened, expected);
    }

    fn begun(now: Instant, reliable: bool) -> InviteServer {
        InviteServer::new(now, &Timing::default(), reliable)
    }

    fn again(machine: &mut InviteServer) -> Vec<Output> {
        machine.handle_request();
        drain(|| machine.poll())
    }

    fn ack(machine: &mut InviteServer, now: Instant) -> Vec<Output> {
        machine.handle_ack(now, &Timing::default());
        drain(|| machine.poll())
    }

    #[test]
    fn trying_is_sent_after_200_ms_or_when_the_invite_comes_again() {
        let now = start();
        let mut machine = begun(now, false);
        check(&mut machine, now, &[(200, &[Trying])]);
        assert_eq!(again(&mut machine), [Send]);
        let mut impatient = begun(now, false);
        assert_eq!(again(&mut impatient), [Trying]);
        assert_eq!(impatient.next_timeout(), None);
    }

    #[test]
    fn a_ringing_sent_in_time_replaces_trying_and_answers_repetitions() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(reply(&mut machine, now, 180), [Send]);
        assert_eq!(machine.next_timeout(), None);
        assert_eq!(again(&mut machine), [Send]);
    }

    #[test]
    fn timers_g_and_h_repeat_a_failure_and_give_up() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(reply(&mut machine, now, 486), [Send]);
        assert_eq!(again(&mut machine), [Send]);
        let sends = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
        let expected: Vec<(u64, &[Output])> =
            sends.into_iter().map(|at| (at, &[Send][..])).chain([(32_000, &[TimedOut][..])]).collect();
        check(&mut machine, now, &expected);
        assert!(machine.is_terminated());
    }

    #[test]
    fn an_ack_confirms_and_timer_i_absorbs_its_repetitions() {
        let now = start();
        let mut machine = begun(now, false);
        reply(&mut machine, now, 486);
        assert_eq!(ack(&mut machine, now), []);
        assert_eq!(ack(&mut machine, now), []);
        assert_eq!(again(&mut machine), []);
        check(&mut machine, now, &[(5000, &[])]);
        assert!(machine.is_terminated());
    }

    #[test]
    fn on_a_reliable_transport_a_failure_is_sent_once_and_the_ack_ends_it() {
        let now = start();
        let mut machine = begun(now, true);
        reply(&mut machine, now, 486);
        assert_eq!(machine.next_timeout(), Some(now + Timing::default().patience()));
        ack(&mut machine, now);
        assert!(machine.is_terminated());
    }

    #[test]
    fn a_challenge_is_sent_once_and_again_for_each_repeated_invite() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(reply(&mut machine, now, 401), [Send]);
        assert_eq!(machine.next_timeout(), Some(now + Timing::default().patience()));
        assert_eq!(again(&mut machine), [Send]);
        ack(&mut machine, now);
        check(&mut machine, now, &[(5000, &[])]);
        assert!(machine.is_terminated());
    }

    #[test]
    fn after_a_2xx_acks_pass_and_invites_do_not_until_timer_l() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(reply(&mut machine, now, 200), [Send]);
        assert_eq!(again(&mut machine), []);
        assert_eq!(ack(&mut machine, now), [Deliver]);
        assert_eq!(reply(&mut machine, now, 200), [Send]);
        assert_eq!(reply(&mut machine, now, 486), []);
        check(&mut machine, now, &[(32_000, &[])]);
    }

    #[test]
    fn a_transport_error_is_told_unless_a_2xx_was_sent() {
        let now = start();
        let mut machine = begun(now, false);
        machine.handle_transport_error();
        assert_eq!(drain(|| machine.poll()), [TransportFailed]);
        let mut accepted = begun(now, false);
        reply(&mut accepted, now, 200);
        accepted.handle_transport_error();
        assert!(!accepted.is_terminated());
    }
}
