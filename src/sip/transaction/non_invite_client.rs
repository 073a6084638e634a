//! The client transaction of every other request (RFC 3261 17.1.2).

use super::Timing;
use super::output::{Output, Outputs, Resend};
use crate::status::StatusCode;
use std::time::Instant;

/// A request that was sent, until no more responses to it are expected.
#[derive(Debug, Clone)]
pub struct NonInviteClient {
    state: State,
    reliable: bool,
    outputs: Outputs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Sent, and sent again (Timer E) until patience ends (Timer F); after a provisional response the waits
    /// are T2.
    Trying {
        resend: Option<Resend>,
        give_up_at: Instant,
    },
    /// A final response was seen; repeated ones are absorbed (Timer K).
    Completed {
        until: Instant,
    },
    Terminated,
}

impl NonInviteClient {
    /// Starts the transaction: its first output sends the request.
    #[must_use]
    pub fn new(now: Instant, timing: &Timing, reliable: bool) -> Self {
        let resend = Resend::after(timing.t1, now, reliable);
        let mut outputs = Outputs::default();
        outputs.add(Output::Send);
        Self { state: State::Trying { resend, give_up_at: now + timing.patience() }, reliable, outputs }
    }

    /// A response came.
    pub fn handle_response(&mut self, now: Instant, status: StatusCode, timing: &Timing) {
        let State::Trying { resend, give_up_at } = self.state else { return };
        self.outputs.add(Output::Deliver);
        self.state = if status.is_provisional() {
            // The running wait ends as it was; those after it are T2 (17.1.2.2).
            let resend = resend.map(|resend| Resend { wait: timing.t2, ..resend });
            State::Trying { resend, give_up_at }
        } else if self.reliable {
            State::Terminated
        } else {
            State::Completed { until: now + timing.t4 }
        };
    }

    /// The request could not be sent.
    pub fn handle_transport_error(&mut self) {
        if matches!(self.state, State::Trying { .. }) {
            self.outputs.add(Output::TransportFailed);
        }
        self.state = State::Terminated;
    }

    /// The time of [`Self::next_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Instant, timing: &Timing) {
        self.state = match self.state {
            State::Trying { give_up_at, .. } if give_up_at <= now => {
                self.outputs.add(Output::TimedOut);
                State::Terminated
            }
            State::Trying { resend: Some(resend), give_up_at } if resend.at <= now => {
                self.outputs.add(Output::Send);
                State::Trying { resend: Resend::after(timing.next_wait(resend.wait), now, false), give_up_at }
            }
            State::Completed { until } if until <= now => State::Terminated,
            waiting => waiting,
        };
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Trying { resend, give_up_at } => {
                Some(resend.map_or(give_up_at, |resend| resend.at.min(give_up_at)))
            }
            State::Completed { until } => Some(until),
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
    use Output::{Deliver, Send, TimedOut, TransportFailed};
    use std::time::Duration;

    fn begun(now: Instant, reliable: bool) -> NonInviteClient {
        let mut machine = NonInviteClient::new(now, &Timing::default(), reliable);
        assert_eq!(drain(|| machine.poll()), [Send]);
        machine
    }

    fn respond(machine: &mut NonInviteClient, now: Instant, code: u16) -> Vec<Output> {
        machine.handle_response(now, StatusCode::new(code).unwrap(), &Timing::default());
        drain(|| machine.poll())
    }

    fn check(machine: &mut NonInviteClient, start: Instant, sends: &[u64], end: (u64, &[Output])) {
        let happened = run(machine, start, NonInviteClient::next_timeout, |machine, at| {
            machine.handle_timeout(at, &Timing::default());
            drain(|| machine.poll())
        });
        let expected: Vec<_> =
            sends.iter().map(|&at| (at, vec![Send])).chain([(end.0, end.1.to_vec())]).collect();
        assert_eq!(happened, expected);
        assert!(machine.is_terminated());
    }

    #[test]
    fn timers_e_and_f_double_up_to_t2_and_give_up() {
        let now = start();
        let sends = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
        check(&mut begun(now, false), now, &sends, (32_000, &[TimedOut]));
    }

    #[test]
    fn a_provisional_response_slows_the_resending_to_t2() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(respond(&mut machine, now, 100), [Deliver]);
        let sends = [500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500];
        check(&mut machine, now, &sends, (32_000, &[TimedOut]));
    }

    #[test]
    fn a_final_response_is_delivered_once_until_timer_k() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(respond(&mut machine, now, 404), [Deliver]);
        assert_eq!(respond(&mut machine, now, 200), []);
        check(&mut machine, now, &[], (5000, &[]));
    }

    #[test]
    fn on_a_reliable_transport_it_sends_once_and_ends_with_the_response() {
        let now = start();
        let mut machine = begun(now, true);
        assert_eq!(machine.next_timeout(), Some(now + Duration::from_secs(32)));
        assert_eq!(respond(&mut machine, now, 200), [Deliver]);
        assert!(machine.is_terminated());
    }

    #[test]
    fn a_transport_error_is_told() {
        let mut machine = begun(start(), true);
        machine.handle_transport_error();
        assert_eq!(drain(|| machine.poll()), [TransportFailed]);
        assert!(machine.is_terminated());
    }
}
