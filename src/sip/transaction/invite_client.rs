//! The INVITE client transaction (RFC 3261 17.1.1, RFC 6026).

use super::Timing;
use super::output::{Output, Outputs, Resend};
use crate::status::StatusCode;
use std::time::Instant;

/// An INVITE that was sent, until no more responses to it are expected.
#[derive(Debug, Clone)]
pub struct InviteClient {
    state: State,
    reliable: bool,
    /// When the user stops waiting for a final response, though one may still come.
    deadline: Option<Instant>,
    outputs: Outputs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Sent; sent again (Timer A) until a response comes or patience ends (Timer B).
    Calling {
        resend: Option<Resend>,
        give_up_at: Instant,
    },
    /// A provisional response was seen; resending stops.
    Proceeding,
    /// A 2xx was seen; later ones, repeated or of other forks, still pass (Timer M).
    Accepted {
        until: Instant,
    },
    /// A failure was seen and confirmed; repeated ones are confirmed again (Timer D).
    Completed {
        until: Instant,
    },
    Terminated,
}

impl InviteClient {
    /// Starts the transaction: its first output sends the request.
    #[must_use]
    pub fn new(now: Instant, timing: &Timing, reliable: bool) -> Self {
        let resend = Resend::after(timing.t1, now, reliable);
        let state = State::Calling { resend, give_up_at: now + timing.invite_patience() };
        let mut outputs = Outputs::default();
        outputs.add(Output::Send);
        Self { state, reliable, deadline: None, outputs }
    }

    /// A response to the INVITE came.
    pub fn handle_response(&mut self, now: Instant, status: StatusCode, timing: &Timing) {
        self.state = match self.state {
            State::Calling { .. } | State::Proceeding => {
                self.outputs.add(Output::Deliver);
                self.first_response(now, status, timing)
            }
            State::Accepted { until } => {
                if status.is_success() {
                    self.outputs.add(Output::Deliver);
                }
                State::Accepted { until }
            }
            State::Completed { until } => {
                if status.is_failure() {
                    self.outputs.add(Output::Acknowledge);
                }
                State::Completed { until }
            }
            State::Terminated => State::Terminated,
        };
    }

    fn first_response(&mut self, now: Instant, status: StatusCode, timing: &Timing) -> State {
        if status.is_provisional() {
            return State::Proceeding;
        }
        if status.is_success() {
            return State::Accepted { until: now + timing.patience() };
        }
        self.outputs.add(Output::Acknowledge);
        if self.reliable { State::Terminated } else { State::Completed { until: now + timing.timer_d } }
    }

    /// Sets an end to the wait for a final response, which RFC 3261 has not: for an INVITE that was canceled
    /// (9.1), or whose session is over.
    pub fn give_up_at(&mut self, deadline: Instant) {
        self.deadline = Some(deadline);
    }

    /// The request or an ACK could not be sent.
    pub fn handle_transport_error(&mut self) {
        if matches!(self.state, State::Calling { .. } | State::Proceeding) {
            self.outputs.add(Output::TransportFailed);
        }
        self.state = State::Terminated;
    }

