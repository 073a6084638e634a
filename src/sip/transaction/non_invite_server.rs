//! The server transaction of every other request (RFC 3261 17.2.2, RFC 4320).

use super::Timing;
use super::output::{Output, Outputs};
use crate::status::StatusCode;
use std::time::Instant;

/// A request that came, until its repetitions are over.
#[derive(Debug, Clone)]
pub struct NonInviteServer {
    state: State,
    reliable: bool,
    outputs: Outputs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was sent. After 64 T1 the client has given up and an answer would help nobody (RFC 4320 4.2).
    Trying {
        useless_at: Instant,
    },
    /// A provisional response was sent.
    Proceeding {
        useless_at: Instant,
    },
    /// The final response was sent; repetitions get it again (Timer J).
    Completed {
        until: Instant,
    },
    Terminated,
}

impl NonInviteServer {
    /// Starts the transaction.
    #[must_use]
    pub fn new(now: Instant, timing: &Timing, reliable: bool) -> Self {
        let state = State::Trying { useless_at: now + timing.patience() };
        Self { state, reliable, outputs: Outputs::default() }
    }

    /// The same request came again.
    pub fn handle_request(&mut self) {
        match self.state {
            State::Proceeding { .. } | State::Completed { .. } => self.outputs.add(Output::Send),
            State::Trying { .. } | State::Terminated => {}
        }
    }

    /// The user answers; the stored response must be this one when the output is polled.
    ///
    /// Gives `false`, and does nothing, when the transaction has its final response already.
    pub fn handle_reply(&mut self, now: Instant, status: StatusCode, timing: &Timing) -> bool {
        self.state = match self.state {
            State::Trying { useless_at } | State::Proceeding { useless_at } => {
                if status.is_provisional() {
                    State::Proceeding { useless_at }
                } else if self.reliable {
                    State::Terminated
                } else {
                    State::Completed { until: now + timing.patience() }
                }
            }
            State::Completed { .. } | State::Terminated => return false,
        };
        self.outputs.add(Output::Send);
        true
    }

    /// A response could not be sent.
    pub fn handle_transport_error(&mut self) {
        self.outputs.add(Output::TransportFailed);
        self.state = State::Terminated;
    }

    /// The time of [`Self::next_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.state = match self.state {
            State::Trying { useless_at } | State::Proceeding { useless_at } if useless_at <= now => {
                self.outputs.add(Output::TimedOut);
                State::Terminated
            }
            State::Completed { until } if until <= now => State::Terminated,
            waiting => waiting,
        };
    }

    /// Whether the final response has been sent.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        matches!(self.state, State::Completed { .. } | State::Terminated)
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Trying { useless_at: at }
            | State::Proceeding { useless_at: at }
            | State::Completed { until: at } => Some(at),
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
        matches!(self.state, State::Trying { .. } | State::Proceeding { .. })
    }

    /// Is nothing more expected?
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }
}

#[cfg(test)]
mod tests {
    use super::super::output::script::{drain, start};
    use super::*;
    use Output::{Send, TimedOut, TransportFailed};

    fn begun(now: Instant, reliable: bool) -> NonInviteServer {
        NonInviteServer::new(now, &Timing::default(), reliable)
    }

    fn reply(machine: &mut NonInviteServer, now: Instant, code: u16) -> Vec<Output> {
        machine.handle_reply(now, StatusCode::new(code).unwrap(), &Timing::default());
        drain(|| machine.poll())
    }

    fn again(machine: &mut NonInviteServer) -> Vec<Output> {
        machine.handle_request();
        drain(|| machine.poll())
    }

    fn check_end(machine: &mut NonInviteServer, start: Instant, after_ms: u128, outputs: &[Output]) {
        let at = machine.next_timeout().unwrap();
        assert_eq!((at - start).as_millis(), after_ms);
        machine.handle_timeout(at);
        assert_eq!(drain(|| machine.poll()), outputs);
        assert!(machine.is_terminated());
    }

    #[test]
    fn repetitions_wait_for_an_answer_and_then_get_it_until_timer_j() {
        let now = start();
        let mut machine = begun(now, false);
        assert_eq!(again(&mut machine), []);
        assert_eq!(reply(&mut machine, now, 183), [Send]);
        assert_eq!(again(&mut machine), [Send]);
        assert_eq!(reply(&mut machine, now, 200), [Send]);
        assert_eq!(again(&mut machine), [Send]);
        assert_eq!(reply(&mut machine, now, 404), []);
        check_end(&mut machine, now, 32_000, &[]);
    }

    #[test]
    fn on_a_reliable_transport_the_answer_ends_it() {
        let now = start();
        let mut machine = begun(now, true);
        assert_eq!(reply(&mut machine, now, 200), [Send]);
        assert!(machine.is_terminated());
    }

    #[test]
    fn an_answer_that_never_comes_is_given_up_with_the_client() {
        let now = start();
        check_end(&mut begun(now, true), now, 32_000, &[TimedOut]);
    }

    #[test]
    fn a_transport_error_ends_it() {
        let mut machine = begun(start(), false);
        machine.handle_transport_error();
        assert_eq!(drain(|| machine.poll()), [TransportFailed]);
    }
}