    /// The time of [`Self::next_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        let is_late = self.deadline.is_some_and(|deadline| deadline <= now);
        self.state = match self.state {
            State::Calling { give_up_at, .. } if is_late || give_up_at <= now => {
                self.outputs.add(Output::TimedOut);
                State::Terminated
            }
            State::Proceeding if is_late => {
                self.outputs.add(Output::TimedOut);
                State::Terminated
            }
            State::Calling { resend: Some(resend), give_up_at } if resend.at <= now => {
                self.outputs.add(Output::Send);
                // Timer A doubles without the bound T2 (17.1.1.2).
                State::Calling { resend: Resend::after(resend.wait * 2, now, false), give_up_at }
            }
            State::Accepted { until } | State::Completed { until } if until <= now => State::Terminated,
            waiting => waiting,
        };
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Calling { resend, give_up_at } => {
                [Some(give_up_at), resend.map(|resend| resend.at), self.deadline].into_iter().flatten().min()
            }
            State::Proceeding => self.deadline,
            State::Accepted { until } | State::Completed { until } => Some(until),
            State::Terminated => None,
        }
    }

    /// The next thing to do; drain after every `handle_*`.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.take()
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
    use Output::{Acknowledge, Deliver, Send, TimedOut, TransportFailed};

    const TIMING: Timing = Timing {
        t1: std::time::Duration::from_millis(500),
        t2: std::time::Duration::from_secs(4),
        t4: std::time::Duration::from_secs(5),
        timer_b: None,
        timer_d: std::time::Duration::from_secs(32),
        trying_after: std::time::Duration::from_millis(200),
    };

    fn begun(now: Instant, reliable: bool) -> InviteClient {
        let mut machine = InviteClient::new(now, &TIMING, reliable);
        assert_eq!(drain(|| machine.poll()), [Send]);
        machine
    }

    fn respond(machine: &mut InviteClient, now: Instant, code: u16) -> Vec<Output> {
        machine.handle_response(now, StatusCode::new(code).unwrap(), &TIMING);
        drain(|| machine.poll())
    }

    fn check(machine: &mut InviteClient, start: Instant, expected: &[(u64, &[Output])]) {
        let happened = run(machine, start, InviteClient::next_timeout, |machine, at| {
            machine.handle_timeout(at);
            drain(|| machine.poll())
        });
        let happened: Vec<_> = happened.iter().map(|(at, outputs)| (*at, &outputs[..])).collect();
        assert_eq!(happened, expected);
        assert!(machine.is_terminated());
    }

    #[test]
    fn timers_a_and_b_send_seven_times_and_give_up() {
        let now = start();
        let again: Vec<(u64, &[Output])> =
            [500, 1500, 3500, 7500, 15_500, 31_500].into_iter().map(|at| (at, &[Send][..])).collect();
        let expected: Vec<_> = again.into_iter().chain([(32_000, &[TimedOut][..])]).collect();
        check(&mut begun(now, false), now, &expected);
    }

    #[test]
    fn a_reliable_transport_sends_once() {
        let now = start();
        check(&mut begun(now, true), now, &[(32_000, &[TimedOut])]);
    }

    #[test]
    fn a_provisional_response_stops_the_timers() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(respond(&mut machine, now, 180), [Deliver]);
        assert_eq!(machine.next_timeout(), None);
        assert_eq!(respond(&mut machine, now, 183), [Deliver]);
    }

    #[test]
    fn a_wait_without_end_can_be_given_one() {
        let now = start();
        let mut machine = begun(now, false);
        respond(&mut machine, now, 180);
        machine.give_up_at(now + std::time::Duration::from_secs(9));
        respond(&mut machine, now, 183);
        check(&mut machine, now, &[(9000, &[TimedOut])]);
    }

    #[test]
    fn every_2xx_passes_until_timer_m() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(respond(&mut machine, now, 200), [Deliver]);
        assert_eq!(respond(&mut machine, now, 200), [Deliver]);
        assert_eq!(respond(&mut machine, now, 180), []);
        assert_eq!(respond(&mut machine, now, 486), []);
        check(&mut machine, now, &[(32_000, &[])]);
    }

    #[test]
    fn a_failure_is_confirmed_each_time_and_delivered_once_until_timer_d() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(respond(&mut machine, now, 486), [Acknowledge, Deliver]);
        assert_eq!(respond(&mut machine, now, 486), [Acknowledge]);
        assert_eq!(respond(&mut machine, now, 200), []);
        check(&mut machine, now, &[(32_000, &[])]);
    }

    #[test]
    fn on_a_reliable_transport_a_failure_ends_it_at_once() {
        let now = start();
        let mut machine = begun(now, true);
        assert_eq!(respond(&mut machine, now, 503), [Acknowledge, Deliver]);
        assert!(machine.is_terminated());
    }

    #[test]
    fn a_transport_error_is_told_once() {
        let now = start();
        let mut machine = begun(now, false);
        machine.handle_transport_error();
        assert_eq!(drain(|| machine.poll()), [TransportFailed]);
        assert_eq!(respond(&mut machine, now, 200), []);
        let mut answered = begun(now, false);
        respond(&mut answered, now, 200);
        answered.handle_transport_error();
        assert_eq!(drain(|| answered.poll()), []);
    }
}
